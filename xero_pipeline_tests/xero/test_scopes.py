"""What is asked for, and what is not read for lack of it."""

from __future__ import annotations

from xero_pipeline.settings import ScopeStyle
from xero_pipeline.xero.scopes import ScopeGap, read_scopes, scope_gaps

GRANULAR = read_scopes()
BROAD = read_scopes(style=ScopeStyle.BROAD)


def test_an_old_app_asks_for_broad_scopes_where_there_are_some() -> None:
    assert set(BROAD) == {
        "openid",
        "profile",
        "email",
        "offline_access",
        "accounting.settings.read",
        "accounting.contacts.read",
        "accounting.transactions.read",
        "accounting.reports.read",
        "accounting.attachments.read",
    }


def test_either_kind_of_scopes_leaves_nothing_out() -> None:
    assert scope_gaps(GRANULAR) == scope_gaps(BROAD) == ()


def test_a_mix_is_enough() -> None:
    mixed = ["accounting.settings", "accounting.contacts.read", "accounting.transactions"]
    mixed += [scope for scope in GRANULAR if "reports" in scope or "attachments" in scope]
    assert scope_gaps(mixed) == ()


def test_what_is_left_out_is_named_by_the_scope_to_allow() -> None:
    granted = [scope for scope in GRANULAR if "payments" not in scope and "trial" not in scope]
    assert scope_gaps(granted) == (
        ScopeGap(
            "accounting.payments.read",
            ("payments", "batch_payments", "prepayments", "overpayments"),
        ),
        ScopeGap("accounting.reports.trialbalance.read", ("trial_balance",)),
    )


def test_an_old_app_is_told_the_broad_scope() -> None:
    granted = [scope for scope in BROAD if "reports" not in scope]
    (gap,) = scope_gaps(granted, style=ScopeStyle.BROAD)
    assert gap.scope == "accounting.reports.read"
    assert len(gap.endpoints) == 6


def test_the_scope_of_aged_reports_counts_unless_no_contact_is_asked_about() -> None:
    aged = "accounting.reports.aged.read"
    granted = [scope for scope in GRANULAR if scope != aged]
    reports = ("aged_receivables_by_contact", "aged_payables_by_contact")
    assert scope_gaps(granted) == (ScopeGap(aged, reports),)
    assert scope_gaps(granted, by_contact=False) == ()
    assert set(GRANULAR) - set(read_scopes(by_contact=False)) == {aged}


def test_extra_endpoints_count_once_they_are_switched_on() -> None:
    assert scope_gaps(GRANULAR, ["Budgets"]) == (ScopeGap("accounting.budgets.read", ("budgets",)),)


def test_nothing_is_held_against_a_token_that_names_no_scope() -> None:
    assert scope_gaps(()) == ()
