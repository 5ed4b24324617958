"""The life of three books as lists of events, and the truth about them.

A book's life is planned day by day from a seed: the same seed and start give the same events, and a
life planned for longer begins with exactly the events of a shorter one. The truth is computed from
the events alone; it knows neither the ledger nor what the API serves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.life import truth as _truth
from xero_pipeline.sandbox.life.agency import agency
from xero_pipeline.sandbox.life.agency.settings import PASS_THROUGH_ACCOUNTS
from xero_pipeline.sandbox.life.client import client_book
from xero_pipeline.sandbox.life.client.settings import MONITORED_ACCOUNTS
from xero_pipeline.sandbox.life.studio import studio
from xero_pipeline.sandbox.life.truth import History, Truth

__all__ = [
    "MONITORED_ACCOUNTS",
    "PASS_THROUGH_ACCOUNTS",
    "Truth",
    "agency",
    "client_book",
    "ground_truth",
    "studio",
]


def ground_truth(
    events: Sequence[Event], as_of: dt.date, *, read_at: Collection[dt.datetime] = ()
) -> Truth:
    """All figures of one of the books, up to its last event, on a local day.

    Media accounts are passed through; tasks come from the client's unclear accounts.

    Args:
        read_at: the instants at which somebody read the book; see `truth.ground_truth`.
    """
    is_client = History(events[:1]).opened.key == "client"
    return _truth.ground_truth(
        events,
        as_of,
        pass_through=PASS_THROUGH_ACCOUNTS,
        monitored=MONITORED_ACCOUNTS if is_client else (),
        read_at=read_at,
    )
