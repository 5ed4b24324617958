"""Xero's invoices at next to no cost: a process that sends pages it rendered beforehand.

It speaks Xero's wire format and grants everything it is asked. As in the first half hour of a
connection with Rapid Sync, no minute or daily limit applies and the headers stay at their full
values, so that clients with small pages are not slowed down by limits.
"""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import asdict

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xero_pipeline_tests.benchmarks.invoices import Invoices
from xero_pipeline_tests.benchmarks.served import API, Traffic

_TENANT_ID = "a46fcb6f-5d5e-4a7a-9f24-6e1f0f1d9c11"
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "X-DayLimit-Remaining": "5000",
    "X-MinLimit-Remaining": "60",
    "X-AppMinLimit-Remaining": "10000",
}
_TOKEN = {
    "access_token": "benchmark",
    "refresh_token": "benchmark",
    "expires_in": 1800,
    "token_type": "Bearer",
    "scope": "offline_access accounting.invoices.read accounting.settings.read",
}
_CONNECTION = {
    "id": "7cb59f93-2964-421d-bb5e-a0f7a4572a44",
    "authEventId": "a93ee75d-2d66-4b4c-b2c0-7b3b1c6f0a51",
    "tenantId": _TENANT_ID,
    "tenantType": "ORGANISATION",
    "tenantName": "Benchmark",
    "createdDateUtc": "2026-03-02T09:00:00.0000000",
    "updatedDateUtc": "2026-03-02T09:00:00.0000000",
}
_ORGANISATION = {
    "OrganisationID": _TENANT_ID,
    "Name": "Benchmark",
    "BaseCurrency": "NZD",
    "CountryCode": "NZ",
    "Timezone": "NEWZEALANDSTANDARDTIME",
    "ShortCode": "!bench",
}


class InvoicePages:
    """All invoices of one organisation, cut into pages."""

    def __init__(self, count: int) -> None:
        self._invoices = Invoices(count)
        self._traffic = Traffic()

    async def answer(self, request: Request) -> Response:
        number = max(_whole_number(request, "page", 1), 1)
        size = min(max(_whole_number(request, "pageSize", 100), 1), 1000)
        body = self._invoices.page(number, size)
        self._traffic = Traffic(self._traffic.calls + 1, self._traffic.body_bytes + len(body))
        return Response(body, headers=_HEADERS)

    async def traffic(self, request: Request) -> Response:
        """What was asked so far; DELETE starts again from nothing."""
        if request.method == "DELETE":
            self._traffic = Traffic()
        return JSONResponse(asdict(self._traffic))


def application(count: int) -> Starlette:
    """The page server for `count` invoices."""
    pages = InvoicePages(count)
    return Starlette(
        routes=[
            Route("/connect/token", _token, methods=["POST"]),
            Route("/connections", _connections),
            Route(f"{API}/Organisation", _organisation),
            Route(f"{API}/Currencies", _currencies),
            Route(f"{API}/Invoices", pages.answer),
            Route("/traffic", pages.traffic, methods=["GET", "DELETE"]),
        ]
    )


async def _token(_: Request) -> Response:
    return JSONResponse(_TOKEN)


async def _connections(_: Request) -> Response:
    return JSONResponse([_CONNECTION])


async def _organisation(_: Request) -> Response:
    return JSONResponse({"Status": "OK", "Organisations": [_ORGANISATION]}, headers=_HEADERS)


async def _currencies(_: Request) -> Response:
    return JSONResponse({"Status": "OK", "Currencies": []}, headers=_HEADERS)


def _whole_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdigit() else default


def main(count: int) -> None:
    """Serve on a free port until terminated; the first line printed says where."""
    server = uvicorn.Server(uvicorn.Config(application(count), log_level="warning"))
    listening = socket.create_server(("127.0.0.1", 0))
    where = {"url": f"http://localhost:{listening.getsockname()[1]}"}
    print(json.dumps(where | {"client_id": "any", "client_secret": "any"}), flush=True)
    server.run(sockets=[listening])


if __name__ == "__main__":
    main(int(sys.argv[1]))
