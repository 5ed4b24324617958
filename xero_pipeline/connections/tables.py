"""The tables of the state (SQLAlchemy Core)."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa


class _Utc(sa.TypeDecorator[datetime]):
    """Instants as UTC: SQLite has no time zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


metadata = sa.MetaData()

workspaces = sa.Table(
    "workspaces",
    metadata,
    sa.Column("workspace_id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, nullable=False, unique=True),
    sa.Column("purpose", sa.String, nullable=False),
    sa.CheckConstraint("purpose IN ('agency', 'client')", name="known_purpose"),
)

token_sets = sa.Table(
    "token_sets",
    metadata,
    sa.Column("token_set_id", sa.Integer, primary_key=True),
    sa.Column("xero_userid", sa.String, nullable=False),
    sa.Column("client_id", sa.String, nullable=False),
    sa.Column("encrypted", sa.LargeBinary, nullable=False),
    sa.Column("refreshed_at", _Utc),
    sa.UniqueConstraint("xero_userid", "client_id"),
)

connections = sa.Table(
    "connections",
    metadata,
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("organisation_key", sa.String, nullable=False, unique=True),
    sa.Column("workspace_id", sa.ForeignKey("workspaces.workspace_id"), nullable=False),
    sa.Column("token_set_id", sa.ForeignKey("token_sets.token_set_id"), nullable=False),
    sa.Column("connection_id", sa.String, nullable=False),
    sa.Column("xero_organisation_id", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("country", sa.String, nullable=False),
    sa.Column("base_currency", sa.String, nullable=False),
    sa.Column("short_code", sa.String, nullable=False),
    sa.Column("timezone", sa.String, nullable=False),
    sa.Column("connected_by", sa.String, nullable=False),
    sa.Column("connected_at", _Utc, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("is_demo_company", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("status_cause", sa.String, nullable=False, server_default=""),
    sa.Column("status_reason", sa.String, nullable=False),
    sa.Column("next_step", sa.String, nullable=False),
    sa.Column("degraded_endpoints", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("resume_at", _Utc),
    sa.Column("last_sync_at", _Utc),
)

# What is left of connections that were removed: no tokens among it.
removed_connections = sa.Table(
    "removed_connections",
    metadata,
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("organisation_key", sa.String, nullable=False, unique=True),
    sa.Column("workspace", sa.String, nullable=False),
    sa.Column("purpose", sa.String, nullable=False),
    sa.Column("xero_organisation_id", sa.String, nullable=False),
    sa.Column("organisation_name", sa.String, nullable=False),
    sa.Column("country", sa.String, nullable=False),
    sa.Column("base_currency", sa.String, nullable=False),
    sa.Column("short_code", sa.String, nullable=False),
    sa.Column("timezone", sa.String, nullable=False),
    sa.Column("connected_by", sa.String, nullable=False),
    sa.Column("connected_at", _Utc, nullable=False),
    sa.Column("last_sync_at", _Utc),
    sa.Column("removed_at", _Utc, nullable=False),
    sa.Column("is_purged", sa.Boolean, nullable=False),
)

monitored_accounts = sa.Table(
    "monitored_accounts",
    metadata,
    sa.Column(
        "organisation_id",
        sa.ForeignKey("connections.organisation_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("code", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("look_back_days", sa.Integer, nullable=False),
    sa.Column("document_types", sa.JSON(none_as_null=True)),
    sa.Column("selected_at", _Utc, nullable=False),
)

# Without foreign keys: calls are counted before an organisation is saved, and after it is removed.

# What may no longer be used of a day: counted before a call, in blocks (see usage.py).
day_calls = sa.Table(
    "day_calls",
    metadata,
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
)

# What they were used for: written a moment after the answers.
api_usage = sa.Table(
    "api_usage",
    metadata,
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("endpoint", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("wire_bytes", sa.BigInteger, nullable=False),
    sa.Column("body_bytes", sa.BigInteger, nullable=False),
)

# Every process's calls of the last minute: `answered_at` are seconds since 1970, as JSON.
recent_calls = sa.Table(
    "recent_calls",
    metadata,
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("process", sa.String, primary_key=True),
    sa.Column("answered_at", sa.String, nullable=False),
    sa.Column("latest", sa.Float, nullable=False),
)

# What Xero's webhooks told. The unique key is what makes a redelivered event the same event.
webhook_events = sa.Table(
    "webhook_events",
    metadata,
    sa.Column(
        "event_id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("organisation_id", sa.String, nullable=False),
    sa.Column("resource_id", sa.String, nullable=False),
    sa.Column("category", sa.String, nullable=False),
    sa.Column("type", sa.String, nullable=False),
    sa.Column("happened_at", sa.String, nullable=False),
    sa.Column("received_at", _Utc, nullable=False),
    sa.UniqueConstraint("organisation_id", "resource_id", "category", "type", "happened_at"),
    # Numbers are never used again, not even after the newest events were deleted: readers remember
    # the last one they saw.
    sqlite_autoincrement=True,
)

# What people were told. An alert stays after it is over; a message is one telling of it.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("alert_id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("sentence", sa.String, nullable=False),
    sa.Column("fix", sa.String, nullable=False),
    sa.Column("opened_at", _Utc, nullable=False),
    sa.Column("last_message_at", _Utc, nullable=False),
    sa.Column("reminders", sa.Integer, nullable=False),
    sa.Column("cleared_at", _Utc),
)

alert_messages = sa.Table(
    "alert_messages",
    metadata,
    sa.Column("message_id", sa.Integer, primary_key=True),
    sa.Column("alert_id", sa.ForeignKey("alerts.alert_id"), nullable=False),
    sa.Column("occasion", sa.String, nullable=False),
    sa.Column("created_at", _Utc, nullable=False),
    sa.Column("try_at", _Utc, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("told_at", _Utc),
)
