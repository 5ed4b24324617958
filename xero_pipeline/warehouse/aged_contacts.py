"""Whose aged report is held against ours next: a few contacts a night, each in its turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class _Ledger:
    """One aged report and the types of document that it shows; it leaves prepayments out."""

    report: str
    invoice: str
    credit_note: str
    overpayment: str


_LEDGERS = (
    _Ledger("aged_receivables_by_contact", "ACCREC", "ACCRECCREDIT", "RECEIVE-OVERPAYMENT"),
    _Ledger("aged_payables_by_contact", "ACCPAY", "ACCPAYCREDIT", "SPEND-OVERPAYMENT"),
)


def contacts_to_check(
    connection: duckdb.DuckDBPyConnection, organisation_ids: Collection[str], count: int
) -> dict[str, Mapping[str, list[str]]]:
    """Contacts with something open that it is time to ask Xero's aged reports about.

    Those that were never asked about come first, then those asked about longest ago; of several
    from the same sync, those with a document that has changed since. So everybody gets a turn,
    within as many nights as `count` goes into the number of such contacts.

    Args:
        organisation_ids: Xero's tenant ids.
        count: contacts of each organisation and report.

    Returns:
        Organisation id -> report -> contact ids in the order of their turn; reports without any
        contact are left out.
    """
    chosen: dict[str, dict[str, list[str]]] = {}
    for ledger in _LEDGERS:
        rows = connection.execute(
            _NEXT.format(report=ledger.report),
            {
                "organisation_ids": list(organisation_ids),
                "invoice": ledger.invoice,
                "credit_note": ledger.credit_note,
                "overpayment": ledger.overpayment,
                "count": count,
            },
        ).fetchall()
        for organisation_id, contact_ids in rows:
            chosen.setdefault(organisation_id, {})[ledger.report] = contact_ids
    return dict(chosen)


_NEXT = """
with open_documents as (
    select organisation_id, contact.contact_id as contact_id, updated_date_utc
    from raw.invoices
    where type = $invoice and status = 'AUTHORISED' and amount_due <> 0
        and _removed_at is null
    union all
    select organisation_id, contact.contact_id, updated_date_utc
    from raw.credit_notes
    where type = $credit_note and status = 'AUTHORISED' and remaining_credit <> 0
        and _removed_at is null
    union all
    select organisation_id, contact.contact_id, updated_date_utc
    from raw.overpayments
    where type = $overpayment and status = 'AUTHORISED' and remaining_credit <> 0
        and _removed_at is null
),
contacts as (
    select organisation_id, contact_id, max(updated_date_utc) as changed_at
    from open_documents
    where organisation_id in (select unnest($organisation_ids::uuid[]))
        and contact_id is not null
    group by organisation_id, contact_id
),
in_turn as (
    select
        contacts.organisation_id,
        contacts.contact_id,
        row_number() over (
            partition by contacts.organisation_id
            order by
                reports._synced_at nulls first,
                contacts.changed_at > reports._synced_at desc,
                contacts.contact_id
        ) as turn
    from contacts
    left join raw.{report} as reports
        on reports.organisation_id = contacts.organisation_id
        and reports.contact_id = contacts.contact_id
)
select organisation_id::varchar, list(contact_id::varchar order by turn)
from in_turn
where turn <= $count
group by organisation_id
"""
