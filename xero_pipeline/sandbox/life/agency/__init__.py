"""The agency's life, day by day."""

from __future__ import annotations

import datetime as dt

from xero_pipeline.sandbox.events import (
    BankTransactionPosted,
    Event,
    InvoiceRaised,
    PaymentMade,
)
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.contact_oddities import ContactOddities
from xero_pipeline.sandbox.life.agency.oddities import Oddities
from xero_pipeline.sandbox.life.agency.offers import Offers
from xero_pipeline.sandbox.life.agency.office import Office
from xero_pipeline.sandbox.life.agency.other_oddities import BankOddities, PaperOddities
from xero_pipeline.sandbox.life.agency.retainers import Retainers
from xero_pipeline.sandbox.life.agency.sales_oddities import SalesOddities
from xero_pipeline.sandbox.life.agency.suppliers import Suppliers
from xero_pipeline.sandbox.life.agency.treasury import Treasury
from xero_pipeline.sandbox.life.agency.work import Work
from xero_pipeline.sandbox.life.desk import Desk
from xero_pipeline.sandbox.life.diary import Diary, keep
from xero_pipeline.sandbox.life.rates import DayRates


class AgencyLife:
    """One day of the agency after the other; the order within a day is the order of the clock."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._rates = DayRates(diary, settings.BASE, settings.USUAL_RATES)
        self._desk = Desk(diary, self._rates, settings.TAX_RATES)
        self._office = Office(self._desk)
        self._retainers = Retainers(self._office)
        self._work = Work(self._office)
        self._suppliers = Suppliers(self._desk)
        self._treasury = Treasury(self._desk)
        self._offers = Offers(self._office)
        self._oddities = self._gather_oddities()

    def _gather_oddities(self) -> Oddities:
        sales = SalesOddities(self._office)
        parts = (
            sales,
            BankOddities(sales),
            PaperOddities(self._office),
            ContactOddities(self._office, self._retainers),
        )
        return Oddities(self._office, [oddity for part in parts for oddity in part.table()])

    def live_a_day(self) -> None:
        diary = self._diary
        self._rates.move()
        if diary.today == diary.start:
            settings.open_organisation(self._desk)
            self._suppliers.make_contacts()
            self._suppliers.set_up_repeating_bills()
            self._treasury.make_contacts()
            self._treasury.open_accounts()
        diary.do_planned(before_hour=6)
        self._suppliers.charge_subscriptions()
        self._office.welcome_new_clients()
        self._retainers.tend()
        diary.clock_to(8)
        self._treasury.run()
        self._suppliers.pay_standing_orders()
        diary.do_planned(before_hour=12)
        diary.clock_to(12)
        self._work.bill()
        self._suppliers.receive_bills()
        self._suppliers.pay_batch()
        diary.do_planned(before_hour=24)
        self._oddities.run()
        self._fill_a_quiet_day()
        self._offers.tend()

    def _fill_a_quiet_day(self) -> None:
        """No day without a sale or payment, or without a movement at the bank."""
        written = self._diary.written_today
        if not any(isinstance(event, InvoiceRaised | PaymentMade) for event in written):
            self._work.sell_online()
        if not any(isinstance(event, BankTransactionPosted) for event in written):
            self._suppliers.charge_small_things()


def agency(seed: int, start: dt.date, until: dt.datetime) -> list[Event]:
    """The life of the book "agency" up to an instant.

    Args:
        seed: another seed, another life; the same one, the same life.
        start: the organisation-local day on which the book opens.
        until: an instant (aware); events at or before it are returned, in order.
    """
    diary = Diary(seed, start, settings.ZONE)
    return keep(diary, until, AgencyLife(diary).live_a_day)
