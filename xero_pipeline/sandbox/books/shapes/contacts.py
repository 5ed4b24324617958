"""Rows of contacts and their groups. Balances are worked out when the row is built."""

from __future__ import annotations

import datetime as dt

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.arithmetic import total
from xero_pipeline.sandbox.books.clearing import outstanding_in_base
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes.common import Fields, present


def contact(records: Records, contact: doc.Contact) -> Fields:
    return present(
        ContactID=contact.id,
        ContactStatus=contact.status,
        Name=contact.name,
        FirstName=contact.first_name,
        LastName=contact.last_name,
        EmailAddress=contact.email,
        BankAccountDetails="",
        Addresses=[_address(kind) for kind in ("STREET", "POBOX")],
        Phones=[_phone(kind) for kind in ("DDI", "DEFAULT", "FAX", "MOBILE")],
        UpdatedDateUTC=contact.updated_at,
        ContactGroups=[_group_stub(records, key) for key in contact.groups],
        IsSupplier=any(each.control == "CREDITORS" for each in contact.payables),
        IsCustomer=any(each.control == "DEBTORS" for each in contact.payables),
        DefaultCurrency=contact.default_currency,
        MergedToContactID=records.contacts[contact.merged_to].id if contact.merged_to else None,
        SalesTrackingCategories=[],
        PurchasesTrackingCategories=[],
        Balances=_balances(contact, records.balances_day) if contact.payables else None,
        PaymentTerms=_payment_terms(contact),
        ContactPersons=[],
        HasAttachments=contact.has_attachments,
        HasValidationErrors=False,
    )


def contact_group(records: Records, group: doc.ContactGroup) -> Fields:
    return {
        "ContactGroupID": group.id,
        "Name": group.name,
        "Status": "ACTIVE",
        "Contacts": [
            {"ContactID": contact.id, "Name": contact.name}
            for contact in records.contacts
            if group.key in contact.groups
        ],
        "HasValidationErrors": False,
    }


def _balances(contact: doc.Contact, today: dt.date | None) -> Fields:
    return {
        "AccountsReceivable": _balance(contact, "DEBTORS", today),
        "AccountsPayable": _balance(contact, "CREDITORS", today),
    }


def _balance(contact: doc.Contact, control: doc.Control, today: dt.date | None) -> Fields:
    """Base currency. Outstanding is the contact's share of the control account: invoices less
    unused credit notes and overpayments (prepayments are not in that account). Overdue is the part
    of the invoices whose due date is past; credits do not lessen it. Xero's published examples have
    Overdue above Outstanding, and Outstanding below zero, which only that reading explains.
    """
    side = 1 if control == "DEBTORS" else -1
    open_ = [
        (each, side * each.sign * outstanding_in_base(each))
        for each in contact.payables
        if each.control == control and each.is_in_control_account
    ]
    overdue = [
        base
        for each, base in open_
        if each.kind == "Invoice" and each.due_date and today and each.due_date < today
    ]
    return {"Outstanding": total([base for _, base in open_]), "Overdue": total(overdue)}


def _payment_terms(contact: doc.Contact) -> Fields | None:
    if contact.sales_terms_days is None:
        return None
    return {"Sales": {"Day": contact.sales_terms_days, "Type": "DAYSAFTERBILLDATE"}}


def _group_stub(records: Records, key: str) -> Fields:
    group = records.groups[key]
    return {
        "ContactGroupID": group.id,
        "Name": group.name,
        "Status": "ACTIVE",
        "Contacts": [],
        "HasValidationErrors": False,
    }


def _address(kind: str) -> Fields:
    return {"AddressType": kind, "City": "", "Region": "", "PostalCode": "", "Country": ""}


def _phone(kind: str) -> Fields:
    return {"PhoneType": kind, "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
