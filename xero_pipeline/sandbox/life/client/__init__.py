"""The client book's life, day by day."""

from __future__ import annotations

import datetime as dt

from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.life.client import settings
from xero_pipeline.sandbox.life.client.afterthoughts import Afterthoughts
from xero_pipeline.sandbox.life.client.papers import Papers
from xero_pipeline.sandbox.life.client.trade import Trade
from xero_pipeline.sandbox.life.desk import Desk
from xero_pipeline.sandbox.life.diary import Diary, keep
from xero_pipeline.sandbox.life.rates import DayRates


class ClientLife:
    """One day of the café after the other."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._desk = Desk(diary, DayRates(diary, settings.BASE, {}), settings.TAX_RATES)
        self._trade = Trade(self._desk)
        self._papers = Papers(self._desk)
        self._afterthoughts = Afterthoughts(diary)

    def live_a_day(self) -> None:
        diary = self._diary
        if diary.today == diary.start:
            settings.open_organisation(self._desk)
            self._papers.open_accounts()
        diary.clock_to(9)
        self._trade.take_and_spend()
        diary.clock_to(13)
        self._papers.run()
        diary.do_planned(before_hour=24)
        self._afterthoughts.run()


def client_book(seed: int, start: dt.date, until: dt.datetime) -> list[Event]:
    """The life of the book "client" up to an instant; arguments as those of `agency`."""
    diary = Diary(seed, start, settings.ZONE)
    return keep(diary, until, ClientLife(diary).live_a_day)
