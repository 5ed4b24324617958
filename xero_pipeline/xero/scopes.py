"""Which scopes are asked for, and what stays unread when Xero grants fewer.

Apps made since March 2026 have granular scopes only; older ones may use broad scopes until
September 2027, and a consent may mix both. Source: developer.xero.com, OAuth 2.0 scopes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from xero_pipeline.settings import ScopeStyle
from xero_pipeline.xero.endpoints import CONTACT_REPORTS, REPORTS, switched_on

SIGN_IN_SCOPES = ("openid", "profile", "email", "offline_access")
_WRITING = {
    ScopeStyle.GRANULAR: (
        "accounting.banktransactions",
        "accounting.invoices",
        "accounting.manualjournals",
        "accounting.attachments",
    ),
    ScopeStyle.BROAD: ("accounting.transactions", "accounting.attachments"),
}
_BROAD = ("accounting.transactions.read", "accounting.reports.read")


@dataclass(frozen=True)
class ScopeGap:
    """A scope that was not granted, and what is not read for lack of it.

    Attributes:
        endpoints: the catalogue's names of endpoints and reports.
    """

    scope: str
    endpoints: tuple[str, ...]


def read_scopes(
    extra: Collection[str] = (),
    style: ScopeStyle = ScopeStyle.GRANULAR,
    *,
    by_contact: bool = True,
    attachments: bool = True,
) -> tuple[str, ...]:
    """What a consent must cover: signing in, and reading what is switched on.

    Args:
        extra: paths of extra endpoints; see `Settings.extra_endpoints`.
        by_contact: whether reports of single contacts are read; see `Settings.aged_contacts`.
        attachments: whether files are listed; see `Settings.attachments`.
    """
    readable = _readable(extra, by_contact, attachments)
    wanted = (_of_style(scopes, style) for _, scopes in readable)
    return tuple(dict.fromkeys((*SIGN_IN_SCOPES, *wanted)))


def write_scopes(style: ScopeStyle = ScopeStyle.GRANULAR) -> tuple[str, ...]:
    """What a consent must cover besides, so that answers of clients can be written to Xero."""
    return _WRITING[style]


def covers_writing(granted: Collection[str]) -> bool:
    """Whether answers can be written with these scopes, be they granular or broad."""
    return any(set(granted).issuperset(scopes) for scopes in _WRITING.values())


def without_writing(granted: Collection[str]) -> tuple[str, ...]:
    """The scopes with reading in place of writing.

    Xero adds a user's consents up: what was allowed for one organisation comes along with the
    consent to the next, where nobody asked for it.
    """
    writing = {scope for scopes in _WRITING.values() for scope in scopes}
    reading = (f"{scope}.read" if scope in writing else scope for scope in granted)
    return tuple(dict.fromkeys(reading))


def scope_gaps(
    granted: Collection[str],
    extra: Collection[str] = (),
    style: ScopeStyle = ScopeStyle.GRANULAR,
    *,
    by_contact: bool = True,
    attachments: bool = True,
) -> tuple[ScopeGap, ...]:
    """What cannot be read with the scopes granted, by the scope to allow.

    Args:
        granted: granular and broad ones may be mixed. None at all: Xero did not say, and nothing
            is held against the connection.
        extra: paths of extra endpoints; see `Settings.extra_endpoints`.
        by_contact: whether reports of single contacts are read; see `Settings.aged_contacts`.
        attachments: whether files are listed; see `Settings.attachments`.
    """
    missing: dict[str, list[str]] = {}
    for name, scopes in _readable(extra, by_contact, attachments) if granted else ():
        if not set(scopes) & set(granted):
            missing.setdefault(_of_style(scopes, style), []).append(name)
    return tuple(ScopeGap(scope, tuple(names)) for scope, names in missing.items())


def _readable(
    extra: Collection[str], by_contact: bool, attachments: bool
) -> list[tuple[str, tuple[str, ...]]]:
    """Name and sufficient scopes of everything that is read."""
    reports = (*REPORTS, *(CONTACT_REPORTS if by_contact else ()))
    listed = switched_on(extra, attachments=attachments)
    endpoints = [(each.name, each.scopes) for each in listed]
    return endpoints + [(each.name, each.scopes) for each in reports]


def _of_style(scopes: tuple[str, ...], style: ScopeStyle) -> str:
    broad = [scope for scope in scopes if scope in _BROAD]
    return broad[0] if broad and style is ScopeStyle.BROAD else scopes[0]
