"""The chart of accounts, and what of it is watched."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from xero_pipeline.connections import Account, MonitoredAccount


def accounts_table(accounts: Sequence[Account], watched: Sequence[MonitoredAccount]) -> Table:
    """A line per account: watched how, or worth watching."""
    by_id = {each.account_id: each for each in watched}
    table = Table("Code", "Account", "Type", "Watched")
    for account in accounts:
        found = by_id.get(account.account_id)
        hint = "[dim](suggested)[/]" if account.is_suggested else ""
        mark = f"[green]✓[/] {_how(found)}" if found else hint
        table.add_row(account.code, escape(account.name), account.type, mark)
    return table


def _how(watched: MonitoredAccount) -> str:
    types = ", ".join(watched.document_types) if watched.document_types else "all but transfers"
    return f"{watched.look_back_days} days back, {types}"
