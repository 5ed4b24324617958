"""Contacts with live balances, and the lists of settings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Refused
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    KEY,
    OPENED,
    RECEIVABLE,
    SALES,
    AnyRow,
    bank,
    bill,
    credit_note,
    day,
    dollars,
    invoice,
    line,
    money,
    new_book,
    noon,
    organisation_opened,
    part,
    payment,
    row,
)


def balances(contact: AnyRow) -> dict[str, AnyRow]:
    found: dict[str, AnyRow] = contact["Balances"]
    return found


def test_balances_are_base_currency_and_net_of_unused_credit() -> None:
    book = new_book(
        invoice("INV-1", 100, "03-01"),
        invoice("INV-2", 60, "03-01", **dollars("0.6")),
        credit_note("CN-1", 30, "03-02"),
        bank("OP-1", "RECEIVE-OVERPAYMENT", 5, "03-03"),
        bank("PP-1", "RECEIVE-PREPAYMENT", 900, "03-03"),
        bill("BILL-1", 70, "03-04", contact="cafe"),
    )
    assert balances(row(book, "Contact", "cafe")) == {
        "AccountsReceivable": money(Outstanding=165, Overdue=0),
        "AccountsPayable": money(Outstanding=70, Overdue=0),
    }


def test_overdue_starts_the_day_after_the_due_date_of_the_organisation() -> None:
    """Due on 21 March; in Auckland the 22nd begins at 11:00 UTC on the 21st."""
    book = new_book(invoice("INV-1", 100, "03-01"))
    for hour, overdue in ((10, 0), (11, 100)):
        book.clock = partial(dt.datetime, 2026, 3, 21, hour, tzinfo=dt.UTC)
        contact = row(book, "Contact", "cafe")
        assert balances(contact)["AccountsReceivable"]["Overdue"] == overdue


def test_balances_and_flags_change_without_moving_the_timestamp() -> None:
    book = new_book()
    assert part(row(book, "Contact", "cafe"), "IsCustomer", "IsSupplier", "Balances") == {
        "IsCustomer": False,
        "IsSupplier": False,
    }
    book.apply(invoice("INV-1", 100))
    found = row(book, "Contact", "cafe")
    assert part(found, "IsCustomer", "IsSupplier", "UpdatedDateUTC") == {
        "IsCustomer": True,
        "IsSupplier": False,
        "UpdatedDateUTC": OPENED,
    }
    book.apply(payment("P-1", "INV-1", 40))
    assert balances(row(book, "Contact", "cafe"))["AccountsReceivable"]["Outstanding"] == 60


def test_merging_archives_the_loser_and_leaves_its_documents_alone() -> None:
    book = new_book(
        invoice("INV-1", 100), ev.ContactsMerged(noon("03-20"), loser="cafe", winner="landlord")
    )
    assert part(row(book, "Contact", "cafe"), "ContactStatus", "MergedToContactID") == {
        "ContactStatus": "ARCHIVED",
        "MergedToContactID": xero_id(KEY, "Contact", "landlord"),
    }
    assert row(book, "Invoice", "INV-1")["Contact"]["ContactID"] == xero_id(KEY, "Contact", "cafe")


def test_a_new_name_shows_wherever_the_contact_is_named() -> None:
    book = new_book(invoice("INV-1", 100, "03-01"), payment("P-1", "INV-1", 10, "03-10"))
    assert row(book, "Invoice", "INV-1")["Contact"]["Name"] == "Harbour Cafe"
    book.apply(ev.ContactChanged(noon("03-20"), "cafe", name="Pier Cafe"))
    assert row(book, "Invoice", "INV-1")["Contact"]["Name"] == "Pier Cafe"
    assert row(book, "Payment", "P-1")["Invoice"]["Contact"]["Name"] == "Pier Cafe"
    assert row(book, "Invoice", "INV-1")["UpdatedDateUTC"] == noon("03-10")


def test_an_erased_person_stays_listed_without_personal_data() -> None:
    book = new_book(ev.ContactChanged(noon("03-20"), "cafe", status="GDPRREQUEST"))
    assert part(row(book, "Contact", "cafe"), "ContactStatus", "EmailAddress") == {
        "ContactStatus": "GDPRREQUEST",
        "EmailAddress": "",
    }


def test_an_invoice_moved_to_another_contact_takes_its_balance_along() -> None:
    book = new_book(
        invoice("INV-1", 100),
        ev.InvoiceContactChanged(noon("03-05"), "INV-1", "landlord"),
    )
    assert "Balances" not in row(book, "Contact", "cafe")
    moved = balances(row(book, "Contact", "landlord"))
    assert moved["AccountsReceivable"]["Outstanding"] == 100


def test_archived_contacts_get_no_new_documents() -> None:
    book = new_book(ev.ContactChanged(noon("03-01"), "cafe", status="ARCHIVED"))
    with pytest.raises(Refused, match="'Harbour Cafe' is archived"):
        book.apply(invoice("INV-1", 100))


def test_groups_name_their_contacts() -> None:
    book = new_book(
        ev.ContactGroupAdded(OPENED, "retainer", "Retainer clients"),
        ev.ContactAdded(OPENED, "gym", "Quay Gym", groups=("retainer",), sales_terms_days=14),
    )
    gym = {"ContactID": xero_id(KEY, "Contact", "gym"), "Name": "Quay Gym"}
    assert row(book, "ContactGroup", "retainer")["Contacts"] == [gym]
    found = row(book, "Contact", "gym")
    assert [group["Name"] for group in found["ContactGroups"]] == ["Retainer clients"]
    assert found["PaymentTerms"] == {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}}


def test_the_organisation_is_one_row_under_its_tenant_id() -> None:
    book = new_book()
    [found] = book.rows("Organisations")
    assert part(found, "OrganisationID", "BaseCurrency", "Timezone", "PaymentTerms") == {
        "OrganisationID": book.tenant_id,
        "BaseCurrency": "NZD",
        "Timezone": "NEWZEALANDSTANDARDTIME",
        "PaymentTerms": {},
    }
    assert book.row("Organisations", book.tenant_id) is found


def test_accounts_have_a_class_and_banks_a_currency() -> None:
    book = new_book()
    assert part(row(book, "Account", BANK), "Type", "Class", "CurrencyCode", "BankAccountType") == {
        "Type": "BANK",
        "Class": "ASSET",
        "CurrencyCode": "NZD",
        "BankAccountType": "BANK",
    }
    assert part(row(book, "Account", RECEIVABLE), "SystemAccount", "CurrencyCode") == {
        "SystemAccount": "DEBTORS"
    }


def test_used_accounts_are_archived_and_unused_ones_vanish() -> None:
    book = new_book(ev.AccountAdded(OPENED, "999", "Spare", "EXPENSE"), invoice("INV-1", 10))
    book.apply(ev.AccountChanged(noon("03-05"), "999", status="DELETED"))
    assert book.row("Accounts", "999") is None
    with pytest.raises(Refused, match="can only be archived"):
        book.apply(ev.AccountChanged(noon("03-05"), SALES, status="DELETED"))
    book.apply(ev.AccountChanged(noon("03-06"), SALES, status="ARCHIVED"))
    assert row(book, "Account", SALES)["Status"] == "ARCHIVED"
    with pytest.raises(Refused, match="200 is archived"):
        book.apply(invoice("INV-2", 10))


def test_items_are_named_on_lines_until_they_are_deleted() -> None:
    item = ev.ItemAdded(OPENED, "SEO", "SEO", "Monthly SEO", Decimal(500), SALES, "OUTPUT2")
    book = new_book(item, invoice("INV-1", 10, lines=(line(10, item_code="SEO"),)))
    assert book.row("Items", "SEO") == row(book, "Item", "SEO")
    assert row(book, "Invoice", "INV-1")["LineItems"][0]["Item"]["Code"] == "SEO"
    book.apply(ev.ItemDeleted(noon("03-05"), "SEO"))
    assert not book.rows("Items")
    found = row(book, "Invoice", "INV-1")["LineItems"][0]
    assert part(found, "ItemCode", "Item") == {"ItemCode": "SEO"}


def test_tracking_is_named_by_category_and_option() -> None:
    book = new_book(
        ev.TrackingCategoryAdded(OPENED, "team", "Team", ("Design", "Media")),
        invoice("INV-1", 10, lines=(line(10, tracking=(("Team", "Media"),)),)),
    )
    [tracked] = row(book, "Invoice", "INV-1")["LineItems"][0]["Tracking"]
    assert part(tracked, "Name", "Option", "TrackingCategoryID") == {
        "Name": "Team",
        "Option": "Media",
        "TrackingCategoryID": xero_id(KEY, "TrackingCategory", "team"),
    }
    with pytest.raises(Refused, match="no option 'Sales'"):
        book.apply(invoice("INV-2", 10, lines=(line(10, tracking=(("Team", "Sales"),)),)))


def test_taxes_currencies_and_users_are_listed() -> None:
    book = new_book(ev.UserAdded(OPENED, "ada", "ada@harbour.example", "Ada", "Reed", "STANDARD"))
    assert [rate["TaxType"] for rate in book.rows("TaxRates")] == ["NONE", "OUTPUT2", "INPUT2"]
    assert [currency["Code"] for currency in book.rows("Currencies")] == ["NZD", "USD"]
    assert row(book, "User", "ada")["OrganisationRole"] == "STANDARD"


def template(on: str = "01-01", amount: int = 500) -> ev.RepeatingInvoiceSaved:
    schedule = ev.Schedule(
        "MONTHLY", 1, 20, "DAYSAFTERINVOICEDATE", day("01-01"), next_scheduled_date=day("04-01")
    )
    return ev.RepeatingInvoiceSaved(
        noon(on), "R-1", "ACCREC", "cafe", schedule, (line(amount),), "NZD"
    )


def test_an_edited_template_starts_with_the_next_invoice() -> None:
    book = new_book(template())
    assert row(book, "RepeatingInvoice", "R-1")["Schedule"]["StartDate"] == day("01-01")
    book.apply(template("03-15", 600))
    found = row(book, "RepeatingInvoice", "R-1")
    assert (found["Schedule"]["StartDate"], found["Total"]) == (day("04-01"), 600)
    assert len(book.rows("RepeatingInvoices")) == 1


def test_a_template_advances_and_marks_what_it_made() -> None:
    book = new_book(
        template(),
        invoice("INV-1", 500, "04-01", repeating_invoice="R-1"),
        ev.RepeatingInvoiceAdvanced(noon("04-01"), "R-1", day("05-01")),
    )
    guid = xero_id(KEY, "RepeatingInvoice", "R-1")
    assert row(book, "Invoice", "INV-1")["RepeatingInvoiceID"] == guid
    schedule = row(book, "RepeatingInvoice", "R-1")["Schedule"]
    assert part(schedule, "StartDate", "NextScheduledDate") == {
        "StartDate": day("01-01"),
        "NextScheduledDate": day("05-01"),
    }
    book.apply(ev.RepeatingInvoiceDeleted(noon("04-02"), "R-1"))
    assert row(book, "RepeatingInvoice", "R-1")["Status"] == "DELETED"


def test_a_book_opens_once() -> None:
    with pytest.raises(Refused, match="OrganisationOpened"):
        new_book(organisation_opened())
