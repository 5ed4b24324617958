"""What happens once: contacts renamed, archived and merged; settings changed; a price cut."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.oddities import Occasions, Oddity
from xero_pipeline.sandbox.life.agency.office import Office
from xero_pipeline.sandbox.life.agency.retainers import Retainers

_NEVER = 100_000  # days
_UNUSED_ACCOUNT = "899"


class ContactOddities(Occasions):
    def __init__(self, office: Office, retainers: Retainers) -> None:
        super().__init__(office)
        self._retainers = retainers

    def table(self) -> tuple[Oddity, ...]:
        return (
            Oddity(8, _NEVER, self.add_unused_account),
            Oddity(31, _NEVER, self.delete_unused_account),
            Oddity(100, _NEVER, self.delete_item),
            Oddity(120, _NEVER, self.archive_and_rename_accounts),
            Oddity(150, _NEVER, self.rename_client),
            Oddity(180, 240, self.make_duplicate_contact),
            Oddity(400, _NEVER, self.archive_former_client),
            Oddity(430, _NEVER, self.forget_former_client),
            Oddity(495, _NEVER, self.credit_the_price_cut),
        )

    def add_unused_account(self) -> bool:
        at = self.diary.stamp()
        self.diary.write(ev.AccountAdded(at, _UNUSED_ACCOUNT, "Old clearing account", "CURRLIAB"))
        return True

    def delete_unused_account(self) -> bool:
        self.diary.write(ev.AccountChanged(self.diary.stamp(), _UNUSED_ACCOUNT, status="DELETED"))
        return True

    def delete_item(self) -> bool:
        self.diary.write(ev.ItemDeleted(self.diary.stamp(), "FAX"))
        return True

    def archive_and_rename_accounts(self) -> bool:
        self.diary.write(ev.AccountChanged(self.diary.stamp(), "485", status="ARCHIVED"))
        self.diary.write(ev.AccountChanged(self.diary.stamp(), "420", name="Team lunches"))
        return True

    def rename_client(self) -> bool:
        at = self.diary.stamp()
        self.diary.write(ev.ContactChanged(at, "kauri-dental", name="Kauri Dental Aotearoa"))
        return True

    def make_duplicate_contact(self) -> bool:
        """Somebody makes a client twice and bills it; a month later the two are merged."""
        number = self.diary.number("duplicate")
        original = self.office.clients["city-vets" if number % 2 else "marlin-marine"]
        duplicate = replace(
            original, key=f"{original.key}-{number}", name=f"{original.name} (copy {number})"
        )
        self.office.add_contact(duplicate)
        line = self.office.line(duplicate.key, "Workshop", Decimal("1200.00"), settings.PROJECTS)
        self.office.invoice(duplicate.key, (line,), reference="Workshop")
        self.later(30, lambda: self._merge(duplicate.key, original.key))
        return True

    def _merge(self, loser: str, winner: str) -> None:
        self.diary.write(ev.ContactsMerged(self.diary.stamp(), loser, winner))
        self.office.closed.add(loser)

    def archive_former_client(self) -> bool:
        self._close("glow-fitness", "ARCHIVED")
        return True

    def forget_former_client(self) -> bool:
        self._close("tui-brewing", "GDPRREQUEST")
        return True

    def _close(self, client: str, status: Literal["ARCHIVED", "GDPRREQUEST"]) -> None:
        self.diary.write(ev.ContactChanged(self.diary.stamp(), client, status=status))
        self.office.closed.add(client)

    def credit_the_price_cut(self) -> bool:
        """Rimu Homes' retainer costs less from now on, the current invoice included."""
        invoice = self._retainers.latest_invoice("retainer/rimu-homes/growth-retainer")
        if invoice is None or not invoice.is_untouched:
            return False
        line = invoice.lines[0]
        cut = (line.unit_amount * Decimal("0.15")).quantize(Decimal("0.01"))
        note = self.desk.raise_credit_note(
            invoice,
            (replace(line, description="New price", unit_amount=cut, item_code=None),),
            number=f"CN-{self.diary.number('credit note'):04d}",
            reference="New price",
        )
        self.desk.allocate(note, invoice)
        return True
