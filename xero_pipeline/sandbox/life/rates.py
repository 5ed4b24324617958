"""Day rates of foreign currencies: a slow walk around a usual level."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from xero_pipeline.sandbox.life.diary import Diary

_SIX_PLACES = Decimal("0.000001")


class DayRates:
    """Foreign units per one unit of base, for today. Moves once a day."""

    def __init__(self, diary: Diary, base: str, usual: Mapping[str, float]) -> None:
        self._diary = diary
        self.base = base
        self._usual = usual
        self._level = dict(usual)

    def move(self) -> None:
        """To today's level: a step of about 0.4 %, pulled gently back to the usual."""
        for currency, usual in self._usual.items():
            step = self._diary.chance(f"rate/{currency}").gauss(0, 0.004)
            level = self._level[currency]
            self._level[currency] = level * (1 + step) + (usual - level) * 0.01

    def on(self, currency: str) -> Decimal | None:
        """Today's rate; None for the base currency."""
        if currency == self.base:
            return None
        return Decimal(self._level[currency]).quantize(_SIX_PLACES)
