"""Quotes, purchase orders, themes, a budget, links: papers that post nothing, touch no figure.

Written last on their day, so that nothing else in the agency's life moves for them.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox import order_events as orders
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.clients import CLIENTS, Client
from xero_pipeline.sandbox.life.agency.office import Office
from xero_pipeline.sandbox.life.calendar import months_between

_THEMES = ("Standard", "Retainers")
_DAY_OF_QUOTES, _DAY_OF_ORDERS, _DAY_OF_LINKS = 10, 12, 15
_DAYS_TO_ANSWER, _DAYS_TO_DELIVER = 6, 14
_PRINTER = "paper-ink"


class Offers:
    """One quote and one purchase order a month, each with its answer some days later."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._diary = office.diary
        self._waiting: dict[dt.date, list[ev.Event]] = {}

    def tend(self) -> None:
        today = self._diary.today
        if today == self._diary.start:
            self._prepare()
        if today.day == _DAY_OF_QUOTES:
            self._quote()
        if today.day == _DAY_OF_ORDERS:
            self._order()
        if today.day == _DAY_OF_LINKS:
            self._charge_on()
            self._mark_sent()
        for answer in self._waiting.pop(today, ()):
            self._diary.write(ev.happening_at(answer, self._diary.stamp()))

    def _prepare(self) -> None:
        for name in _THEMES:
            self._diary.write(orders.BrandingThemeAdded(self._diary.stamp(), name, name))
        months = [f"{self._diary.today.year + 1}-{month:02}" for month in range(1, 13)]
        lines = tuple(
            orders.BudgetLine(code, tuple((month, Decimal(amount)) for month in months))
            for code, amount in ((settings.RETAINERS, 60_000), (settings.PROJECTS, 15_000))
        )
        self._diary.write(orders.BudgetSaved(self._diary.stamp(), "overall", "Next year", lines))

    def _quote(self) -> None:
        """To one of the clients of the first day, in turn; every third one is declined."""
        number = months_between(self._diary.start, self._diary.today)
        clients = [
            each.key
            for each in CLIENTS
            if each.joins < 1
            and each.currency == settings.BASE
            and self._office.is_active(each.key)
        ]
        if not clients:
            return
        client, today = clients[number % len(clients)], self._diary.today
        price = Decimal(2400 + 350 * (number % 7))
        key = f"QU-{number:04}"
        self._diary.write(
            orders.QuoteRaised(
                self._diary.stamp(),
                key,
                key,
                client,
                today,
                today + dt.timedelta(days=30),
                (self._office.line(client, "Campaign site", price, settings.PROJECTS),),
                settings.BASE,
                status="SENT",
                title="Campaign site",
                summary="Design, build and launch",
                terms="Valid for thirty days",
                branding_theme=_THEMES[0],
            )
        )
        self._later(
            _DAYS_TO_ANSWER,
            orders.QuoteStatusChanged(
                self._diary.stamp(), key, "DECLINED" if number % 3 == 2 else "ACCEPTED"
            ),
        )

    def _may_be_asked(self, client: Client) -> bool:
        joined, local = client.joins < 1, client.currency == settings.BASE
        return joined and local and self._office.is_active(client.key)

    def _order(self) -> None:
        number, today = months_between(self._diary.start, self._diary.today), self._diary.today
        key = f"PO-{number:04}"
        line = ev.Line("Brochures", Decimal(50), Decimal("3.80"), "429", "INPUT2")
        self._diary.write(
            orders.PurchaseOrderRaised(
                self._diary.stamp(),
                key,
                key,
                _PRINTER,
                today,
                today + dt.timedelta(days=_DAYS_TO_DELIVER),
                (line,),
                settings.BASE,
                status="AUTHORISED",
                sent_to_contact=True,
            )
        )
        self._later(
            _DAYS_TO_DELIVER,
            orders.PurchaseOrderStatusChanged(self._diary.stamp(), key, "BILLED"),
        )

    def _charge_on(self) -> None:
        """A bill is to be charged to a client; the next month somebody thinks better of it."""
        bills = [each for each in self._office.desk.open_invoices("ACCPAY") if each.lines]
        clients = [client.key for client in CLIENTS if self._may_be_asked(client)]
        if not bills or not clients:
            return
        key = f"link/{self._diary.today:%Y-%m}"
        linked = orders.ExpenseLinked(
            self._diary.stamp(), key, "Invoice", bills[0].key, 1, clients[0]
        )
        self._diary.write(linked)
        self._later(31, orders.ExpenseUnlinked(self._diary.stamp(), key))

    def _mark_sent(self) -> None:
        """The oldest invoice that nothing was paid on was handed over by hand."""
        for document in self._office.desk.open_invoices("ACCREC", untouched=True)[:1]:
            self._diary.write(ev.InvoiceSent(self._diary.stamp(), document.key))

    def _later(self, days: int, event: ev.Event) -> None:
        self._waiting.setdefault(self._diary.today + dt.timedelta(days=days), []).append(event)
