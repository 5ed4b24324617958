"""Schedules drawn by hypothesis, one fleet after the other, until a record is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from xero_pipeline_tests.proof.schedules import PAIRS, Fleet, fleets
from xero_pipeline_tests.proof.stage import Lost, Stage, simplest

COMPANIES = 50
"""Of a fleet: more at once would be cheaper, but hypothesis draws only so much at a time."""

_PLAIN = 5  # so many draws may be too plain to be worth playing


def play(
    stage: Stage,
    count: int,
    *,
    seed: int | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> tuple[Fleet, Lost] | None:
    """Play fleets of `COMPANIES` until there were at least so many schedules.

    Args:
        seed: of the draws; None: the same ones every time.

    Returns:
        The first fleet that lost something; no other is played after it.
    """
    losses: list[tuple[Fleet, Lost]] = []
    pairs = cycle(PAIRS)

    # A fleet takes seconds: instead of letting hypothesis simplify all of it, `explained` does so
    # for the one schedule that loses something.
    @settings(
        max_examples=-(-count // COMPANIES) + _PLAIN,
        deadline=None,
        database=None,
        derandomize=seed is None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(fleet=fleets(COMPANIES))
    def play_one(fleet: Fleet) -> None:
        if losses or fleet.is_plain or stage.exercised.counts["schedules"] >= count:
            return
        played = replace(fleet, endpoints=next(pairs))
        try:
            stage.play(played)
        except Lost as lost:
            losses.append((played, lost))
        after_each()

    (play_one if seed is None else hypothesis.seed(seed)(play_one))()
    return losses[0] if losses else None


def explained(stage: Stage, loss: tuple[Fleet, Lost]) -> str:
    """The loss with as little happening as is needed for it."""
    return str(simplest(stage, *loss))
