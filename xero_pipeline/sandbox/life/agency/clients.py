"""Who the agency works for: clients, how they pay, and the retainers they are on.

Months count from the month the book opens. Prices are excluding GST in the client's currency; the
seed moves each of them a little.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox.life.agency import settings

Habit = Literal["card", "prompt", "slow", "very late", "in parts"]
Unit = Literal["WEEKLY", "MONTHLY"]


@dataclass(frozen=True)
class Client:
    key: str
    name: str
    habit: Habit = "prompt"
    currency: str = "NZD"
    terms: int = 20  # days after the invoice date
    group: str = "Retainer clients"
    joins: int = 0  # month in which the contact is made

    @property
    def tax_type(self) -> str:
        return "OUTPUT2" if self.currency == "NZD" else "ZERORATED"


@dataclass(frozen=True)
class Change:
    """A new price (factor on the one before) or discount, for invoices after this month's 5th."""

    month: int
    factor: Decimal = Decimal(1)
    discount: Decimal | None = None


@dataclass(frozen=True)
class Retainer:
    """A repeating template's life. `day`: day of month, or ISO weekday of weekly ones."""

    client: str
    service: str
    price: int
    day: int = 1
    unit: Unit = "MONTHLY"
    period: int = 1
    first: int = 0
    last: int | None = None  # deleted on the 10th of this month
    end_date_set: bool = False  # instead of deleted: an end date is entered two months ahead
    changes: tuple[Change, ...] = ()
    discount: Decimal | None = None
    media: int = 0  # a pass-through media budget on the same invoice
    saves_drafts: bool = False
    inclusive: bool = False
    account: str = settings.RETAINERS
    again: bool = False  # the client's second template for this service

    @property
    def key(self) -> str:
        suffix = "/again" if self.again else ""
        return f"retainer/{self.client}/{self.service.lower().replace(' ', '-')}{suffix}"


def _percent(text: str) -> Decimal:
    return Decimal(text)


CLIENTS = (
    Client("harbour-cafe", "Harbour Street Café", "card", terms=7),
    Client("tui-brewing", "Tui Lane Brewing Co", "slow", terms=7),
    Client("kauri-dental", "Kauri Dental Group", "prompt", terms=10),
    Client("southern-tours", "Southern Alps Tours", "slow", terms=14, joins=5),
    Client("pohutukawa-law", "Pōhutukawa Law", "prompt"),
    Client("wairau-wines", "Wairau Hill Wines", "slow"),
    Client("kiwi-kombucha", "Kiwi Kombucha", "in parts"),
    Client("matariki-energy", "Matariki Energy", "prompt", joins=3),
    Client("city-vets", "City Vets Wellington", "prompt", terms=14),
    Client("bluebird-books", "Bluebird Books", "very late"),
    Client("northshore-physio", "North Shore Physio", "slow", terms=14),
    Client("fern-finance", "Silver Fern Finance", "prompt", joins=8),
    Client("waikato-dairy", "Waikato Dairy Co-op", "slow", terms=30, joins=10),
    Client("bondi-surf", "Bondi Surf Schools Pty", "prompt", "AUD"),
    Client("yarra-architects", "Yarra Architects Pty", "slow", "AUD", joins=6),
    Client("sydney-sleep", "Sydney Sleep Clinics Pty", "in parts", "AUD", joins=11),
    Client("cascade-robotics", "Cascade Robotics Inc", "prompt", "USD", terms=30, joins=2),
    Client("bay-bikes", "Bay Area Bikes LLC", "very late", "USD", terms=30, joins=9),
    Client("moana-skincare", "Moana Skincare", "prompt"),
    Client("kea-logistics", "Kea Logistics", "slow"),
    Client("rimu-homes", "Rimu Homes", "very late"),
    Client("tasman-trucks", "Tasman Trucks", "slow", joins=13),
    Client("pounamu", "Pounamu Jewellers", "card", terms=7),
    Client("glow-fitness", "Glow Fitness", "in parts", joins=4),
    Client("lakeside-hotel", "Lakeside Hotel Queenstown", "slow"),
    Client("otago-museum", "Ōtākou Museum Trust", "slow"),
    Client("civic-theatre", "Civic Theatre Company", "prompt", joins=4),
    Client("harvest-foods", "Harvest Foods", "slow"),
    Client("te-awa-school", "Te Awa School", "prompt"),
    Client("summit-insurance", "Summit Insurance Brokers", "prompt"),
    Client("orchard-trust", "Orchard Trust", "slow", joins=5),
    Client("hutt-rowing", "Hutt Rowing Club", "very late", joins=1),
    Client("aurora-software", "Aurora Software Inc", "prompt", "USD", terms=30, joins=7),
    Client("kahu-aviation", "Kāhu Aviation", "prompt", joins=23),
    Client("perth-ports", "Perth Port Services Pty", "slow", "AUD", joins=25),
    Client("ruru-security", "Ruru Security", "in parts", joins=27),
    Client("mako-gear", "Mako Dive Gear", "very late", joins=28),
    Client("greenstone-plumbing", "Greenstone Plumbing", "prompt", terms=14),
    Client("coastal-yoga", "Coastal Yoga", "card", terms=7),
    Client("te-papa-labs", "Papa Labs", "slow", group="Project clients"),
    Client("marlin-marine", "Marlin Marine", "prompt", group="Project clients"),
    Client("redwood-legal", "Redwood Legal", "in parts", group="Project clients"),
    Client("sable-fashion", "Sable Fashion Pty", "slow", "AUD", group="Project clients"),
    Client("city-council", "Bayside City Council", "slow", terms=30, group="Project clients"),
    Client("vertex-dental", "Vertex Dental Labs", "prompt", group="Project clients"),
    Client("alpine-air", "Alpine Air Charter", "very late", group="Project clients"),
    Client("opus-events", "Opus Events", "in parts", group="Project clients"),
    Client("online-store", "Online store customers", "card", terms=0, group="Project clients"),
)

RETAINERS = (
    Retainer("harbour-cafe", "Social content", 320, day=1, unit="WEEKLY", first=18),
    Retainer("tui-brewing", "Social content", 450, day=4, unit="WEEKLY", last=8),
    Retainer("kauri-dental", "Search ads care", 980, day=2, unit="WEEKLY", period=2),
    Retainer("southern-tours", "Newsletter", 1240, day=3, unit="WEEKLY", period=2, first=5),
    Retainer("pohutukawa-law", "Content retainer", 3200, changes=(Change(12, _percent("1.08")),)),
    Retainer(
        "wairau-wines",
        "Brand retainer",
        4100,
        discount=_percent("15"),
        changes=(Change(6, discount=Decimal(0)),),
    ),
    Retainer("kiwi-kombucha", "Social retainer", 1450, day=5, last=14),
    Retainer("kiwi-kombucha", "Social retainer", 1600, day=5, first=19, again=True),
    Retainer(
        "matariki-energy",
        "Growth retainer",
        6800,
        first=3,
        changes=(Change(15, _percent("1.10")),),
    ),
    Retainer("city-vets", "Search ads care", 1900, day=11, changes=(Change(26, _percent("1.06")),)),
    Retainer("bluebird-books", "Newsletter", 850, day=15),
    Retainer("northshore-physio", "Search ads care", 1200, day=12, last=20),
    Retainer("fern-finance", "Growth retainer", 5200, first=8, media=3000),
    Retainer(
        "waikato-dairy",
        "Brand retainer",
        7400,
        first=10,
        changes=(Change(22, _percent("0.80")),),
    ),
    Retainer("bondi-surf", "Growth retainer", 3600, day=3),
    Retainer("yarra-architects", "Content retainer", 4800, first=6, last=24),
    Retainer("sydney-sleep", "Search ads care", 2900, day=20, first=11, last=26),
    Retainer("cascade-robotics", "Growth retainer", 5500, first=2),
    Retainer("bay-bikes", "Content retainer", 3300, day=15, first=9, last=21),
    Retainer("moana-skincare", "Social retainer", 2600, day=8),
    Retainer("moana-skincare", "Website care", 180, day=8, last=18, account=settings.HOSTING),
    Retainer(
        "kea-logistics",
        "Content retainer",
        3900,
        day=25,
        saves_drafts=True,
        changes=(Change(28, _percent("0.90")),),
    ),
    Retainer("rimu-homes", "Growth retainer", 2750, changes=(Change(16, _percent("0.85")),)),
    Retainer("tasman-trucks", "Brand retainer", 4400, day=31, first=13),
    Retainer("pounamu", "Social retainer", 1150, day=18, inclusive=True),
    Retainer("glow-fitness", "Social retainer", 1350, first=4, last=9),
    Retainer("lakeside-hotel", "Growth retainer", 3100, last=19, end_date_set=True),
    Retainer("otago-museum", "Website care", 5400, period=3, account=settings.HOSTING),
    Retainer("civic-theatre", "Campaign retainer", 4200, period=3, day=15, first=4),
    Retainer("harvest-foods", "Brand retainer", 6600, period=3, last=18),
    Retainer("te-awa-school", "Website care", 3900, period=6, account=settings.HOSTING),
    Retainer(
        "summit-insurance",
        "Website care",
        14400,
        period=12,
        account=settings.HOSTING,
        changes=(Change(10, _percent("1.05")),),
    ),
    Retainer("orchard-trust", "Website care", 7200, period=12, first=5, account=settings.HOSTING),
    Retainer("hutt-rowing", "Website care", 1800, period=12, first=1, last=9),
    Retainer("aurora-software", "Website care", 9600, period=12, first=7),
    Retainer("kahu-aviation", "Growth retainer", 2900, day=7, first=23),
    Retainer("perth-ports", "Content retainer", 2400, day=14, first=25),
    Retainer("ruru-security", "Search ads care", 1700, day=9, first=27),
    Retainer("mako-gear", "Social retainer", 950, day=6, first=28),
)
BY_HAND = (("greenstone-plumbing", 480, 2), ("coastal-yoga", 290, 6))  # client, price, day
HOURLY = ("te-papa-labs", "marlin-marine", "redwood-legal", "sable-fashion")
PROJECTS = ("city-council", "vertex-dental", "alpine-air", "opus-events", "te-papa-labs")
MEDIA_BUYERS = ("matariki-energy", "moana-skincare", "wairau-wines")
STORE = "online-store"
