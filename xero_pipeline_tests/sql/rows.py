"""What rows of documents hold: amounts, lines and what a payment points at. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Amount = Decimal | int | str


def money(value: object) -> Decimal:
    """A readable amount ("1,150.00") as Decimal with two places."""
    return Decimal(str(value).replace(",", "")).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Line:
    """One line: `amount` as on the document (with tax when the document is Inclusive)."""

    amount: Amount
    account: str = "200"
    description: str = "Work"
    tax: Amount = 0
    item: str | None = None
    quantity: Amount = 1


def amounts(lines: Sequence[Line], amount_types: str, total: Amount | None) -> Row:
    """SubTotal, TotalTax and Total; a total that is given wins over the sum of the lines."""
    tax = sum((money(line.tax) for line in lines), money(0))
    sum_of_lines = sum((money(line.amount) for line in lines), money(0))
    computed = sum_of_lines if amount_types == "Inclusive" else sum_of_lines + tax
    whole = computed if total is None else money(total)
    return {
        "line_amount_types": amount_types,
        "sub_total": whole - tax,
        "total_tax": tax,
        "total": whole,
    }


def line_item(line: Line, line_item_id: str, account_id: str) -> Row:
    return {
        "line_item_id": line_item_id,
        "description": line.description,
        "quantity": str(line.quantity),
        "account_code": line.account,
        "account_id": account_id,
        "item_code": line.item,
        "line_amount": money(line.amount),
        "tax_amount": money(line.tax),
    }


def the_one(**named: str | None) -> tuple[str, str]:
    """The only argument that was given, as (kind, key)."""
    given = [(kind, key) for kind, key in named.items() if key is not None]
    if len(given) != 1:
        raise ValueError(f"name exactly one of {', '.join(named)}")
    return given[0]


_REFUNDS = {
    ("CreditNote", "ACCRECCREDIT"): "ARCREDITPAYMENT",
    ("CreditNote", "ACCPAYCREDIT"): "APCREDITPAYMENT",
    ("Prepayment", "RECEIVE-PREPAYMENT"): "ARPREPAYMENTPAYMENT",
    ("Prepayment", "SPEND-PREPAYMENT"): "APPREPAYMENTPAYMENT",
    ("Overpayment", "RECEIVE-OVERPAYMENT"): "AROVERPAYMENTPAYMENT",
    ("Overpayment", "SPEND-OVERPAYMENT"): "APOVERPAYMENTPAYMENT",
}


def payment_type(kind: str, document_type: str) -> str:
    return f"{document_type}PAYMENT" if kind == "Invoice" else _REFUNDS[kind, document_type]


def payment_target(kind: str, document: Row) -> Row:
    contact = document["contact"]
    if kind == "Invoice":
        keys = ("invoice_id", "invoice_number", "type", "currency_code", "contact")
        return {"invoice": {key: document[key] for key in keys}}
    column = {"CreditNote": "credit_note"}.get(kind, kind.lower())
    return {column: {f"{column}_id": document[f"{column}_id"], "contact": contact}}
