"""Every setting: environment variable, type, default, meaning. Nothing else reads them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ExtraEndpoint = Literal[
    "Quotes", "PurchaseOrders", "Budgets", "BrandingThemes", "LinkedTransactions", "Journals"
]


class ScopeStyle(StrEnum):
    """The kind of scopes that the app has: those made before March 2026 may have broad ones."""

    GRANULAR = "granular"
    BROAD = "broad"


class Tier(StrEnum):
    """Xero's price tiers. What each includes and costs stands in the seed `xero_tiers`.

    Source: developer.xero.com/pricing.
    """

    STARTER = "starter"
    CORE = "core"
    PLUS = "plus"
    ADVANCED = "advanced"
    ENTERPRISE = "enterprise"

    @property
    def daily_calls(self) -> int:
        """Calls of one organisation on a day."""
        return 1000 if self is Tier.STARTER else 5000

    @property
    def organisations(self) -> int | None:
        """How many may be connected to the app; None: as many as you like."""
        return _ORGANISATIONS[self]


_ORGANISATIONS: dict[Tier, int | None] = {
    Tier.STARTER: 5,
    Tier.CORE: 50,
    Tier.PLUS: 1_000,
    Tier.ADVANCED: 10_000,
    Tier.ENTERPRISE: None,
}


def _daily_calls_of_tier(values: dict[str, Any]) -> int:
    return Tier(values.get("tier", Tier.STARTER)).daily_calls


class Settings(BaseSettings):
    """Read from the environment, then from `.env` in the working directory.

    Secrets are SecretStr, so that printing settings never shows them.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        # What code may give by a field's name, the environment could, too: without a prefix, the
        # shell's HOME would be taken for the pipeline's.
        env_prefix="XERO_PIPELINE_",
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    client_id: str = Field("", alias="XERO_CLIENT_ID", description="The Xero app's client id")
    client_secret: SecretStr | None = Field(
        None, alias="XERO_CLIENT_SECRET", description="Absent: PKCE, for apps without a secret"
    )
    redirect_uri: str = Field(
        "http://localhost:8976/callback",
        alias="XERO_REDIRECT_URI",
        description="As registered with the app; Xero allows http only for the name localhost",
    )
    scopes: str | None = Field(
        None, alias="XERO_SCOPES", description="Overrides the read scopes asked for"
    )
    scope_style: ScopeStyle = Field(
        ScopeStyle.GRANULAR,
        alias="XERO_SCOPE_STYLE",
        description="broad: ask for accounting.transactions.read and accounting.reports.read, "
        "as apps made before March 2026 have",
    )
    webhook_key: SecretStr | None = Field(
        None,
        alias="XERO_WEBHOOK_KEY",
        description="Signing key of the app's webhook subscription; absent: no webhooks",
    )
    login_url: AnyHttpUrl = Field(AnyHttpUrl("https://login.xero.com"), alias="XERO_LOGIN_URL")
    identity_url: AnyHttpUrl = Field(
        AnyHttpUrl("https://identity.xero.com"), alias="XERO_IDENTITY_URL"
    )
    api_url: AnyHttpUrl = Field(AnyHttpUrl("https://api.xero.com"), alias="XERO_API_URL")
    home: Path = Field(
        Path(".xero_pipeline"),
        alias="XERO_PIPELINE_HOME",
        description="All state: tokens, landed pages, warehouse, Dagster",
    )
    state_url: SecretStr | None = Field(
        None,
        alias="XERO_PIPELINE_STATE_URL",
        description="postgresql://user:password@host/database, for several machines; "
        "absent: SQLite in the home",
    )
    secret_key: SecretStr | None = Field(
        None,
        alias="XERO_PIPELINE_SECRET_KEY",
        description="Encrypts tokens at rest; several, the newest first, are separated by commas; "
        "absent: the keyring, or a key file with mode 0600 in the home",
    )
    keyring: bool = Field(
        False,
        alias="XERO_PIPELINE_KEYRING",
        description="Keep that key in the operating system's keyring",
    )
    tier: Tier = Field(
        Tier.STARTER,
        alias="XERO_TIER",
        description="Xero's price tier of the app: calls a day, and what bytes cost",
    )
    daily_call_limit: int = Field(
        default_factory=_daily_calls_of_tier,
        alias="XERO_DAILY_CALL_LIMIT",
        ge=1,
        description="Per organisation; absent: what the tier allows, 1000 on Starter, 5000 above",
    )
    percent_of_calls_for_people: int = Field(
        10,
        alias="XERO_PERCENT_OF_CALLS_FOR_PEOPLE",
        ge=0,
        le=90,
        description="The last calls of a day, which no schedule takes",
    )
    answer_seconds: float = Field(
        120,
        alias="XERO_ANSWER_SECONDS",
        gt=0,
        description="How long to wait for an answer to begin or to go on",
    )
    alert_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        alias="XERO_ALERT_URLS",
        description="Where alerts go, separated by spaces: mailto://..., slack://..., msteams://...",
    )
    task_poll_seconds: float | None = Field(
        None,
        alias="XERO_TASK_POLL_SECONDS",
        ge=15,
        description="How often to look for new transactions where accounts are watched, as far as "
        "the day's calls allow; absent: with the other changes, every 15 minutes",
    )
    task_webhook_url: SecretStr | None = Field(
        None,
        alias="XERO_TASK_WEBHOOK_URL",
        description="Where events of client tasks are pushed to; absent: nowhere",
    )
    task_webhook_secret: SecretStr | None = Field(
        None,
        alias="XERO_TASK_WEBHOOK_SECRET",
        description="Signs them, after the Standard Webhooks convention: whsec_... or any text",
    )
    console_password_hash: SecretStr | None = Field(
        None,
        alias="XERO_CONSOLE_PASSWORD_HASH",
        description="argon2id, made by `xero-pipeline console password`; absent: no password",
    )
    console_trusted_header: str | None = Field(
        None,
        alias="XERO_CONSOLE_TRUSTED_HEADER",
        description="In which a reverse proxy names whom it has signed in, X-Forwarded-User",
    )
    console_trusted_proxy: str | None = Field(
        None,
        alias="XERO_CONSOLE_TRUSTED_PROXY",
        description="That proxy's address or network; the header is ignored from anywhere else",
    )
    console_url: AnyHttpUrl | None = Field(
        None,
        alias="XERO_CONSOLE_URL",
        description="What people type when it is not localhost: https://console.firm.example",
    )
    dagster_url: AnyHttpUrl = Field(
        AnyHttpUrl("http://localhost:3000"),
        alias="XERO_DAGSTER_URL",
        description="Where Dagster's UI is; the console launches and follows syncs there when it "
        "is this home's",
    )
    page_size: int = Field(1000, alias="XERO_PAGE_SIZE", ge=1, le=1000)
    extra_endpoints: Annotated[tuple[ExtraEndpoint, ...], NoDecode] = Field(
        (),
        alias="XERO_EXTRA_ENDPOINTS",
        description="Endpoints to read besides the usual ones, separated by commas",
    )
    aged_contacts: int = Field(
        5,
        alias="XERO_AGED_CONTACTS",
        ge=0,
        le=100,
        description="Customers and suppliers a night, so many of each, whose aged report is held "
        "against ours: one call each; 0: none",
    )

    attachments: bool = Field(
        True,
        alias="XERO_ATTACHMENTS",
        description="List the files of documents that open client tasks are about: one call for a "
        "document that may have changed; false: do not ask",
    )

    memory: str = Field(
        "4GB",
        alias="XERO_PIPELINE_MEMORY",
        pattern=r"^\d+(\.\d+)? ?[KMGT]i?B$",
        description="What DuckDB may use in a run, as 600MB or 4GB; more goes to the disk for a "
        "moment. Python takes some 300 MB besides, and twice as much to read many organisations",
    )

    landing_keep_days: int | None = Field(
        None,
        alias="XERO_LANDING_KEEP_DAYS",
        ge=1,
        description="Older landed batches go once a later one has listed everything; absent: none",
    )
    landing_archive_days: int | None = Field(
        7,
        alias="XERO_LANDING_ARCHIVE_DAYS",
        ge=0,
        description="Small landed batches older than this share one file; empty: never",
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @field_validator("extra_endpoints", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip())

    @field_validator("alert_urls", mode="before")
    @classmethod
    def _separated_by_spaces(cls, value: object) -> object:
        # Addresses of services hold commas.
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator(
        "client_secret",
        "secret_key",
        "state_url",
        "webhook_key",
        "console_password_hash",
        "console_trusted_header",
        "console_trusted_proxy",
        "console_url",
        "task_poll_seconds",
        "task_webhook_url",
        "task_webhook_secret",
        "scopes",
        "landing_keep_days",
        "landing_archive_days",
        mode="before",
    )
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def build_database(self) -> Path:
        return self.home / "build.duckdb"

    @property
    def user_seeds(self) -> Path:
        """CSV files here replace the seeds of the same name in dbt_like_sql/seeds."""
        return self.home / "seeds"

    @property
    def published_database(self) -> Path:
        return self.home / "current" / "warehouse.duckdb"
