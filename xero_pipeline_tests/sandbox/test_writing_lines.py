"""Lines written through the API: what changes, what is refused and how, and what is done twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from xero_pipeline.sandbox import document_events as on_documents
from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.api.wire import milliseconds
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    RECEIVABLE,
    RENT,
    SALES,
    allocation,
    bank,
    noon,
)
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.writable import (
    OLD,
    SUSPENSE,
    Xero,
    accounts,
    refusal,
    writable_harbour,
)

LOCKED = "The document date cannot be before the {}, currently set at 31-Mar-2026"
SETTLED = "This document cannot be edited as it has a payment or credit note allocated to it."


@pytest.fixture
def xero() -> Iterator[Xero]:
    with writable_harbour() as running:
        yield running


@pytest.fixture(scope="module")
def untouched() -> Iterator[Xero]:
    """For tests in which all that is asked for is refused."""
    with writable_harbour() as running:
        yield running


# --- what changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "key", "account", "left"),
    [
        ("BankTransaction", "S-1", RENT, [RENT, RENT]),
        ("Invoice", "INV-1", SALES, [SALES]),
        ("CreditNote", "CN-1", SALES, [SALES]),
        ("ManualJournal", "MJ-1", RENT, [RENT, SALES]),
    ],
)
def test_a_line_is_recoded_and_nothing_else_changes(
    xero: Xero, kind: str, key: str, account: str, left: list[str]
) -> None:
    before = xero.read(kind, key)

    answer = xero.recode(kind, key, account)

    after = xero.read(kind, key)
    assert answer.json()[f"{kind}s"] == [after]
    assert accounts(after) == left
    assert after["UpdatedDateUTC"] == f"/Date({milliseconds(NOW)}+0000)/"
    changing = {"UpdatedDateUTC", "UpdatedDateUTCString", "AccountCode", "AccountID"}
    assert _without(after, changing) == _without(before, changing)


def test_the_ledger_follows(xero: Xero) -> None:
    assert (
        _debit(xero, "Suspense") == "185.00"
    )  # 30 + 20 spent, 100 billed, 70, less 60 and 25 back

    xero.recode("BankTransaction", "S-1", RENT)

    assert _debit(xero, "Suspense") == "155.00"


def test_lines_with_an_id_keep_it_others_get_one_and_those_left_out_are_gone(xero: Xero) -> None:
    document = xero.read("BankTransaction", "S-1")
    march = document["LineItems"][1]
    new = {"Description": "Power", "UnitAmount": 12.5, "AccountCode": RENT}

    lines = xero.write("BankTransaction", "S-1", {**document, "LineItems": [new, march]}).json()[
        "BankTransactions"
    ][0]["LineItems"]

    assert [each["Description"] for each in lines] == ["Power", "March"]
    assert lines[1]["LineItemID"] == march["LineItemID"]
    assert lines[0]["LineItemID"] not in {each["LineItemID"] for each in document["LineItems"]}


def test_an_account_may_be_named_by_its_id_and_a_tracking_option_by_its_own(xero: Xero) -> None:
    document = xero.read("BankTransaction", "S-1")
    first = document["LineItems"][0]
    del first["AccountCode"]
    first["AccountID"] = xero.id("Account", RENT)
    first["Tracking"] = [
        {
            "TrackingCategoryID": xero.id("TrackingCategory", "region"),
            "TrackingOptionID": xero.id("TrackingOption", "region/South"),
        }
    ]

    assert xero.write("BankTransaction", "S-1", document).status_code == 200

    line = xero.read("BankTransaction", "S-1")["LineItems"][0]
    assert (line["AccountCode"], line["Tracking"][0]["Option"]) == (RENT, "South")


def test_what_a_line_leaves_out_is_not_kept(xero: Xero) -> None:
    document = xero.read("BankTransaction", "S-1")
    del document["LineItems"][0]["Tracking"]

    xero.write("BankTransaction", "S-1", document)

    assert xero.read("BankTransaction", "S-1")["LineItems"][0]["Tracking"] == []


def test_the_contact_of_a_bank_transaction_changes_with_its_lines(xero: Xero) -> None:
    contact = {"ContactID": xero.id("Contact", "cafe")}
    document = {**xero.read("BankTransaction", "S-1"), "Contact": contact}

    xero.write("BankTransaction", "S-1", document)

    assert xero.read("BankTransaction", "S-1")["Contact"]["Name"] == "Harbour Cafe"


def test_of_a_paid_bill_account_and_words_may_change(xero: Xero) -> None:
    document = xero.read("Invoice", "B-1")
    document["LineItems"][0] |= {"AccountCode": RENT, "Description": "Rent"}
    del document["LineItems"][0]["AccountID"]

    assert xero.write("Invoice", "B-1", document).status_code == 200
    assert accounts(xero.read("Invoice", "B-1")) == [RENT]


def test_several_documents_in_one_request_are_done_or_marked_one_by_one(xero: Xero) -> None:
    good, reconciled = (xero.read("BankTransaction", key) for key in ("S-1", "S-2"))
    for document in (good, reconciled):
        document["LineItems"][0]["AccountCode"] = RENT
        del document["LineItems"][0]["AccountID"]
    body = {"BankTransactions": [good, reconciled]}

    all_or_none = xero.client.post("BankTransactions?unitdp=4", body)
    assert refusal(all_or_none).startswith("This Bank Transaction cannot be edited")
    assert accounts(xero.read("BankTransaction", "S-1")) == [SUSPENSE, RENT]

    one_by_one = xero.client.post("BankTransactions?unitdp=4&summarizeErrors=false", body)
    marks = [each["StatusAttributeString"] for each in one_by_one.json()["BankTransactions"]]
    assert marks == ["OK", "ERROR"]
    assert accounts(xero.read("BankTransaction", "S-1")) == [RENT, RENT]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("S-2", "it has been reconciled with a Bank Statement."),
        ("S-3", "it is deleted."),
        ("P-1", "it is SPEND-PREPAYMENT."),
    ],
)
def test_some_bank_transactions_cannot_be_edited(untouched: Xero, key: str, why: str) -> None:
    before = untouched.read("BankTransaction", key)

    answer = untouched.recode("BankTransaction", key, RENT)

    assert refusal(answer) == f"This Bank Transaction cannot be edited as {why}"
    assert untouched.read("BankTransaction", key) == before


def test_it_can_be_edited_once_it_is_reconciled_no_more(xero: Xero) -> None:
    xero.happens(on_documents.BankTransactionUnreconciled(NOW, "S-2"))

    assert xero.recode("BankTransaction", "S-2", RENT).status_code == 200


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("999", "Account code '999' is not a valid code for this document."),
        (OLD, f"Account code '{OLD}' has been archived, or deleted."),
        (RECEIVABLE, f"Account code '{RECEIVABLE}' is not a valid code for this document."),
        (BANK, f"Account code '{BANK}' is not a valid code for this document."),
    ],
)
def test_some_accounts_cannot_be_coded_to(untouched: Xero, account: str, words: str) -> None:
    assert refusal(untouched.recode("Invoice", "INV-1", account)) == words


@pytest.mark.parametrize(
    ("locked", "name"),
    [
        (on_documents.PeriodLocked(NOW, dt.date(2026, 3, 31)), "period lock date"),
        (
            on_documents.PeriodLocked(NOW, None, dt.date(2026, 3, 31)),
            "end of year lock date",
        ),
    ],
)
def test_nothing_in_a_locked_period_can_be_edited(
    xero: Xero, locked: on_documents.PeriodLocked, name: str
) -> None:
    xero.happens(locked)

    for kind, key in (("BankTransaction", "S-1"), ("Invoice", "INV-1"), ("ManualJournal", "MJ-1")):
        assert refusal(xero.recode(kind, key, RENT)) == LOCKED.format(name)
    organisation = xero.client.get("Organisation").json()["Organisations"][0]
    lock = "PeriodLockDate" if locked.period else "EndOfYearLockDate"
    assert organisation[lock] == f"/Date({milliseconds(noon('03-31')) - 12 * 3_600_000}+0000)/"


def test_of_a_paid_bill_amounts_may_not_change_nor_lines_go_without_their_id(
    untouched: Xero,
) -> None:
    document = untouched.read("Invoice", "B-1")
    [line] = document["LineItems"]

    dearer = {**document, "LineItems": [{**line, "UnitAmount": 110, "LineAmount": 110}]}
    assert refusal(untouched.write("Invoice", "B-1", dearer)) == SETTLED

    nameless = {**document, "LineItems": [{**line, "LineItemID": None}]}
    assert (
        refusal(untouched.write("Invoice", "B-1", nameless))
        == "To update fields on a paid invoice line item, you must supply a LineItemID"
    )


def test_credit_notes_in_use_and_voided_invoices_cannot_be_edited(xero: Xero) -> None:
    xero.happens(allocation("A-1", "CN-1", "INV-1", 25))
    assert refusal(xero.recode("CreditNote", "CN-1", SALES)) == SETTLED

    xero.happens(ev.AllocationDeleted(NOW, "A-1"), ev.InvoiceStatusChanged(NOW, "INV-1", "VOIDED"))
    words = "Invoice not of valid status for modification"
    assert refusal(xero.recode("Invoice", "INV-1", SALES)) == words


def test_sums_must_agree(untouched: Xero) -> None:
    document = untouched.read("BankTransaction", "S-1")
    document["LineItems"][0]["LineAmount"] = 31

    assert (
        refusal(untouched.write("BankTransaction", "S-1", document))
        == "The line total 31.00 does not match the expected line total 30.00"
    )


def test_line_amount_types_left_out_mean_the_default(xero: Xero) -> None:
    xero.happens(bank("S-9", "SPEND", 10, line_amount_types="Exclusive"))
    document = xero.read("BankTransaction", "S-9")
    del document["LineAmountTypes"]

    assert "nothing, which means Inclusive" in refusal(
        xero.write("BankTransaction", "S-9", document)
    )


def test_a_journal_must_balance(untouched: Xero) -> None:
    document = untouched.read("ManualJournal", "MJ-1")
    document["JournalLines"][0]["LineAmount"] = 71

    assert "does not balance" in refusal(untouched.write("ManualJournal", "MJ-1", document))


def test_the_sandbox_makes_no_documents(untouched: Xero) -> None:
    assert untouched.client.put("BankTransactions", {"Type": "SPEND"}).status_code == 501
    assert untouched.client.post("BankTransactions", {"Type": "SPEND"}).status_code == 501
    unknown = untouched.client.post(
        f"BankTransactions/{untouched.id('BankTransaction', 'S-77')}", {"a": 1}
    )
    assert unknown.status_code == 404


def test_what_is_no_json_is_not_read(untouched: Xero) -> None:
    answer = untouched.client.post(untouched.path("BankTransaction", "S-1"), b"{")

    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)


def _debit(xero: Xero, account: str) -> str:
    """What an account stands at, off the trial balance."""
    report = xero.client.get("Reports/TrialBalance?date=2026-04-01").json()["Reports"][0]
    rows = [row["Cells"] for section in report["Rows"] for row in section.get("Rows", ())]
    [cells] = [each for each in rows if each[0]["Value"].startswith(f"{account} (")]
    return str(cells[3]["Value"])


def _without(value: object, keys: set[str]) -> object:
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    return [_without(item, keys) for item in value] if isinstance(value, list) else value
