"""Where a page of figures stands: whose books, as of which day. Makes the addresses of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

Filter = str | date | None


@dataclass(frozen=True)
class Place:
    """Whose books are shown, as of when.

    Attributes:
        key: of the organisation.
        day: the day in the past that was asked for; None: the day of the last sync.
        month: first day of the month whose recurring revenue is looked at; None: the latest whole
            one.
    """

    key: str
    day: date | None = None
    month: date | None = None

    @property
    def page(self) -> str:
        return self._address("/signals", as_of=self.day, month=self.month)

    @property
    def today(self) -> str:
        return self._address("/signals")

    def at_month(self, month: date) -> str:
        """The same page, with another month's recurring revenue."""
        return self._address("/signals", as_of=self.day, month=month) + "#revenue"

    def client(self, contact_id: object) -> str:
        return self._address("/signals/client", contact=str(contact_id))

    def documents(self, of: str, **filters: Filter) -> str:
        """The documents behind a figure.

        Args:
            of: which, as in `listings.DOCUMENTS`.
        """
        return self._address(f"/signals/documents/{of}", as_of=self.day, **filters)

    def csv(self, of: str, **filters: Filter) -> str:
        """What is shown, as a file."""
        return self._address(f"/signals/csv/{of}", as_of=self.day, **filters)

    def _address(self, path: str, **filters: Filter) -> str:
        given = {name: str(value) for name, value in filters.items() if value is not None}
        return f"{path}?{urlencode({'organisation': self.key, **given})}"
