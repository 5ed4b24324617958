"""The figures that follow from what has happened: what a pipeline must find out."""

from __future__ import annotations

from xero_pipeline.sandbox.life import Truth, ground_truth
from xero_pipeline.sandbox.world import World


def truth_now(world: World) -> dict[str, Truth]:
    """By organisation key, as of the organisation's local day; series are left out."""
    now, books = world.clock.now(), world.books
    return {
        books[tenant].key: ground_truth(
            world.history(tenant), now.astimezone(books[tenant].timezone).date()
        )
        for tenant in world.cast
        if world.history(tenant)
    }


def truth_json(world: World) -> str:
    """The same as text: `{"agency": {...}, "client": {...}}`."""
    items = (f'"{key}": {truth.to_json()}' for key, truth in truth_now(world).items())
    return f"{{{', '.join(items)}}}"
