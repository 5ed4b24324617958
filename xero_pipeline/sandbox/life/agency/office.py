"""The agency's front office: invoices to clients, and how each client pays them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.clients import CLIENTS, Client
from xero_pipeline.sandbox.life.amounts import cents
from xero_pipeline.sandbox.life.calendar import working_day
from xero_pipeline.sandbox.life.desk import Desk
from xero_pipeline.sandbox.life.papers import Document


class Office:
    """Raises sales invoices and sees them paid, each client by its own habit."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.diary = desk.diary
        self.clients = {client.key: client for client in CLIENTS}
        self.closed: set[str] = set()  # archived or merged contacts

    def welcome_new_clients(self) -> None:
        """Makes contacts on the first day, then on each 20th for the clients of next month."""
        diary = self.diary
        if diary.today == diary.start:
            joining = [client for client in CLIENTS if client.joins <= 1]
        elif diary.today.day == 20:
            joining = [c for c in CLIENTS if c.joins == diary.month + 1 and c.joins > 1]
        else:
            return
        for client in joining:
            self.add_contact(client)

    def is_active(self, client_key: str) -> bool:
        """Whether Xero takes new documents for this client."""
        return client_key not in self.closed

    def add_contact(self, client: Client) -> None:
        self.clients[client.key] = client
        first, last = _PEOPLE[sum(client.key.encode()) % len(_PEOPLE)]
        self.diary.write(
            ev.ContactAdded(
                at=self.diary.stamp(),
                key=client.key,
                name=client.name,
                email=f"accounts@{client.key}.example",
                first_name=first,
                last_name=last,
                default_currency=client.currency,
                sales_terms_days=client.terms,
                groups=(client.group,),
            )
        )

    def line(
        self,
        client_key: str,
        description: str,
        price: Decimal,
        account: str,
        *,
        quantity: Decimal = Decimal(1),
        item: str | None = None,
        discount: Decimal | None = None,
        tracking: tuple[tuple[str, str], ...] = (),
    ) -> ev.Line:
        """A sales line with the tax of the client's country."""
        tax_type = self.clients[client_key].tax_type
        return ev.Line(
            description, quantity, price, account, tax_type, item, discount or None, tracking
        )

    def invoice(
        self,
        client_key: str,
        lines: tuple[ev.Line, ...],
        *,
        key: str | None = None,
        status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"] = "AUTHORISED",
        reference: str = "",
        mode: ev.LineAmountTypes = "Exclusive",
        template: str | None = None,
        terms: int | None = None,
    ) -> Document:
        """A sales invoice dated today with the next number; an approved one will be paid."""
        client = self.clients[client_key]
        document = self.desk.raise_invoice(
            "ACCREC",
            client_key,
            lines,
            number=f"INV-{self.diary.number('invoice'):04d}",
            key=key,
            terms=client.terms if terms is None else terms,
            currency=client.currency,
            status=status,
            reference=reference,
            mode=mode,
            template=template,
        )
        if status == "AUTHORISED":
            self.expect_payment(document)
        return document

    def expect_payment(self, document: Document) -> None:
        """Puts the payments that this client will make on the agenda."""
        chance = self.diary.chance(f"pays/{document.key}")
        due = document.due_date or document.date

        def after(low: int, high: int) -> dt.date:
            return working_day(due + dt.timedelta(days=chance.randint(low, high)))

        match self.clients[document.contact].habit:
            case "card":
                self._plan_payment(document, self.diary.today + dt.timedelta(days=1), hour=0)
            case "prompt":
                self._plan_payment(document, after(-3, 2))
            case "slow":
                self._plan_payment(document, after(3, 24))
            case "very late":
                if chance.random() > 0.2:
                    self._plan_payment(document, after(35, 105))
            case "in parts":
                half = cents(document.total / 2)
                self._plan_payment(document, after(0, 6), amount=half)
                self._plan_payment(document, after(25, 50))

    def _plan_payment(
        self, document: Document, day: dt.date, amount: Decimal | None = None, hour: int = 11
    ) -> None:
        def pay() -> None:
            if document.is_open:
                self.receive(document, amount)

        self.diary.plan(day, pay, hour)

    def receive(self, document: Document, amount: Decimal | None = None) -> str:
        """Books a client's payment, of everything due unless `amount` says less."""
        account = settings.US_DOLLARS if document.currency == "USD" else settings.MAIN
        amount = document.left if amount is None else min(amount, document.left)
        reconciled = self.diary.chance(f"reconciled/{document.key}").random() > 0.03
        return self.desk.pay(document, account, amount, reconciled=reconciled)

    def approve(self, document: Document) -> None:
        """Approves a draft that is still there, and expects it to be paid."""
        if document.status in ("DRAFT", "SUBMITTED"):
            self.desk.set_status(document, "AUTHORISED")
            self.expect_payment(document)


_PEOPLE = (
    ("Aroha", "Tamihana"),
    ("Ben", "Whitcombe"),
    ("Mei", "Lau"),
    ("Sione", "Fifita"),
    ("Grace", "Okafor"),
    ("Lars", "Holm"),
    ("Nadia", "Petrov"),
)
