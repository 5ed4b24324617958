"""The café's bank feed as its owner codes it: much of it right, much of it left for someone else.

What is left on a monitored account meets one of several ends: it stays, it is recoded later, it is
deleted as a duplicate. Receipts are attached to some of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from random import Random

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.document_events import FileAttached
from xero_pipeline.sandbox.life.amounts import cents
from xero_pipeline.sandbox.life.client import settings
from xero_pipeline.sandbox.life.client.settings import COUNTERPARTS, Counterpart
from xero_pipeline.sandbox.life.desk import Desk

_RECEIPT = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Trade:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._diary = desk.diary

    def take_and_spend(self) -> None:
        """One or two movements on most days, none on some Sundays."""
        chance = self._diary.chance("feed")
        count = chance.choice((0, 1)) if self._diary.today.isoweekday() == 7 else 1
        for number in range(count + (chance.random() < 0.45)):
            who = chance.choices(COUNTERPARTS, weights=[c.weight for c in COUNTERPARTS])[0]
            self._post(who, self._diary.chance(f"feed/{number}"))

    def _post(self, who: Counterpart, chance: Random) -> None:
        amount = Decimal(chance.randint(who.low * 100, who.high * 100)) / 100
        right = (_line(who.name, amount, who.account, who.tax_type),)
        lines = _left_uncategorised(who, amount, chance) if chance.random() < 0.38 else right
        posted = self._desk.post_bank(
            who.kind,
            settings.CURRENT,
            lines,
            contact=who.key if chance.random() > 0.06 else None,
            reference=f"{who.name.upper()[:12]} {chance.randint(1000, 9999)}",
            reconciled=chance.random() < 0.5,
        )
        if lines is right:
            self._doubt_later(posted, who, chance)
        else:
            self._deal_with(posted, right, chance)

    def _deal_with(
        self, posted: ev.BankTransactionPosted, right: tuple[ev.Line, ...], chance: Random
    ) -> None:
        """The fate of a movement left on a monitored account."""
        if chance.random() < 0.3:
            self._attach_receipt(posted)
        fate = chance.random()
        if fate < 0.35:
            self._recode_after(chance.randint(4, 70), posted, right)
        elif fate < 0.43 and not posted.is_reconciled:
            self._later(chance.randint(2, 20), lambda: self._desk.delete_bank(posted))
        elif not posted.is_reconciled:
            self._later(
                chance.randint(1, 30),
                lambda: self._diary.write(
                    ev.BankTransactionReconciled(self._diary.stamp(), posted.key)
                ),
            )

    def _doubt_later(
        self, posted: ev.BankTransactionPosted, who: Counterpart, chance: Random
    ) -> None:
        """Now and then something coded well is moved to "Ask my accountant"."""
        if chance.random() < 0.04:
            amount = posted.lines[0].unit_amount
            doubtful = (_line(f"{who.name} ?", amount, settings.ASK_ACCOUNTANT),)
            self._recode_after(chance.randint(3, 25), posted, doubtful)

    def _attach_receipt(self, posted: ev.BankTransactionPosted) -> None:
        self._diary.write(
            FileAttached(
                at=self._diary.stamp(),
                key=f"FILE-{self._diary.number('file'):04d}",
                kind="BankTransaction",
                document=posted.key,
                file_name=f"receipt-{posted.key.lower()}.pdf",
                mime_type="application/pdf",
                content=_RECEIPT + f"% {posted.key} {posted.date}\n".encode(),
            )
        )

    def _recode_after(
        self, days: int, posted: ev.BankTransactionPosted, lines: tuple[ev.Line, ...]
    ) -> None:
        def recode() -> None:
            at = self._diary.stamp()
            self._diary.write(ev.DocumentRecoded(at, "BankTransaction", posted.key, lines))

        self._later(days, recode)

    def _later(self, days: int, action: Callable[[], None]) -> None:
        self._diary.plan(self._diary.today + dt.timedelta(days=days), action, hour=15)


def _left_uncategorised(who: Counterpart, amount: Decimal, chance: Random) -> tuple[ev.Line, ...]:
    """One line on a monitored account; in one case of five, beside a line that is right."""
    if who.kind == "RECEIVE":
        account = settings.UNCATEGORISED_INCOME
    else:
        account = chance.choice(
            (
                settings.UNCATEGORISED_EXPENSE,
                settings.UNCATEGORISED_EXPENSE,
                settings.ASK_ACCOUNTANT,
                settings.SUSPENSE,
            )
        )
    if chance.random() >= 0.2:
        return (_line(who.name, amount, account),)
    known = cents(amount * chance.choice((3, 5, 7)) / 10)
    return (
        _line(who.name, known, who.account, who.tax_type),
        _line("Not sure", amount - known, account),
    )


def _line(text: str, amount: Decimal, account: str, tax_type: str = "NONE") -> ev.Line:
    return ev.Line(text, Decimal(1), amount, account, tax_type)
