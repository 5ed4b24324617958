"""The least client that a test of the sandbox needs: consent, token, requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from xero_pipeline.sandbox.serve import RunningSandbox

CALLBACK = "http://localhost:8976/callback"
SCOPES = (
    "openid profile email offline_access accounting.settings.read accounting.contacts.read "
    "accounting.invoices.read accounting.payments.read accounting.banktransactions.read "
    "accounting.manualjournals.read accounting.attachments.read accounting.reports.aged.read "
    "accounting.budgets.read accounting.journals.read "
    "accounting.reports.balancesheet.read accounting.reports.banksummary.read "
    "accounting.reports.profitandloss.read accounting.reports.trialbalance.read"
)
_TIMEOUT = 30


def consent(sandbox: RunningSandbox, **changes: str | None) -> requests.Response:
    """Opens the authorise page; a change to None leaves the parameter out."""
    query = {
        "response_type": "code",
        "client_id": sandbox.client_id,
        "redirect_uri": CALLBACK,
        "scope": SCOPES,
        "state": "a b&c",
        **changes,
    }
    return requests.get(
        f"{sandbox.url}/identity/connect/authorize",
        params={name: value for name, value in query.items() if value is not None},
        allow_redirects=False,
        timeout=_TIMEOUT,
    )


def answer_of(redirect: requests.Response) -> dict[str, str]:
    """The query that the redirect carries back to the app."""
    return dict(parse_qsl(urlsplit(redirect.headers["Location"]).query))


def token(sandbox: RunningSandbox, **form: str) -> requests.Response:
    """Posts to the token endpoint with the first app's credentials, unless the form has its own."""
    auth = None if "client_id" in form else (sandbox.client_id, sandbox.client_secret)
    return requests.post(f"{sandbox.url}/connect/token", data=form, auth=auth, timeout=_TIMEOUT)


def exchange(sandbox: RunningSandbox, code: str, **form: str) -> requests.Response:
    return token(sandbox, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **form)


def sign_in(sandbox: RunningSandbox, **changes: str | None) -> dict[str, Any]:
    """Consent and exchange: the token answer."""
    return dict(exchange(sandbox, answer_of(consent(sandbox, **changes))["code"]).json())


@dataclass
class XeroClient:
    """Requests with a token and a tenant."""

    url: str
    access_token: str
    tenant: str | None
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "application/json"})

    @classmethod
    def connected(cls, sandbox: RunningSandbox, **changes: str | None) -> XeroClient:
        tokens = sign_in(sandbox, **changes)
        client = cls(sandbox.url, tokens["access_token"], None)
        client.tenant = client.send("/connections").json()[0]["tenantId"]
        return client

    def send(
        self, path: str, method: str = "GET", body: object = None, /, **headers: str
    ) -> requests.Response:
        """`body`: bytes go as they are, None not at all, anything else as JSON."""
        sent = {**self.headers, "Authorization": f"Bearer {self.access_token}", **headers}
        if self.tenant is not None:
            sent["Xero-Tenant-Id"] = self.tenant
        data = body if isinstance(body, bytes) else None
        json = None if isinstance(body, bytes) else body
        return requests.request(
            method, self.url + path, headers=sent, json=json, data=data, timeout=_TIMEOUT
        )

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.send(f"/api.xro/2.0/{path}", **headers)

    def post(self, path: str, body: object, /, **headers: str) -> requests.Response:
        return self.send(f"/api.xro/2.0/{path}", "POST", body, **headers)

    def put(self, path: str, body: object, /, **headers: str) -> requests.Response:
        return self.send(f"/api.xro/2.0/{path}", "PUT", body, **headers)

    def numbers(self, query: str) -> list[str]:
        """The invoice numbers of a listing, in order."""
        invoices = self.get(f"Invoices?{query}").json()["Invoices"]
        return [invoice["InvoiceNumber"] for invoice in invoices]
