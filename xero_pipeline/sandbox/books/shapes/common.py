"""The pieces that several kinds of row share."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.arithmetic import PricedLine
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.contract import Value

Fields = dict[str, Value]


def present(**fields: Value) -> Fields:
    """The fields that are set, in the order given: Xero leaves null ones out."""
    return {name: value for name, value in fields.items() if value is not None}


def contact_stub(records: Records, key: str) -> Fields:
    """A contact as documents nest it."""
    contact = records.contacts[key]
    return {
        "ContactID": contact.id,
        "Name": contact.name,
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def account_stub(records: Records, code: str) -> Fields:
    account = records.chart[code]
    return {"AccountID": account.id, "Code": account.key, "Name": account.name}


def line_items(records: Records, lines: tuple[PricedLine, ...]) -> list[Fields]:
    return [_line_item(records, line) for line in lines]


def rate(rate: Decimal | None) -> Decimal:
    """CurrencyRate of a document in the base currency is 1."""
    return Decimal(1) if rate is None else rate


def payment_stub(payment: doc.Payment) -> Fields:
    """A payment as the document it settles nests it."""
    return present(
        PaymentID=payment.id,
        BatchPaymentID=payment.batch.id if payment.batch else None,
        Date=payment.date,
        Amount=payment.amount,
        Reference=payment.reference,
        CurrencyRate=rate(payment.rate),
        HasAccount=False,
        HasValidationErrors=False,
    )


def invoice_stub(**known: Value) -> Fields:
    """A document under the key `Invoice` of something else; `known` comes first."""
    return present(
        **known,
        Payments=[],
        CreditNotes=[],
        Prepayments=[],
        Overpayments=[],
        HasErrors=False,
        IsDiscounted=False,
        LineItems=[],
    )


def tracking(records: Records, tracking: tuple[tuple[str, str], ...]) -> list[Fields]:
    """A line's options, by (category name, option name)."""
    return [_tracked(records, category, option) for category, option in tracking]


def history_record(record: doc.HistoryRecord) -> Fields:
    return {
        "Changes": record.changes,
        "DateUTC": record.at,
        "User": record.user,
        "Details": record.details,
    }


def _line_item(records: Records, priced: PricedLine) -> Fields:
    line = priced.line
    item = records.items.get(line.item_code) if line.item_code else None
    account = records.chart.get(line.account_code)
    return present(
        ItemCode=line.item_code,
        Description=line.description,
        UnitAmount=line.unit_amount,
        TaxType=line.tax_type,
        TaxAmount=priced.tax,
        LineAmount=priced.amount,
        AccountCode=line.account_code,
        Item={"ItemID": item.id, "Name": item.event.name, "Code": item.key} if item else None,
        Tracking=tracking(records, line.tracking),
        Quantity=line.quantity,
        DiscountRate=line.discount_rate,
        DiscountAmount=priced.discount if line.discount_rate else None,
        LineItemID=priced.id,
        AccountID=account.id if account else None,
    )


def _tracked(records: Records, name: str, option: str) -> Fields:
    category = records.category_named(name)
    return {
        "Name": name,
        "Option": option,
        "TrackingCategoryID": category.id,
        "TrackingOptionID": category.options[option],
        "Options": [],
    }
