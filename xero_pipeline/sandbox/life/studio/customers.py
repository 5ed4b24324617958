"""The studio's customers: one of each way in which people are billed by hand.

A customer's key begins with the name of its behaviour, as it stands in a confusion table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from xero_pipeline.sandbox.life.calendar import add_months, month_start
from xero_pipeline.sandbox.life.labels import Slot
from xero_pipeline.sandbox.life.studio import settings
from xero_pipeline.sandbox.life.studio.bills import Fate, Instalments, OneOffs, Retainer, Step

Work = Retainer | OneOffs | Instalments

WEEKLY, FORTNIGHTLY, FOUR_WEEKLY = Slot("WEEKLY", 1), Slot("WEEKLY", 2), Slot("WEEKLY", 4)
MONTHLY, TWO_MONTHLY, QUARTERLY = Slot("MONTHLY", 1), Slot("MONTHLY", 2), Slot("MONTHLY", 3)
HALF_YEARLY, YEARLY = Slot("MONTHLY", 6), Slot("MONTHLY", 12)


@dataclass(frozen=True)
class Customer:
    """Who is billed, for what, and what becomes of the contact.

    Attributes:
        behaviour: what there is to recognise.
        twin_until: from this day on invoices are made out to another contact of the same name;
            the first one is merged into it on `merged_on`.
        renamed_on: the contact gets another name on this day.
        pays_in_from: from this day on invoices are in `pays_in`, at about the same value.
    """

    behaviour: str
    name: str
    works: tuple[Work, ...]
    currency: str = settings.BASE
    twin_until: dt.date | None = None
    merged_on: dt.date | None = None
    renamed_on: dt.date | None = None
    pays_in: str = settings.BASE
    pays_in_from: dt.date | None = None

    @property
    def key(self) -> str:
        return self.behaviour.replace(",", "").replace(" ", "-")

    def currency_on(self, day: dt.date) -> str:
        switched = self.pays_in_from is not None and day >= self.pays_in_from
        return self.pays_in if switched else self.currency


class _Draw:
    """Draws one customer's particulars."""

    def __init__(self, seed: int, start: dt.date, behaviour: str) -> None:
        self.chance = Random(f"{seed}/studio/{behaviour}")  # noqa: S311 a plan, not a secret
        self.start = start

    def joins(self, latest_month: int = 9) -> dt.date:
        """The first of a month soon after the book opens."""
        return add_months(month_start(self.start), self.chance.randint(1, latest_month))

    def retainer(self, slot: Slot = MONTHLY, *, drift: int = 1, latest_month: int = 9) -> Retainer:
        chance = self.chance
        service, account = chance.choice(_SERVICES)
        anchor = chance.randint(1, 28)
        return Retainer(
            stream=service.lower().replace(" ", "-"),
            kind="fixed",
            slot=slot,
            wording=chance.choice(_BY_WEEK if slot.unit == "WEEKLY" else _WORDINGS).replace(
                "{service}", service
            ),
            price=Decimal(chance.randint(15, 380) * 10),
            account=account,
            first=add_months(self.joins(latest_month), 0, anchor=anchor),
            anchor=anchor,
            drift=drift,
        )

    def numbers(self, how_many: int, low: int, high: int, apart: int = 3) -> frozenset[int]:
        """Slot numbers that are no neighbours."""
        return frozenset(self.chance.sample(range(low, high, apart), how_many))


def customers(seed: int, start: dt.date) -> tuple[Customer, ...]:
    """The cast of a book; another seed, other particulars of the same behaviours."""
    found = [
        make(_Draw(seed, start, behaviour), behaviour)
        for behaviour, make in {**_RECURRING, **_ONE_OFF}.items()
    ]
    return tuple(replace(each, name=_name(n, seed)) for n, each in enumerate(found))


def _name(number: int, seed: int) -> str:
    word = _WORDS[(number * 7 + seed) % len(_WORDS)]
    return f"{word} {_TRADES[(number * 5 + seed) % len(_TRADES)]} {number + 1}"


# --- what recurs ---------------------------------------------------------------------------------


def _customer(behaviour: str, *works: Work, currency: str = settings.BASE) -> Customer:
    return Customer(behaviour, "", works, currency)


def _plain(slot: Slot, drift: int, latest_month: int = 9) -> Callable[[_Draw, str], Customer]:
    def make(draw: _Draw, behaviour: str) -> Customer:
        currency = draw.chance.choice((settings.BASE, settings.BASE, settings.BASE, "EUR", "USD"))
        retainer = draw.retainer(slot, drift=drift, latest_month=latest_month)
        return _customer(behaviour, retainer, currency=currency)

    return make


def _in_arrears(draw: _Draw, behaviour: str) -> Customer:
    """About the first, for the month before: some months see two invoices and some none."""
    retainer = replace(draw.retainer(drift=2), anchor=1, behind=True)
    return _customer(behaviour, replace(retainer, first=retainer.first.replace(day=1)))


def _month_end(draw: _Draw, behaviour: str) -> Customer:
    retainer = replace(draw.retainer(drift=0), anchor=31)
    return _customer(behaviour, replace(retainer, first=add_months(retainer.first, 0, anchor=31)))


def _skipping(draw: _Draw, behaviour: str) -> Customer:
    missing = draw.numbers(2, 3, 18, apart=5)
    return _customer(behaviour, replace(draw.retainer(), missing=missing))


def _fated(fate: Fate) -> Callable[[_Draw, str], Customer]:
    def make(draw: _Draw, behaviour: str) -> Customer:
        fates = dict.fromkeys(draw.numbers(2, 3, 20, apart=4), fate)
        return _customer(behaviour, replace(draw.retainer(), fates=fates))

    return make


def _stepping(draw: _Draw, behaviour: str) -> Customer:
    chance = draw.chance
    up, down = Decimal(chance.randint(105, 140)) / 100, Decimal(chance.randint(60, 92)) / 100
    first, second = chance.randint(4, 8), chance.randint(12, 17)
    steps = {
        "price up": (Step(first, up), Step(second, up * up)),
        "price down": (Step(first, down),),
        "discount for a while": (Step(first, down), Step(first + 4, Decimal(1))),
    }[behaviour]
    return _customer(behaviour, replace(draw.retainer(), steps=steps))


def _hourly(slot: Slot) -> Callable[[_Draw, str], Customer]:
    def make(draw: _Draw, behaviour: str) -> Customer:
        rate = Decimal(draw.chance.randint(70, 140))
        hours = replace(draw.retainer(slot), kind="variable", price=rate, account=settings.TIME)
        return _customer(behaviour, hours)

    return make


def _merged(draw: _Draw, behaviour: str) -> Customer:
    until = add_months(draw.start, draw.chance.randint(8, 16))
    return replace(
        _customer(behaviour, draw.retainer(latest_month=4)),
        twin_until=until,
        merged_on=add_months(until, draw.chance.randint(1, 5)),
    )


def _renamed(draw: _Draw, behaviour: str) -> Customer:
    renamed_on = add_months(draw.start, draw.chance.randint(8, 16))
    return replace(_customer(behaviour, draw.retainer()), renamed_on=renamed_on)


def _switching(draw: _Draw, behaviour: str) -> Customer:
    return replace(
        _customer(behaviour, draw.retainer(), currency=draw.chance.choice(("EUR", "USD"))),
        pays_in=settings.BASE,
        pays_in_from=add_months(draw.start, draw.chance.randint(12, 18)),
    )


def _with_extras(draw: _Draw, behaviour: str) -> Customer:
    return _customer(behaviour, replace(draw.retainer(), extras=draw.chance.randint(2, 4)))


def _two_services(draw: _Draw, behaviour: str) -> Customer:
    first, second = draw.retainer(), draw.retainer(draw.chance.choice((MONTHLY, QUARTERLY)))
    while second.stream == first.stream:
        second = draw.retainer(second.slot)
    return _customer(behaviour, first, second)


def _split(draw: _Draw, behaviour: str) -> Customer:
    return _customer(behaviour, replace(draw.retainer(), split=True))


def _ended(draw: _Draw, behaviour: str) -> Customer:
    retainer = draw.retainer(latest_month=4)
    return _customer(behaviour, replace(retainer, last=draw.chance.randint(6, 18)))


def _came_back(draw: _Draw, behaviour: str) -> Customer:
    left = draw.chance.randint(5, 9)
    away = range(left, left + draw.chance.randint(4, 7))
    return _customer(behaviour, replace(draw.retainer(latest_month=4), missing=frozenset(away)))


# --- what does not -------------------------------------------------------------------------------


def _projects(draw: _Draw, behaviour: str) -> Customer:
    texts = ("Design work", "Website changes", "Campaign design", "Print design {month}")
    works = OneOffs(texts, (300, 9_000), settings.PROJECTS, draw.joins(), (11, 110))
    return _customer(behaviour, works)


def _instalments(draw: _Draw, behaviour: str) -> Customer:
    parts = draw.chance.choice(
        (
            ("instalment 1 of 3", "instalment 2 of 3", "instalment 3 of 3"),
            ("Deposit", "Second stage", "Final payment"),
            ("part 1/3", "part 2/3", "part 3/3"),
            ("milestone 1", "milestone 2", "milestone 3"),
        )
    )
    price = Decimal(draw.chance.randint(20, 90) * 100)
    again = draw.chance.randint(200, 400)
    project = Instalments("Website build", parts, price, settings.PROJECTS, draw.joins(), again)
    return _customer(behaviour, project)


def _media(draw: _Draw, behaviour: str) -> Customer:
    """Every month, at cost: no revenue of the studio's."""
    media = replace(draw.retainer(), wording="Media spend {month}", account=settings.MEDIA)
    return _customer(behaviour, media)


def _small_sales(draw: _Draw, behaviour: str) -> Customer:
    """The price list's price, whenever somebody needs one."""
    price = draw.chance.choice((49, 59, 149))
    sales = OneOffs(("Template pack",), (price, price), settings.SHOP, draw.joins(), (4, 75))
    return _customer(behaviour, sales)


def _seasonal(draw: _Draw, behaviour: str) -> Customer:
    """Some invoices around Christmas, then nothing until the next one."""
    first = dt.date(draw.start.year, 11, draw.chance.randint(3, 25))
    texts = ("Christmas campaign", "Christmas window", "Season's cards")
    season = OneOffs(texts, (400, 4_000), settings.PROJECTS, first, (8, 24), bursts=3, pause=310)
    return _customer(behaviour, season)


def _twice(draw: _Draw, behaviour: str) -> Customer:
    price = draw.chance.randint(200, 2_000)
    gap = draw.chance.choice((7, 14, 30, 31, 91))
    works = OneOffs(
        ("Content plan",), (price, price), settings.RETAINERS, draw.joins(), (gap, gap), last=2
    )
    return _customer(behaviour, works)


_RECURRING: dict[str, Callable[[_Draw, str], Customer]] = {
    "monthly": _plain(MONTHLY, 1),
    "monthly, drifting": _plain(MONTHLY, 3),
    "monthly, in arrears": _in_arrears,
    "monthly, last day": _month_end,
    "weekly": _plain(WEEKLY, 1),
    "fortnightly": _plain(FORTNIGHTLY, 1),
    "four-weekly": _plain(FOUR_WEEKLY, 2),
    "two-monthly": _plain(TWO_MONTHLY, 4),
    "quarterly": _plain(QUARTERLY, 5),
    "half-yearly": _plain(HALF_YEARLY, 9, latest_month=4),
    "yearly": _plain(YEARLY, 12, latest_month=3),
    "skipping a month": _skipping,
    "rebilled": _fated("rebilled"),
    "free month": _fated("credited"),
    "goodwill": _fated("goodwill"),
    "price up": _stepping,
    "price down": _stepping,
    "discount for a while": _stepping,
    "hours, monthly": _hourly(MONTHLY),
    "hours, fortnightly": _hourly(FORTNIGHTLY),
    "hours, weekly": _hourly(WEEKLY),
    "merged contact": _merged,
    "renamed contact": _renamed,
    "currency switch": _switching,
    "beside one-offs": _with_extras,
    "two services": _two_services,
    "two lines a day": _split,
    "ended": _ended,
    "came back": _came_back,
}
_ONE_OFF: dict[str, Callable[[_Draw, str], Customer]] = {
    "irregular projects": _projects,
    "three instalments": _instalments,
    "rebilled media": _media,
    "small sales": _small_sales,
    "seasonal": _seasonal,
    "twice only": _twice,
}


def behaviours() -> Iterable[str]:
    """All of them, in the order of a table: what recurs first."""
    return (*_RECURRING, *_ONE_OFF)


def one_offs() -> Iterable[str]:
    """The behaviours in which nothing recurs."""
    return tuple(_ONE_OFF)


_SERVICES = (
    ("Website care", settings.HOSTING),
    ("Hosting", settings.HOSTING),
    ("SEO retainer", settings.RETAINERS),
    ("Social media management", settings.RETAINERS),
    ("Email marketing", settings.RETAINERS),
    ("PPC management", settings.RETAINERS),
    ("Brand support", settings.RETAINERS),
    ("Reporting", settings.RETAINERS),
)
_WORDINGS = (
    "{service}",
    "{service} - {month} {year}",
    "{service} for {month}",
    "{service} {period}",
    "{mon} {year}: {service}",
    "{service}, {day} {mon} {year}",
    "{service} #{number}",
)
_BY_WEEK = ("{service}", "{service} w/e {day} {mon}", "{service} - week {number}")
_WORDS = ("Aire", "Birch", "Calder", "Dale", "Elm", "Foundry", "Gannet", "Heron", "Ibis", "Juniper")
_TRADES = ("Dental", "Breweries", "Law", "Coffee", "Cycles", "Estates", "Physio", "Foods", "Travel")
