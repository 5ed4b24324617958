"""Invoices as Xero writes them: `invoice.json.template` filled in, the same ones every time.

Every invoice has three lines; every second one is paid. Ids and change times rise together, so that
walking in the order of either gives the same pages. Above 20,000 they repeat in blocks, under ids
and numbers of their own: writing each out would take minutes and gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from string import Template
from uuid import UUID

LINES_PER_INVOICE = 3
BLOCK = 20_000

_FIRST_ID, _FIRST_NUMBER = b'"0000', b'"INV-00'

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
_HEAD = Template("""{
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
  "Invoices": [""")
_TAIL = "]\n}"
_CONTACTS = 200
_FIRST_DAY = date(2023, 9, 1)
_DAYS = 900
_FIRST_UPDATE = datetime(2026, 3, 1, tzinfo=UTC)
_HOURS_TOTAL, _HOURS_TAX = Decimal("300.00"), Decimal("45.00")


class Invoices:
    """`count` invoices in the order of their ids, cut into pages.

    Args:
        count: all of them; above BLOCK a multiple of it.
    """

    def __init__(self, count: int) -> None:
        if count > BLOCK and count % BLOCK:
            raise ValueError(f"above {BLOCK:,} invoices only multiples of it, not {count:,}")
        self.count = count
        self._block = _invoices(min(count, BLOCK))
        self._rendered = cache(self._render)

    def page(self, number: int, size: int) -> bytes:
        """A page as Xero sends it: two-space indent, CRLF, escaped slashes; past the end it is
        empty.

        Args:
            number: counted from 1.
            size: invoices a page.

        Raises:
            ValueError: a page would reach from one block into the next.
        """
        if self.count > BLOCK and BLOCK % size:
            raise ValueError(f"{size} invoices a page do not divide {BLOCK:,}")
        block, first = divmod((number - 1) * size, len(self._block))
        is_within = block * BLOCK < self.count
        records = _in_block(self._rendered(first, size), block) if is_within else b""
        return _page(records, number, size, self.count)

    def edited(self, block: int) -> bytes:
        """Every hundredth invoice of a block as it reads after an edit, on a page of its own."""
        changed = [_edited(each) for each in self._block[::100]]
        return _page(_in_block(_listed(changed), block), 1, len(changed), len(changed))

    def _render(self, first: int, size: int) -> bytes:
        return _listed(self._block[first : first + size])


def _listed(found: Sequence[str]) -> bytes:
    return _wire("\n" + ",\n".join(found) + "\n  ") if found else b""


def _in_block(records: bytes, block: int) -> bytes:
    """The records with the ids and numbers of that block."""
    return records.replace(_FIRST_ID, b'"%04x' % block).replace(_FIRST_NUMBER, b'"INV-%02d' % block)


def _page(records: bytes, number: int, size: int, count: int) -> bytes:
    head = _HEAD.substitute(
        page=number, page_size=size, page_count=-(-count // size), item_count=count
    )
    return _wire(head) + records + _wire(_TAIL)


def _wire(text: str) -> bytes:
    return text.replace("/", "\\/").replace("\n", "\r\n").encode()


def _edited(invoice: str) -> str:
    later = _wire_instant(_FIRST_UPDATE + timedelta(days=90))
    invoice = re.sub(r'"UpdatedDateUTC": "[^"]*"', f'"UpdatedDateUTC": "{later}"', invoice)
    return invoice.replace(' / Retainer"', ' / Retainer, as agreed"')


def _invoices(count: int) -> list[str]:
    random = Random(20_000)  # noqa: S311 - data, not secrets
    ids = sorted(_guid(random) for _ in range(count))
    contacts = [_guid(random) for _ in range(_CONTACTS)]
    return [_invoice(number, ids[number], contacts, random) for number in range(count)]


def _invoice(number: int, invoice_id: UUID, contacts: Sequence[UUID], random: Random) -> str:
    contact = number % len(contacts)
    retainer = Decimal(random.randrange(50_000, 900_000)) / 100
    media = Decimal(random.randrange(10_000, 500_000)) / 100
    tax = (retainer * Decimal("0.15")).quantize(Decimal("0.01"))
    total = retainer + tax + _HOURS_TOTAL + _HOURS_TAX + media
    day = _FIRST_DAY + timedelta(days=number % _DAYS)
    updated = _FIRST_UPDATE + timedelta(seconds=number)
    paid_on = day + timedelta(days=random.randrange(5, 60)) if number % 2 else None
    return _INVOICE.substitute(
        invoice_id=invoice_id,
        number=f"{number:08}",
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
    """It begins with the number of its block, which is 0 until `in_block` says otherwise."""
    return UUID(int=random.getrandbits(112), version=4)


def _wire_date(day: date) -> str:
    return _wire_instant(datetime.combine(day, time(), UTC))


def _wire_instant(instant: datetime) -> str:
    return f"/Date({int(instant.timestamp()) * 1000}+0000)/"
