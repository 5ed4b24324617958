"""Everything a book knows: the documents on their shelves, the chart of accounts, the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.arithmetic import ZERO, PricedLine, price
from xero_pipeline.sandbox.books.documents import orders
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.ledger import Ledger
from xero_pipeline.sandbox.contract import Row
from xero_pipeline.sandbox.events import (
    DocumentRecoded,
    Line,
    LineAmountTypes,
    OrganisationOpened,
    xero_id,
)


class Keyed(Protocol):
    """A document: its readable key and its GUID (or the word Xero uses in place of one)."""

    @property
    def key(self) -> str: ...
    @property
    def id(self) -> str: ...


D = TypeVar("D", bound=Keyed)


class Shelf(Generic[D]):
    """Documents of one kind in the order they were saved, with their rows as long as these hold.

    Building a row costs far more than handing it out, so a row is kept until `forget`. As long as
    nothing changes, the list of all rows is the same object, too.
    """

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._documents: dict[str, D] = {}
        self._rows: dict[str, Row] = {}
        self._key_of: dict[str, str] = {}
        self._listed: list[Row] | None = None

    def __contains__(self, key: str) -> bool:
        return key in self._documents

    def __iter__(self) -> Iterator[D]:
        return iter(self._documents.values())

    def __getitem__(self, key: str) -> D:
        try:
            return self._documents[key]
        except KeyError:
            raise Refused(f"There is no {self._noun} {key!r}.") from None

    def get(self, key: str) -> D | None:
        return self._documents.get(key)

    def add(self, document: D, alias: str = "") -> D:
        """Put a document on the shelf.

        Args:
            alias: what Xero takes in a path instead of the GUID: a number or a code.

        Raises:
            Refused: the key is taken.
        """
        self.require_free(document.key)
        self._listed = None
        self._documents[document.key] = document
        self._key_of[document.id] = document.key
        if alias:
            self._key_of[alias] = document.key
        return document

    def put(self, document: D) -> None:
        """Put a document on the shelf, in the place of the one with its key if there is one."""
        self._documents[document.key] = document
        self._key_of[document.id] = document.key
        self.forget(document.key)

    def require_free(self, key: str) -> None:
        if key in self._documents:
            raise Refused(f"There is a {self._noun} {key!r} already.")

    def remove(self, key: str) -> None:
        """Take a document away without a trace."""
        gone = self._documents.pop(key)
        self.forget(key)
        self._key_of = {name: of for name, of in self._key_of.items() if of != gone.key}

    def forget(self, key: str) -> None:
        """The row no longer holds."""
        self._rows.pop(key, None)
        self._listed = None

    def forget_all(self) -> None:
        self._rows.clear()
        self._listed = None

    def find(self, name: str) -> D | None:
        """By GUID or alias."""
        key = self._key_of.get(name) or self._key_of.get(name.lower())
        return self._documents.get(key) if key else None

    def row(self, document: D, shape: Callable[[D], Row]) -> Row:
        row = self._rows.get(document.key)
        if row is None:
            row = self._rows[document.key] = shape(document)
        return row

    def rows(self, shape: Callable[[D], Row]) -> list[Row]:
        if self._listed is None:
            kept = self._rows
            self._listed = [
                kept[key] if key in kept else self.row(document, shape)
                for key, document in self._documents.items()
            ]
        return self._listed


class Chart(Shelf[doc.Account]):
    """The chart of accounts."""

    def __init__(self) -> None:
        super().__init__("account")
        self._system: dict[str, str] = {}

    def add(self, document: doc.Account, alias: str = "") -> doc.Account:
        added = super().add(document, alias)
        if added.system_account:
            self._system[added.system_account] = added.key
        return added

    def system(self, name: str) -> str:
        """The code of a system account: "DEBTORS", "GST", ...

        Raises:
            Refused: the chart has none.
        """
        try:
            return self._system[name]
        except KeyError:
            raise Refused(f"The chart of accounts has no system account {name}.") from None

    def find_system(self, name: str) -> doc.Account | None:
        code = self._system.get(name)
        return self[code] if code else None

    def active(self, code: str) -> doc.Account:
        account = self[code]
        if account.status != "ACTIVE":
            raise Refused(f"The account {code} is {account.status.lower()}.")
        return account


class Records:
    """The state of one book. What changes it are the functions in `apply`."""

    def __init__(self, opened: OrganisationOpened) -> None:
        self.opened = opened
        self.id = xero_id(opened.key, "Organisation", opened.key)
        self.timezone = ZoneInfo(opened.iana_timezone)
        self.ledger = Ledger(self.guid)
        self.chart = Chart()
        self.contacts: Shelf[doc.Contact] = Shelf("contact")
        self.groups: Shelf[doc.ContactGroup] = Shelf("contact group")
        self.tax_rates: Shelf[doc.TaxRate] = Shelf("tax rate")
        self.currencies: Shelf[doc.Currency] = Shelf("currency")
        self.users: Shelf[doc.User] = Shelf("user")
        self.categories: Shelf[doc.TrackingCategory] = Shelf("tracking category")
        self.items: Shelf[doc.Item] = Shelf("item")
        self.invoices: Shelf[doc.Payable] = Shelf("invoice")
        self.credit_notes: Shelf[doc.Payable] = Shelf("credit note")
        self.prepayments: Shelf[doc.Payable] = Shelf("prepayment")
        self.overpayments: Shelf[doc.Payable] = Shelf("overpayment")
        self.payments: Shelf[doc.Payment] = Shelf("payment")
        self.batches: Shelf[doc.BatchPayment] = Shelf("batch payment")
        self.allocations: Shelf[doc.Allocation] = Shelf("allocation")
        self.bank_transactions: Shelf[doc.BankTransaction] = Shelf("bank transaction")
        self.transfers: Shelf[doc.BankTransfer] = Shelf("bank transfer")
        self.manual_journals: Shelf[doc.ManualJournal] = Shelf("manual journal")
        self.repeating: Shelf[doc.RepeatingInvoice] = Shelf("repeating invoice")
        self.themes: Shelf[orders.BrandingTheme] = Shelf("branding theme")
        self.quotes: Shelf[orders.Quote] = Shelf("quote")
        self.purchase_orders: Shelf[orders.PurchaseOrder] = Shelf("purchase order")
        self.budgets: Shelf[orders.Budget] = Shelf("budget")
        self.links: Shelf[orders.LinkedTransaction] = Shelf("linked transaction")
        self.attachments: dict[tuple[str, str], list[doc.Attachment]] = {}
        self.history: dict[tuple[str, str], list[doc.HistoryRecord]] = {}
        self.period_lock: dt.date | None = None
        self.year_lock: dt.date | None = None
        self.balances_day: dt.date | None = None

    @property
    def base_currency(self) -> str:
        return self.opened.base_currency

    def guid(self, kind: str, key: str) -> str:
        return xero_id(self.opened.key, kind, key)

    def payables(self, kind: str) -> Shelf[doc.Payable]:
        """The shelf of "Invoice", "CreditNote", "Prepayment" or "Overpayment"."""
        return {
            "Invoice": self.invoices,
            "CreditNote": self.credit_notes,
            "Prepayment": self.prepayments,
            "Overpayment": self.overpayments,
        }[kind]

    def touch(self, payable: doc.Payable, at: dt.datetime | None) -> None:
        """The document changed, and with it its contact's balances.

        Args:
            at: the new UpdatedDateUTC; None where Xero leaves it alone.
        """
        if at is not None:
            payable.updated_at = at
        self.payables(payable.kind).forget(payable.key)
        self.contacts.forget(payable.contact)

    def forget_rows(self) -> None:
        """Something that other rows name has changed: a contact, an account, an item."""
        for shelf in vars(self).values():
            if isinstance(shelf, Shelf):
                shelf.forget_all()

    def rate_for(self, currency: str, rate: Decimal | None) -> Decimal | None:
        """Check a document's currency against its rate.

        Raises:
            Refused: the organisation does not have the currency, or a foreign one has no rate.
        """
        if currency == self.base_currency:
            return None
        if currency not in self.currencies:
            raise Refused(f"The organisation is not subscribed to the currency {currency}.")
        if not rate or rate <= 0:
            raise Refused(f"A document in {currency} needs a currency rate.")
        return rate

    def priced(
        self, line_key: str, lines: tuple[Line, ...], kind: LineAmountTypes
    ) -> tuple[PricedLine, ...]:
        """Price the lines of a document; `line_key` begins their ids.

        Raises:
            Refused: there are no lines, or one names an account, tax rate or tracking option that
                the organisation does not have.
        """
        if not lines:
            raise Refused("One or more line items must be specified.")
        for line in lines:
            self._require_known(line)
        priced = tuple(
            price(
                line,
                self.guid("LineItem", f"{line_key}/{number}"),
                kind,
                self.tax_percent(line.tax_type),
            )
            for number, line in enumerate(lines, start=1)
        )
        if any(line.tax for line in priced):
            self.chart.system("GST")
        return priced

    def replacing(
        self,
        before: tuple[PricedLine, ...],
        line_key: str,
        event: DocumentRecoded,
        kind: LineAmountTypes,
    ) -> tuple[PricedLine, ...]:
        """The lines that take the place of `before`, priced; see `priced` for the rest."""
        lines = self.priced(line_key, event.lines, kind)
        if not event.was:
            return lines
        if any(number and number > len(before) for number in event.was):
            raise Refused(f"The {event.kind} {event.key} has {len(before)} lines only.")
        return tuple(
            line if number is None else replace(line, id=before[number - 1].id)
            for line, number in zip(lines, event.was, strict=True)
        )

    def tax_percent(self, tax_type: str) -> Decimal:
        return ZERO if tax_type == "NONE" else self.tax_rates[tax_type].percent

    def _require_known(self, line: Line) -> None:
        self.chart.active(line.account_code)
        self.require_tracking(line.tracking)

    def require_tracking(self, tracking: tuple[tuple[str, str], ...]) -> None:
        """Raises Refused for a category or an option that the organisation does not have."""
        for category, option in tracking:
            if option not in self.category_named(category).options:
                raise Refused(f"The tracking category {category!r} has no option {option!r}.")

    def category_named(self, name: str) -> doc.TrackingCategory:
        for category in self.categories:
            if category.name == name:
                return category
        raise Refused(f"There is no tracking category {name!r}.")
