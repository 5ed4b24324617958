"""Which accounts of a client's books are watched, and how a filled-in form changes that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xero_pipeline.connections import (
    Account,
    ChartOfAccounts,
    Choice,
    Connection,
    MonitoredAccount,
    watching,
)
from xero_pipeline.connections.accounts import DOCUMENT_TYPES


@dataclass(frozen=True)
class WatchedRow:
    """One that is watched.

    Attributes:
        types: of Xero's; empty: all but transfers between own accounts.
        is_active: it is still in the chart of accounts.
    """

    account_id: str
    label: str
    look_back_days: int
    types: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True)
class AccountRow:
    """One that may be watched."""

    account_id: str
    code: str
    name: str
    type: str
    is_suggested: bool


@dataclass(frozen=True)
class AccountsView:
    """The form; suggestions stand first."""

    key: str
    organisation: str
    workspace: str
    watched: tuple[WatchedRow, ...]
    offered: tuple[AccountRow, ...]
    all_types: tuple[str, ...] = DOCUMENT_TYPES

    @property
    def suggestions(self) -> int:
        return sum(each.is_suggested for each in self.offered)


@dataclass(frozen=True)
class FilledIn:
    """What came back.

    Attributes:
        kept: how each account that stays watched is to be, by id.
        added: ids of those to watch from now on, all as `choice` says.
        dropped: ids of those to watch no longer.
    """

    kept: Mapping[str, Choice]
    added: Sequence[str]
    choice: Choice
    dropped: Sequence[str]


def accounts_view(
    connection: Connection, chart: ChartOfAccounts, watched: Sequence[MonitoredAccount]
) -> AccountsView:
    active = {each.account_id for each in chart.accounts}
    taken = {each.account_id for each in watched}
    offered = [each for each in chart.accounts if each.account_id not in taken]
    return AccountsView(
        key=connection.organisation_key,
        organisation=connection.organisation_name,
        workspace=connection.workspace,
        watched=tuple(_watched(each, each.account_id in active) for each in watched),
        offered=tuple(map(_offered, sorted(offered, key=lambda each: not each.is_suggested))),
    )


def as_filled_in(
    watched: Sequence[MonitoredAccount], chart: ChartOfAccounts, form: FilledIn
) -> list[MonitoredAccount]:
    """What is watched from now on; accounts that are in neither chart nor watch change nothing."""
    changed = [_kept(each, form.kept.get(each.account_id)) for each in watched]
    added = [each for each in chart.accounts if each.account_id in form.added]
    return watching(changed, added, form.choice, form.dropped)


def _kept(account: MonitoredAccount, choice: Choice | None) -> MonitoredAccount:
    """The form shows all types of an account: none ticked means the usual ones again."""
    if choice is None:
        return account
    days = account.look_back_days if choice.look_back_days is None else choice.look_back_days
    return replace(account, look_back_days=days, document_types=choice.document_types)


def _watched(account: MonitoredAccount, is_active: bool) -> WatchedRow:
    return WatchedRow(
        account.account_id,
        f"{account.code} {account.name}".strip(),
        account.look_back_days,
        account.document_types or (),
        is_active,
    )


def _offered(account: Account) -> AccountRow:
    return AccountRow(
        account.account_id, account.code, account.name, account.type, account.is_suggested
    )
