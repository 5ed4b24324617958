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
) -> tuple[str, ...]:
    """What a consent must cover: signing in, and reading what is switched on.

    Args:
        extra: paths of extra endpoints; see `Settings.extra_endpoints`.
        by_contact: whether reports of single contacts are read; see `Settings.aged_contacts`.
    """
    wanted = (_of_style(scopes, style) for _, scopes in _readable(extra, by_contact))
    return tuple(dict.fromkeys((*SIGN_IN_SCOPES, *wanted)))


def scope_gaps(
    granted: Collection[str],
    extra: Collection[str] = (),
    style: ScopeStyle = ScopeStyle.GRANULAR,
    *,
    by_contact: bool = True,
) -> tuple[ScopeGap, ...]:
    """What cannot be read with the scopes granted, by the scope to allow.

    Args:
        granted: granular and broad ones may be mixed. None at all: Xero did not say, and nothing
            is held against the connection.
        extra: paths of extra endpoints; see `Settings.extra_endpoints`.
        by_contact: whether reports of single contacts are read; see `Settings.aged_contacts`.
    """
    missing: dict[str, list[str]] = {}
    for name, scopes in _readable(extra, by_contact) if granted else ():
        if not set(scopes) & set(granted):
            missing.setdefault(_of_style(scopes, style), []).append(name)
    return tuple(ScopeGap(scope, tuple(names)) for scope, names in missing.items())


def _readable(extra: Collection[str], by_contact: bool) -> list[tuple[str, tuple[str, ...]]]:
    """Name and sufficient scopes of everything that is read."""
    reports = (*REPORTS, *(CONTACT_REPORTS if by_contact else ()))
    endpoints = [(each.name, each.scopes) for each in switched_on(extra)]
    return endpoints + [(each.name, each.scopes) for each in reports]


def _of_style(scopes: tuple[str, ...], style: ScopeStyle) -> str:
    broad = [scope for scope in scopes if scope in _BROAD]
    return broad[0] if broad and style is ScopeStyle.BROAD else scopes[0]
