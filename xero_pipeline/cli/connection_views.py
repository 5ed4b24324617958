"""Connections as a person wants to see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from xero_pipeline.connections import Connection, MonitoredAccount, Removal, Status

WIDTH = 100
"""The most that a list takes, however wide the terminal is."""

_NEEDS_PERSON = "red"
_NEEDS_PATIENCE = "yellow"


def connections_table(
    found: Sequence[Connection], watched: dict[str, list[MonitoredAccount]]
) -> Table:
    """One line each, with a green tick or the word for what is wrong.

    Args:
        watched: the monitored accounts by organisation id.
    """
    table = Table()
    for heading in ("Workspace", "Organisation", "Watches", "Connected by", "State", "Last sync"):
        table.add_column(heading, overflow="fold")
    for each in found:
        table.add_row(
            escape(each.workspace),
            escape(each.organisation_name),
            escape(_accounts(watched.get(each.organisation_id, []))),
            escape(_person(each.connected_by)),
            state(each),
            _instant(each.last_sync_at) if each.last_sync_at else "never",
        )
    return table


def what_to_do(connection: Connection) -> str:
    """Name, reason and next step of a connection that is not healthy, as marked-up text."""
    head = f"[bold]{escape(connection.organisation_name)}[/]: {escape(connection.status_reason)}"
    step = f"\n  → {escape(connection.next_step)}" if connection.next_step else ""
    return head + step


def state(connection: Connection) -> Text:
    """A green tick, or the word."""
    match connection.status:
        case Status.HEALTHY:
            return Text.from_markup("[green]✓[/] healthy")
        case Status.EXPIRING:
            word = f"expires in {connection.expires_in_days} days"
        case Status.DEGRADED:
            word = f"degraded: {len(connection.degraded_endpoints)} not read"
        case Status.RATE_LIMITED if connection.resume_at:
            word = f"rate-limited until {_instant(connection.resume_at)}"
        case other:
            word = other.replace("_", " ")
    return Text(word, _NEEDS_PERSON if connection.needs_person else _NEEDS_PATIENCE)


def what_removing_does(removal: Removal, *, purge: bool) -> str:
    """Everything that will happen, a line each, as marked-up text."""
    name = escape(removal.connection.organisation_name)
    consequences = removal.consequences(purge=purge)
    hint = (
        () if purge else ("`connections list --all` shows the record; --purge deletes the rest.",)
    )
    told = (f"  • {escape(each)}" for each in (*consequences, *hint))
    lines = (f"Removing [bold]{name}[/]:", *told)
    return "\n".join(lines)


def _accounts(watched: Sequence[MonitoredAccount]) -> str:
    return ", ".join(each.code or each.name for each in watched)


def _person(connected_by: str) -> str:
    """ "Ada Lowe" of "Ada Lowe <ada@harbour.example>"; an address alone stays."""
    return connected_by.partition(" <")[0]


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
