"""Invoices as Xero writes them: `invoice.json.template` filled in, the same ones every time.

Every invoice has three lines; every second one is paid. Ids and change times rise together, so that
walking in the order of either gives the same pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from string import Template
from uuid import UUID

LINES_PER_INVOICE = 3

_INVOICE = Template((Path(__file__).parent / "invoice.json.template").read_text().rstrip("\n"))
_PAYMENT = Template("""
        {
          "PaymentID": "$payment_id",
          "Date": "$date",
          "Amount": $amount,
          "Reference": "",
          "CurrencyRate": 1.000000,
          "HasAccount": false,
          "HasValidationErrors": false
        }
      """)
_FULLY_PAID_ON = Template(""",
      "FullyPaidOnDate": "$date\"""")
_PAGE = Template("""{
  "Id": "d9a0b2d1-3f0c-4a39-8a0b-6d8e31b34f2c",
  "Status": "OK",
  "ProviderName": "Benchmark",
  "DateTimeUTC": "/Date(1772442000000)/",
  "pagination": {
    "page": $page,
    "pageSize": $page_size,
    "pageCount": $page_count,
    "itemCount": $item_count
  },
  "Invoices": [$invoices]
}""")
_CONTACTS = 200
_FIRST_DAY = date(2023, 9, 1)
_DAYS = 900
_HOURS_TOTAL, _HOURS_TAX = Decimal("300.00"), Decimal("45.00")


def invoices(count: int) -> list[str]:
    """`count` invoices as JSON, in the order of their ids."""
    random = Random(20_000)  # noqa: S311 - data, not secrets
    ids = sorted(_guid(random) for _ in range(count))
    contacts = [_guid(random) for _ in range(_CONTACTS)]
    return [_invoice(number, ids[number], contacts, random) for number in range(count)]


def page(everything: Sequence[str], number: int, size: int) -> bytes:
    """A page as Xero sends it: two-space indent, CRLF, escaped slashes; past the end it is empty.

    Args:
        everything: the JSON of all invoices.
        number: counted from 1.
        size: invoices a page.
    """
    found = everything[(number - 1) * size : number * size]
    text = _PAGE.substitute(
        page=number,
        page_size=size,
        page_count=-(-len(everything) // size),
        item_count=len(everything),
        invoices="\n" + ",\n".join(found) + "\n  " if found else "",
    )
    return text.replace("/", "\\/").replace("\n", "\r\n").encode()


def _invoice(number: int, invoice_id: UUID, contacts: Sequence[UUID], random: Random) -> str:
    contact = number % len(contacts)
    retainer = Decimal(random.randrange(50_000, 900_000)) / 100
    media = Decimal(random.randrange(10_000, 500_000)) / 100
    tax = (retainer * Decimal("0.15")).quantize(Decimal("0.01"))
    total = retainer + tax + _HOURS_TOTAL + _HOURS_TAX + media
    day = _FIRST_DAY + timedelta(days=number % _DAYS)
    updated = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=number)
    paid_on = day + timedelta(days=random.randrange(5, 60)) if number % 2 else None
    return _INVOICE.substitute(
        invoice_id=invoice_id,
        number=f"{number:06}",
        contact_id=contacts[contact],
        contact_name=f"Client {contact:03} Limited",
        payments=_payment(paid_on, total, random) if paid_on else "",
        fully_paid_on=_FULLY_PAID_ON.substitute(date=_wire_date(paid_on)) if paid_on else "",
        status="PAID" if paid_on else "AUTHORISED",
        amount_due="0.00" if paid_on else total,
        amount_paid=total if paid_on else "0.00",
        date=_wire_date(day),
        date_string=f"{day}T00:00:00",
        due_date=_wire_date(day + timedelta(days=20)),
        due_date_string=f"{day + timedelta(days=20)}T00:00:00",
        retainer=retainer,
        retainer_tax=tax,
        retainer_id=_guid(random),
        hours_id=_guid(random),
        media=media,
        media_id=_guid(random),
        sub_total=retainer + _HOURS_TOTAL + media,
        total_tax=tax + _HOURS_TAX,
        total=total,
        updated=_wire_instant(updated),
        updated_string=f"{updated:%Y-%m-%dT%H:%M:%SZ}",
    )


def _payment(day: date, amount: Decimal, random: Random) -> str:
    return _PAYMENT.substitute(payment_id=_guid(random), date=_wire_date(day), amount=amount)


def _guid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def _wire_date(day: date) -> str:
    return _wire_instant(datetime.combine(day, time(), UTC))


def _wire_instant(instant: datetime) -> str:
    return f"/Date({int(instant.timestamp()) * 1000}+0000)/"
