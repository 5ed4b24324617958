"""Sales without a template: projects, hours, media, care billed by hand, and the online store."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.clients import (
    BY_HAND,
    HOURLY,
    MEDIA_BUYERS,
    PROJECTS,
    STORE,
)
from xero_pipeline.sandbox.life.agency.office import Office
from xero_pipeline.sandbox.life.amounts import cents
from xero_pipeline.sandbox.life.calendar import add_months, last_working_day, working_day
from xero_pipeline.sandbox.life.labels import Kind, Label, Slot, by_hand_key

_MILESTONES = (("Deposit", "0.40", 0), ("Design sign-off", "0.40", 35), ("Launch", "0.20", 70))


class Work:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._diary = office.diary

    def bill(self) -> None:
        """Everything that is invoiced by hand today."""
        today = self._diary.today
        if today == working_day(today.replace(day=4)):
            self._start_projects()
            self._bill_media()
        if today == last_working_day(today):
            self._bill_hours()
        for client, price, day in BY_HAND:
            self._bill_by_hand(client, price, day)
        if today.isoweekday() == 6:
            self.sell_online()

    def sell_online(self) -> None:
        """One sale of the online store, paid by card overnight; prices include GST."""
        chance = self._diary.chance("store/basket")
        item, price = chance.choice((("AUDIT", "149.00"), ("TEMPLATE", "59.00")))
        line = self._office.line(
            STORE,
            "Online site audit" if item == "AUDIT" else "Campaign template pack",
            Decimal(price),
            settings.SHOP,
            quantity=Decimal(chance.choice((1, 1, 1, 2, 3))),
            item=item,
            discount=Decimal(10) if chance.random() < 0.1 else None,
        )
        self._office.invoice(STORE, (line,), mode="Inclusive", reference="Web order")

    def _start_projects(self) -> None:
        chance = self._diary.chance("projects")
        for client in chance.sample(PROJECTS, k=chance.choice((0, 1, 1, 2))):
            name = chance.choice(("Website rebuild", "Brand refresh", "Campaign", "Booking portal"))
            price = Decimal(chance.randint(70, 210) * 100)
            for label, share, wait in _MILESTONES:
                milestone = partial(self._bill_milestone, client, f"{name}: {label}", price, share)
                if wait:
                    day = self._diary.today + dt.timedelta(days=wait)
                    self._diary.plan(working_day(day), milestone, hour=9)
                else:
                    milestone()

    def _bill_milestone(self, client: str, text: str, price: Decimal, share: str) -> None:
        line = self._office.line(
            client,
            text,
            cents(price * Decimal(share)),
            settings.PROJECTS,
            tracking=((settings.TEAM, "Build"), (settings.OFFICE, "Wellington")),
        )
        self._office.invoice(client, (line,), reference=text.split(":", maxsplit=1)[0])

    def _bill_hours(self) -> None:
        for client in HOURLY:
            chance = self._diary.chance(f"hours/{client}")
            if chance.random() < 0.8:
                hours = Decimal(chance.randint(24, 130)) / 4
                rate = Decimal(160 if client == "sable-fashion" else 165)
                line = self._office.line(
                    client, "Studio hours", rate, settings.TIME, quantity=hours, item="HOUR"
                )
                self._office.invoice(
                    client,
                    (line,),
                    key=by_hand_key(client, self._diary.today, self._label("hours", "variable")),
                    reference=f"Hours {self._diary.today:%b %Y}",
                )

    def _bill_media(self) -> None:
        for client in MEDIA_BUYERS:
            chance = self._diary.chance(f"media/{client}")
            if self._office.clients[client].joins < self._diary.month:
                spend = Decimal(chance.randint(120_000, 420_000)) / 100
                fee = cents(spend * Decimal("0.12"))
                lines = (
                    self._office.line(client, "Media at cost", spend, settings.MEDIA),
                    self._office.line(client, "Media management", fee, settings.FEES),
                )
                fee_label = self._label("media-fee", "variable")
                key = by_hand_key(client, self._diary.today, None, fee_label)
                self._office.invoice(client, lines, key=key, reference="Media")

    def _bill_by_hand(self, client: str, price: int, day: int) -> None:
        """Same service and price every month, a day early or late, never from a template."""
        today = self._diary.today
        usual = add_months(today, 0, anchor=day)
        jitter = self._diary.chance(f"by hand/{client}", today.replace(day=1)).randint(0, 2)
        if today != usual + dt.timedelta(days=jitter):
            return
        line: ev.Line = self._office.line(
            client, "Website care", Decimal(price), settings.HOSTING, item="CARE"
        )
        key = by_hand_key(client, today, self._label("care", "fixed"))
        self._office.invoice(client, (line,), key=key, reference=f"Care {today:%B %Y}")

    def _label(self, stream: str, kind: Kind) -> Label:
        return Label(stream, kind, Slot("MONTHLY", 1), self._diary.month)
