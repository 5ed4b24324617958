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

# What clients answered to their tasks, what people decided, and what became of it. Without foreign
# keys to connections: an answer outlives the connection, as the task does. A program may insert
# answers, too: their state is `received` until the desk has looked at them.
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LIVE_ANSWER = sa.text("state IN ('submitted', 'approved')")

task_answers = sa.Table(
    "task_answers",
    metadata,
    sa.Column("answer_id", _ID, primary_key=True, autoincrement=True),
    sa.Column("organisation_id", sa.String, nullable=False),
    sa.Column("task_id", sa.String, nullable=False),
    sa.Column("document_type", sa.String),
    sa.Column("document_id", sa.String),
    # What the client saw when answering.
    sa.Column("seen_version", sa.Integer, nullable=False),
    sa.Column("seen_contents_hash", sa.String),
    sa.Column("account_id", sa.String),
    sa.Column("account_code", sa.String),
    # [{line_number, account_id, account_code}]; NULL: all lines on watched accounts.
    sa.Column("lines", sa.JSON(none_as_null=True)),
    sa.Column("comment", sa.String, nullable=False, server_default=""),
    # [{category_id, category, option_id, option}]
    sa.Column("tracking", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("contact_id", sa.String),
    sa.Column("contact_name", sa.String),
    sa.Column("answered_by", sa.String, nullable=False),
    sa.Column("answered_at", _Utc),
    sa.Column("state", sa.String, nullable=False, server_default="received"),
    sa.Column("reason", sa.String, nullable=False, server_default=""),
    sa.Column("decided_by", sa.String),
    sa.Column("decided_at", _Utc),
    sa.CheckConstraint(
        "state IN ('received', 'submitted', 'approved', 'sent_back', 'withdrawn', 'written', "
        "'refused', 'conflicted', 'failed')",
        name="known_answer_state",
    ),
    sa.Index(
        "one_live_answer_per_task",
        "organisation_id",
        "task_id",
        unique=True,
        sqlite_where=_LIVE_ANSWER,
        postgresql_where=_LIVE_ANSWER,
    ),
    # Numbers are never used again: keys of what is written to Xero are made of them.
    sqlite_autoincrement=True,
)

# `stored_as` is a path below the home.
task_answer_files = sa.Table(
    "task_answer_files",
    metadata,
    sa.Column("file_id", _ID, primary_key=True, autoincrement=True),
    sa.Column("answer_id", sa.ForeignKey("task_answers.answer_id"), nullable=False, index=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("media_type", sa.String, nullable=False),
    sa.Column("bytes", sa.BigInteger),
    sa.Column("sha256", sa.String),
    sa.Column("stored_as", sa.String, nullable=False),
    sqlite_autoincrement=True,
)

# Append-only: what becomes an event of the task. `event_id` is a UUID.
task_decisions = sa.Table(
    "task_decisions",
    metadata,
    sa.Column("decision_id", _ID, primary_key=True, autoincrement=True),
    sa.Column("organisation_id", sa.String, nullable=False),
    sa.Column("task_id", sa.String, nullable=False),
    sa.Column("document_type", sa.String, nullable=False),
    sa.Column("document_id", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("decided_at", _Utc, nullable=False),
    sa.Column("note", sa.String, nullable=False, server_default=""),
    sa.Column("answer_id", sa.ForeignKey("task_answers.answer_id")),
    sa.Column("contents_hash", sa.String, nullable=False),
    sa.Column("event_id", sa.String, nullable=False, unique=True),
    sa.CheckConstraint(
        "kind IN ('submitted', 'approved', 'sent_back', 'withdrawn', 'dismissed', 'reopened', "
        "'written', 'refused', 'conflicted')",
        name="known_decision",
    ),
    sqlite_autoincrement=True,
)

# What was sent to Xero: a row is there before the request is. `before` and `after` are the part of
# the document that the step concerns, as read; `request` holds no token.
task_writebacks = sa.Table(
    "task_writebacks",
    metadata,
    sa.Column("writeback_id", _ID, primary_key=True, autoincrement=True),
    sa.Column("answer_id", sa.ForeignKey("task_answers.answer_id"), nullable=False, index=True),
    sa.Column("organisation_id", sa.String, nullable=False),
    sa.Column("task_id", sa.String, nullable=False),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("idempotency_key", sa.String, nullable=False, unique=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("after", sa.JSON(none_as_null=True)),
    sa.Column("request", sa.JSON(none_as_null=True)),
    sa.Column("started_at", _Utc),
    sa.Column("finished_at", _Utc),
    sa.Column("reason", sa.String, nullable=False, server_default=""),
    sa.CheckConstraint(
        "state IN ('planned', 'sending', 'done', 'refused', 'failed')",
        name="known_writeback_state",
    ),
    sqlite_autoincrement=True,
)

# How far events of tasks were pushed. `subscriber` is a URL without credentials.
task_deliveries = sa.Table(
    "task_deliveries",
    metadata,
    sa.Column("subscriber", sa.String, primary_key=True),
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("last_sequence", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("try_at", _Utc),
    sa.Column("last_error", sa.String, nullable=False, server_default=""),
)

# Files attached in Xero whose bytes were fetched. `stored_as` is a path below the home.
attachment_files = sa.Table(
    "attachment_files",
    metadata,
    sa.Column("organisation_id", sa.String, primary_key=True),
    sa.Column("attachment_id", sa.String, primary_key=True),
    sa.Column("document_id", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("media_type", sa.String, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String, nullable=False),
    sa.Column("stored_as", sa.String, nullable=False),
    sa.Column("fetched_at", _Utc, nullable=False),
)
