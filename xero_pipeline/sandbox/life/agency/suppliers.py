"""What the agency buys: bills and their payment, card spending, subscriptions and rent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal, NamedTuple

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.calendar import add_months, working_day
from xero_pipeline.sandbox.life.desk import Desk
from xero_pipeline.sandbox.life.papers import Document

Paid = Literal["on the 20th", "when due", "in dollars"]


class Supplier(NamedTuple):
    """Bills once a month; `low` and `high` bound the amount, excluding GST, in its currency."""

    key: str
    name: str
    account: str
    day: int
    low: int
    high: int
    paid: Paid
    first: int = 0
    numbered: bool = True
    by_template: bool = False  # a repeating bill of a fixed amount

    @property
    def template(self) -> str | None:
        return f"bill/{self.key}" if self.by_template else None


class Subscription(NamedTuple):
    """Charged to the card every month, GST inclusive."""

    key: str
    name: str
    day: int
    price: str
    account: str = "463"


SUPPLIERS = (
    Supplier("moss-dev", "Moss Development", "310", 28, 3600, 6200, "on the 20th"),
    Supplier("wren-copy", "Wren Copywriting", "310", 30, 900, 2400, "on the 20th", numbered=False),
    Supplier("kowhai-photo", "Kōwhai Photography", "310", 14, 600, 2600, "on the 20th", first=4),
    Supplier("lucia-moreno", "Lucia Moreno Studio", "310", 26, 1500, 3200, "in dollars", first=3),
    Supplier("countwell", "Countwell Accountants", "412", 6, 620, 780, "on the 20th"),
    Supplier("meridia-power", "Meridia Power", "445", 9, 240, 420, "when due", numbered=False),
    Supplier("fibre-north", "Fibre North", "445", 3, 189, 189, "when due", by_template=True),
    Supplier("tidy-office", "Tidy Office Cleaning", "429", 19, 380, 460, "on the 20th"),
    Supplier("paper-ink", "Paper & Ink Supplies", "429", 22, 60, 380, "on the 20th"),
)

SUBSCRIPTIONS = (
    Subscription("figura", "Figura Design Tools", 2, "287.50"),
    Subscription("codehub", "Codehub", 4, "189.75"),
    Subscription("chatter", "Chatter for Teams", 7, "241.50"),
    Subscription("mailgrove", "Mailgrove", 11, "402.50"),
    Subscription("stackbox", "Stackbox Hosting", 13, "747.50"),
    Subscription("timewell", "Timewell", 16, "115.00"),
    Subscription("deskmate", "Deskmate Support", 21, "172.50"),
    Subscription("ledger-app", "Ledger App", 23, "97.75"),
    Subscription("stockshots", "Stockshots", 27, "132.25"),
)
RENT = Subscription("wharf-property", "Wharf Property Trust", 1, "5520.00", "469")
CLOUD = Subscription("nimbus-cloud", "Nimbus Cloud Inc", 8, "640.00")  # in US dollars, no GST
_AD_NETWORKS = ("Findr Ads", "Circle Ads")
_SMALL_THINGS = (
    ("Flat White Lane", "420", 6, 48),
    ("City Cabs", "493", 11, 64),
    ("Corner Stationers", "429", 9, 85),
)


class Suppliers:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._diary = desk.diary

    def make_contacts(self) -> None:
        named = [(s.key, s.name) for s in (*SUPPLIERS, *SUBSCRIPTIONS, RENT, CLOUD)]
        named += [(_key(name), name) for name in _AD_NETWORKS]
        named += [(_key(name), name) for name, *_ in _SMALL_THINGS]
        for key, name in named:
            at = self._diary.stamp()
            self._diary.write(ev.ContactAdded(at, key, name, groups=("Suppliers",)))

    def set_up_repeating_bills(self) -> None:
        today = self._diary.today
        for supplier in SUPPLIERS:
            if supplier.template:
                first = add_months(today, 0 if today.day <= supplier.day else 1, supplier.day)
                self._diary.write(
                    ev.RepeatingInvoiceSaved(
                        at=self._diary.stamp(),
                        key=supplier.template,
                        type="ACCPAY",
                        contact=supplier.key,
                        schedule=ev.Schedule(
                            "MONTHLY", 1, 14, "DAYSAFTERBILLDATE", first, next_scheduled_date=first
                        ),
                        lines=(_line(supplier.name, Decimal(supplier.low), supplier.account),),
                        currency=settings.BASE,
                        reference=supplier.name,
                    )
                )

    def charge_subscriptions(self) -> None:
        """Overnight, to the card."""
        today = self._diary.today
        for plan in SUBSCRIPTIONS:
            if today == add_months(today, 0, anchor=plan.day):
                self._spend(settings.CARD, plan.key, plan.name, Decimal(plan.price), plan.account)

    def charge_small_things(self) -> None:
        """Advertising bought for clients, or coffee, cabs and paper."""
        chance = self._diary.chance("card/what")
        if chance.random() < 0.5:
            network = chance.choice(_AD_NETWORKS)
            amount = Decimal(chance.randint(9_000, 56_000)) / 100
            self._spend(settings.CARD, _key(network), "Media for clients", amount, "320")
        else:
            name, account, low, high = chance.choice(_SMALL_THINGS)
            amount = Decimal(chance.randint(low * 100, high * 100)) / 100
            self._spend(settings.CARD, _key(name), name, amount, account)

    def pay_standing_orders(self) -> None:
        today = self._diary.today
        if today == working_day(today.replace(day=RENT.day)):
            self._spend(settings.MAIN, RENT.key, "Studio rent", Decimal(RENT.price), RENT.account)
        enough = self._desk.balance[settings.US_DOLLARS] > 1500
        if today == working_day(today.replace(day=CLOUD.day)) and enough:
            amount = Decimal(self._diary.chance("cloud").randint(52_000, 78_000)) / 100
            self._spend(settings.US_DOLLARS, CLOUD.key, "Cloud hosting", amount, "463")

    def receive_bills(self) -> None:
        """Bills are entered on the first working day after their date."""
        today = self._diary.today
        if today.isoweekday() > 5:
            return
        for days_ago in range(3 if today.isoweekday() == 1 else 1):
            dated = today - dt.timedelta(days=days_ago)
            for supplier in SUPPLIERS:
                if dated == add_months(dated, 0, anchor=supplier.day):
                    self._enter_bill(supplier, dated)

    def _enter_bill(self, supplier: Supplier, dated: dt.date) -> None:
        if supplier.first > self._diary.month or dated < self._diary.start:
            return
        chance = self._diary.chance(f"bill/{supplier.key}")
        amount = Decimal(chance.randint(supplier.low * 100, supplier.high * 100)) / 100
        abroad = supplier.paid == "in dollars"
        number = self._diary.number("bill")
        bill = self._desk.raise_invoice(
            "ACCPAY",
            supplier.key,
            (_line(supplier.name, amount, supplier.account, "NONE" if abroad else "INPUT2"),),
            template=supplier.template,
            key=f"BILL-{number:04d}",
            number=f"{supplier.key[:3].upper()}{4100 + number}" if supplier.numbered else "",
            date=dated,
            terms=(_twentieth_after(dated) - dated).days if supplier.paid == "on the 20th" else 14,
            currency="USD" if abroad else None,
        )
        if supplier.template:
            following = add_months(dated, 1, supplier.day)
            self._diary.write(
                ev.RepeatingInvoiceAdvanced(self._diary.stamp(), supplier.template, following)
            )
        if supplier.paid != "on the 20th" and bill.due_date:
            days = 3 * chance.randint(0, 4) if abroad else 0
            day = working_day(bill.due_date + dt.timedelta(days=days))
            self._diary.plan(day, lambda: self._pay(bill))

    def _pay(self, bill: Document) -> None:
        """Dollar bills from the dollar account while it has enough, else next week."""
        if not bill.is_open:
            return
        account = settings.US_DOLLARS if bill.currency == "USD" else settings.MAIN
        if self._desk.balance[account] < bill.left:
            self._diary.plan(self._diary.today + dt.timedelta(days=7), lambda: self._pay(bill))
        else:
            self._desk.pay(bill, account)

    def pay_batch(self) -> None:
        """On the 20th everything in New Zealand dollars that is due goes out in one batch."""
        today = self._diary.today
        if today != working_day(today.replace(day=20)):
            return
        bills = [
            bill
            for bill in self._desk.open_invoices("ACCPAY", untouched=False)
            if bill.currency == settings.BASE and self._is_payable(bill)
        ]
        if bills:
            self._desk.pay_batch(bills, settings.MAIN, f"Suppliers {today:%d %b}")

    def _is_payable(self, bill: Document) -> bool:
        """Due, and not in dispute: one bill in ten is, for about two months."""
        due = bill.due_date or bill.date
        if self._diary.chance(f"dispute/{bill.key}", bill.date).random() < 0.1:
            due += dt.timedelta(days=65)
        return due <= self._diary.today

    def _spend(self, account: str, contact: str, text: str, amount: Decimal, expense: str) -> None:
        tax_type = "NONE" if account == settings.US_DOLLARS else "INPUT2"
        reconciled = self._diary.chance(f"reconciled/{contact}").random() > 0.05
        self._desk.post_bank(
            "SPEND",
            account,
            (_line(text, amount, expense, tax_type),),
            contact=contact,
            reconciled=reconciled,
        )


def _line(text: str, amount: Decimal, account: str, tax_type: str = "INPUT2") -> ev.Line:
    return ev.Line(text, Decimal(1), amount, account, tax_type)


def _twentieth_after(day: dt.date) -> dt.date:
    """The 20th of the following month, the usual term among New Zealand's suppliers."""
    return add_months(day, 1, anchor=20)


def _key(name: str) -> str:
    return name.lower().replace(" ", "-")
