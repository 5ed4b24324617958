"""Cadence detection against labels it cannot see, over few books; the benchmark takes many."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.benchmarks.cadence import Measurement, Verdict, measure


@pytest.fixture(scope="module")
def measured() -> Measurement:
    """Three books without any template, after one and after two and a half years."""
    return measure(range(1, 4), ages=(12, 30))


def test_streams_are_recognised(measured: Measurement) -> None:
    assert len([each for each in measured.verdicts if each.is_due]) > 150
    assert measured.precision >= 0.98
    assert measured.recall >= 0.98


def test_customer_months_are_recognised(measured: Measurement) -> None:
    assert len(measured.expected) > 2_000
    assert measured.month_precision >= 0.98
    assert measured.month_recall >= 0.98
    assert measured.error <= 0.01


def verdict(expected: str, found: str, *, right: bool = True) -> Verdict:
    return Verdict("monthly", "a book", expected, found, right)


def test_precision_and_recall_count_the_schedule_and_the_class() -> None:
    measured = Measurement(
        [
            verdict("recurring", "recurring"),
            verdict("recurring", "recurring", right=False),
            verdict("recurring_variable", "recurring"),
            verdict("recurring", "one_off", right=False),
            verdict("one_off", "recurring", right=False),
            verdict("one_off", "one_off", right=False),
        ]
    )
    assert measured.precision == 1 / 4  # of four claims one is right
    assert measured.recall == 1 / 4  # of four that recur one is found
    assert len(list(measured.misses())) == 4


def test_the_error_is_a_share_of_what_recurs() -> None:
    month = dt.date(2026, 1, 1)
    measured = Measurement(
        expected={("b", month, "ann"): Decimal(300), ("b", month, "bob"): Decimal(100)},
        found={("b", month, "ann"): Decimal(290), ("b", month, "cat"): Decimal(30)},
    )
    assert (measured.month_precision, measured.month_recall) == (0.5, 0.5)
    assert measured.months_to_the_cent == 0
    assert measured.error == 0.35  # 10 of Ann, 100 of Bob, 30 of Cat, of 400
