"""Manage Accounts: which accounts of a client's books are watched."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.connections import Choice, document_types
from xero_pipeline.console.context import console_of, field, fields
from xero_pipeline.console.messages import Message
from xero_pipeline.console.rendering import go_to, page
from xero_pipeline.console.views.accounts import FilledIn, accounts_view, as_filled_in


def form(request: Request) -> Response:
    connections = console_of(request).connections
    connection = connections.find(request.path_params["key"])
    chart = connections.chart_of_accounts(connection.organisation_id)
    watched = connections.monitored_accounts(connection.organisation_id)
    return page(request, "connections/accounts.html", accounts_view(connection, chart, watched))


def save(request: Request) -> Response:
    connections = console_of(request).connections
    connection = connections.find(request.path_params["key"])
    id = connection.organisation_id
    watched = connections.monitored_accounts(id)
    filled_in = _filled_in(request, [each.account_id for each in watched])
    accounts = as_filled_in(watched, connections.chart_of_accounts(id), filled_in)
    connections.monitor_accounts(id, accounts)
    named = ", ".join(each.code or each.name for each in accounts) or "none"
    text = f"{connection.organisation_name}: watched accounts are now {named}. Sync to make tasks."
    return go_to("/connections", Message(tone="good", text=text))


def _filled_in(request: Request, watched: list[str]) -> FilledIn:
    return FilledIn(
        kept={id: _choice(request, f":{id}") for id in watched},
        added=fields(request, "add"),
        choice=_choice(request, ""),
        dropped=fields(request, "stop"),
    )


def _choice(request: Request, suffix: str) -> Choice:
    days = field(request, f"look_back{suffix}")
    types = document_types(fields(request, f"types{suffix}"))
    return Choice(int(days) if days.isdecimal() else None, types)
