"""The tables of state.db (SQLAlchemy Core)."""

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
    sa.Column("status", sa.String, nullable=False),
    sa.Column("status_reason", sa.String, nullable=False),
    sa.Column("next_step", sa.String, nullable=False),
    sa.Column("resume_at", _Utc),
    sa.Column("last_sync_at", _Utc),
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

# Without a foreign key: calls are counted before an organisation is saved, and after it is removed.
api_usage = sa.Table(
    "api_usage",
    metadata,
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("wire_bytes", sa.Integer, nullable=False),
    sa.Column("body_bytes", sa.Integer, nullable=False),
)
