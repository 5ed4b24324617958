"""Every answer validates against Xero's OpenAPI file, where that file is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.books.harbour import RENT
from xero_pipeline_tests.sandbox.writable import Xero, writable_harbour
from xero_pipeline_tests.sandbox.xero_client import XeroClient

REPOSITORY = Path(__file__).parents[2]
SPECIFICATION = REPOSITORY.parent / "shared" / "xero" / "openapi" / "xero_accounting.yaml"

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Xero's OpenAPI file is not beside this repository"
)

PAGED = (
    "Contacts", "Invoices", "CreditNotes", "Payments", "Prepayments", "Overpayments",
    "BankTransactions", "ManualJournals", "PurchaseOrders", "Quotes",
)  # fmt: skip
UNPAGED = (
    "Organisation", "Accounts", "ContactGroups", "BatchPayments", "BankTransfers",
    "RepeatingInvoices", "Items", "TrackingCategories", "TaxRates", "Currencies", "Users",
    "BrandingThemes", "Budgets", "LinkedTransactions",
    "Reports/BalanceSheet", "Reports/BankSummary", "Reports/ProfitAndLoss",
    "Reports/TrialBalance",
)  # fmt: skip
NEWEST = "?page=1&pageSize=150&order=UpdatedDateUTC DESC&includeArchived=true&unitdp=4"
OLDEST = "?page=1&pageSize=50"
PATHS = [*UNPAGED, *(path + query for path in PAGED for query in (NEWEST, OLDEST))]


@pytest.fixture(scope="module")
def client(request: pytest.FixtureRequest, shared_demo: RunningSandbox) -> XeroClient:
    """Connected to the organisation that the test is parametrised with."""
    shared_demo.control.consent([request.param])
    return XeroClient.connected(shared_demo)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("client", ["agency", "client"], indirect=True)
def test_the_answer_validates(client: XeroClient, path: str) -> None:
    answer = client.get(path).json()

    assert errors_in(answer, f"/{path.partition('?')[0]}") == []


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("BankTransaction", "S-1"),
        ("Invoice", "INV-1"),
        ("CreditNote", "CN-1"),
        ("ManualJournal", "MJ-1"),
    ],
)
def test_answers_to_writes_validate(harbour: Xero, kind: str, key: str) -> None:
    document = f"/{kind}s/{{{kind}ID}}"
    refused, done = (harbour.recode(kind, key, account) for account in ("999", RENT))
    note = harbour.client.put(f"{harbour.path(kind, key)}/History", {"Details": "Fuel"})
    file = harbour.client.put(f"{harbour.path(kind, key)}/Attachments/a.txt", b"1")
    history = harbour.client.get(f"{harbour.path(kind, key)}/History")

    assert [each.status_code for each in (refused, done, note, file)] == [400, 200, 200, 200]
    assert errors_in(done.json(), document, "post") == []
    assert errors_in(refused.json(), document, "post", "400") == []
    assert errors_in(note.json(), f"{document}/History", "put") == []
    assert errors_in(history.json(), f"{document}/History") == []
    assert errors_in(file.json(), f"{document}/Attachments/{{FileName}}", "put") == []


@pytest.fixture(scope="module")
def harbour() -> Iterator[Xero]:
    with writable_harbour() as running:
        yield running


def errors_in(answer: object, path: str, method: str = "get", status: str = "200") -> list[str]:
    """The first of what the OpenAPI file has against an answer."""
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator(path, method, status).iter_errors(answer)
    ]
    return errors[:5]


@cache
def validator(path: str, method: str, status: str) -> jsonschema.Draft202012Validator:
    specification = _specification()
    response = specification["paths"][path][method]["responses"][status]
    if "$ref" in response:
        response = specification["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    return jsonschema.Draft202012Validator({**schema, "components": specification["components"]})


@cache
def _specification() -> dict[str, Any]:
    return dict(_as_json_schema(_load()))


def _load() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load(SPECIFICATION.read_bytes(), Loader=loader))  # noqa: S506


def _as_json_schema(value: Any) -> Any:  # noqa: ANN401
    """OpenAPI 3.0's schemas as JSON Schema, which has a type for what is `nullable` there."""
    if isinstance(value, Mapping):
        converted = {key: _as_json_schema(item) for key, item in value.items()}
        if converted.pop("nullable", False) is True and isinstance(converted.get("type"), str):
            converted["type"] = [converted["type"], "null"]
        return converted
    if isinstance(value, list):
        return [_as_json_schema(item) for item in value]
    return value
