"""How long the cash lasts, if what goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from xero_pipeline.console import formats
from xero_pipeline.console.queries.cash import CashAccount, ForecastWeek, Runway, Scenario
from xero_pipeline.console.views.places import Place

_BASES: Mapping[str, str] = {
    "1m": "Last month",
    "3m": "Last 3 months",
    "6m": "Last 6 months",
    "6m_median": "Last 6 months, median",
    "12m": "Last 12 months",
    "last_year_season": "Same season last year",
}
_SCENARIOS: Mapping[str, str] = {
    "base": "As expected",
    "likely_receivables": "Only what is likely is paid",
    "largest_client_late": "Largest client pays 30 days later",
    "largest_client_leaves": "Largest client leaves",
}


@dataclass(frozen=True)
class BasisRow:
    """The runway at the burn of some months, in base currency a month.

    Attributes:
        lasts: 11.8 months, or why there is no such figure.
    """

    label: str
    is_default: bool
    net_burn: Decimal | None
    lasts: str
    until: date | None


@dataclass(frozen=True)
class ScenarioRow:
    label: str
    in_90_days: Decimal
    in_a_year: Decimal
    lowest: Decimal
    lowest_on: date
    runs_out_on: date | None


@dataclass(frozen=True)
class WeekRow:
    """A week ahead in base currency.

    Attributes:
        money_in: receivables and scheduled invoices.
        money_out: bills, scheduled bills and the usual burn.
        expected: where the invoices expected to be paid in it are listed; None without any.
    """

    last_day: date
    money_in: Decimal
    money_out: Decimal
    closing: Decimal
    low: Decimal | None
    high: Decimal | None
    expected: str | None


@dataclass(frozen=True)
class RunwayView:
    cash: Decimal
    accounts: tuple[CashAccount, ...]
    bases: tuple[BasisRow, ...]
    scenarios: tuple[ScenarioRow, ...]
    weeks: tuple[WeekRow, ...]
    burn_documents: str
    bills: str
    csv: Mapping[str, str]

    @property
    def has_fan(self) -> bool:
        return any(week.low is not None for week in self.weeks)


def runway_view(
    runways: Sequence[Runway],
    scenarios: Sequence[Scenario],
    weeks: Sequence[ForecastWeek],
    accounts: Sequence[CashAccount],
    place: Place,
) -> RunwayView | None:
    """None when the books have no bank account that was ever used."""
    if not runways:
        return None
    return RunwayView(
        runways[0].cash_base,
        tuple(accounts),
        tuple(map(_basis, runways)),
        tuple(map(_scenario, scenarios)),
        _weeks(weeks, place),
        place.documents("agency", signal="runway_months"),
        place.documents("bills"),
        {each: place.csv(each) for each in ("runway", "scenarios", "forecast", "accounts")},
    )


def _basis(runway: Runway) -> BasisRow:
    match runway.state:
        case "cash_generative":
            lasts = "cash is growing"
        case "insufficient_history":
            lasts = "too few whole months"
        case _:
            lasts = f"{runway.runway_months:,.1f} months"
    label = _BASES.get(runway.basis, runway.basis)
    return BasisRow(label, runway.is_default, runway.net_burn_base, lasts, runway.runway_date)


def _scenario(scenario: Scenario) -> ScenarioRow:
    return ScenarioRow(
        _SCENARIOS.get(scenario.scenario, formats.words(scenario.scenario)),
        scenario.cash_in_90_days_base,
        scenario.cash_in_a_year_base,
        scenario.lowest_cash_base,
        scenario.lowest_cash_date,
        scenario.runway_date,
    )


def _weeks(weeks: Sequence[ForecastWeek], place: Place) -> tuple[WeekRow, ...]:
    ends = [each.last_day for each in weeks]
    begins = [ends[0] - timedelta(days=7), *ends] if ends else []
    return tuple(
        WeekRow(
            week.last_day,
            week.receivables_base + week.scheduled_in_base,
            week.bills_base + week.scheduled_out_base + week.unannounced_burn_base,
            week.closing_base,
            week.low_base,
            week.high_base,
            place.documents(
                "expected", first_day=before + timedelta(days=1), last_day=week.last_day
            )
            if week.receivables_base
            else None,
        )
        for week, (before, _) in zip(weeks, pairwise(begins), strict=True)
    )
