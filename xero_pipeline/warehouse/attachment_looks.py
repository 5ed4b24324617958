"""Which documents' files were listed when, which files are gone since, and where to look next.

Xero lists files for one document a call, without dates. So each list is held against the one
before, and only documents are asked about whose files may have changed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from xero_pipeline.warehouse.reading import RawTable


@dataclass(frozen=True)
class Document:
    """A document whose files are to be listed.

    Attributes:
        endpoint: what lists the document.
        document_id: Xero's id of it.
    """

    endpoint: str
    document_id: str


def note_looks(connection: duckdb.DuckDBPyConnection) -> None:
    """Remember the newest list of each document among the temporary table `pages`: that a list
    was empty shows nowhere else."""
    connection.execute(
        """
        merge into ops.attachment_looks as known
        using (
            select
                organisation_id,
                endpoint,
                document_id,
                max(sync_id) as sync_id,
                max(started_at) as looked_at
            from pages
            group by organisation_id, endpoint, document_id
        ) as looks
        on known.organisation_id = looks.organisation_id
            and known.document_id = looks.document_id
        when matched and known.sync_id < looks.sync_id then update set
            sync_id = looks.sync_id,
            looked_at = looks.looked_at
        when not matched then insert
            (organisation_id, endpoint, document_id, sync_id, looked_at)
            values (
                looks.organisation_id, looks.endpoint, looks.document_id,
                looks.sync_id, looks.looked_at
            )
        """
    )


def find_gone(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """The temporary table `gone`: files that a later list of their document does not hold, and the
    first such list."""
    connection.execute(
        f"""
        create or replace temp table gone as
        with looks as (
            select organisation_id, document_id, sync_id, started_at as looked_at from pages
            union all
            select organisation_id, document_id, sync_id, looked_at from ops.attachment_looks
        )
        select
            files.rowid as row_id,
            any_value(files.organisation_id) as organisation_id,
            min(looks.sync_id) as sync_id,
            min(looks.looked_at) as removed_at
        from {table.relation} as files
        join looks
            on looks.organisation_id = files.organisation_id
            and looks.document_id = files.document_id
            and looks.sync_id > files._sync_id
        where files._removed_at is null
        group by files.rowid
        """
    )


def documents_to_look_at(
    connection: duckdb.DuckDBPyConnection,
    organisation_ids: Collection[str],
    *,
    only_changed: bool,
    count: int,
) -> dict[str, list[Document]]:
    """Documents of open client tasks whose files may have changed, those first that have waited
    longest.

    A document is asked about when it says that it has files, or had some at the last look, and was
    never looked at, was edited since, or says otherwise than that look found. Whether adding a
    second file counts as an edit Xero does not document: a look at all of them in turn finds it.

    Args:
        organisation_ids: Xero's tenant ids.
        only_changed: leave out those of which nothing says that they have changed.
        count: documents of each organisation.

    Returns:
        Organisation id -> documents in the order of their turn; without those that have none.
    """
    if not _has_open_tasks(connection):
        return {}
    rows = connection.execute(
        _NEXT, {"organisation_ids": list(organisation_ids), "all": not only_changed, "count": count}
    ).fetchall()
    chosen: dict[str, list[Document]] = {}
    for organisation_id, endpoint, document_id in rows:
        chosen.setdefault(organisation_id, []).append(Document(endpoint, document_id))
    return chosen


def _has_open_tasks(connection: duckdb.DuckDBPyConnection) -> bool:
    """Before the models were first built there is no table of tasks."""
    built = connection.execute(
        "select 1 from information_schema.tables "
        "where table_schema = 'marts' and table_name = 'client_tasks'"
    ).fetchone()
    return built is not None and bool(
        connection.execute(
            "select 1 from marts.client_tasks where state <> 'closed' limit 1"
        ).fetchone()
    )


def _listed(endpoint: str, key: str) -> str:
    return f"""
    select organisation_id, '{endpoint}' as endpoint, {key} as document_id,
        updated_date_utc, coalesce(has_attachments, false) as has_attachments, _synced_at
    from raw.{endpoint}
    semi join open_tasks
        on open_tasks.organisation_id = {endpoint}.organisation_id
        and open_tasks.document_id = {endpoint}.{key}
    """


_NEXT = f"""
with open_tasks as materialized (
    select organisation_id, document_id
    from marts.client_tasks
    where state <> 'closed'
        and organisation_id in (select unnest($organisation_ids::uuid[]))
),
documents as (
    {
    " union all ".join(
        _listed(endpoint, key)
        for endpoint, key in (
            ("bank_transactions", "bank_transaction_id"),
            ("invoices", "invoice_id"),
            ("credit_notes", "credit_note_id"),
            ("manual_journals", "manual_journal_id"),
        )
    )
}
),
files as (
    select organisation_id, document_id, count(*) as files
    from raw.attachments
    where _removed_at is null
    group by organisation_id, document_id
),
looks as (
    select
        documents.organisation_id,
        documents.endpoint,
        documents.document_id,
        looks.looked_at,
        looks.looked_at is null
        or documents.updated_date_utc >= looks.looked_at
        or (
            -- Listed again since, and at odds with what was found then.
            documents._synced_at > looks.looked_at
            and documents.has_attachments <> (coalesce(files.files, 0) > 0)
        ) as may_have_changed
    from documents
    left join files
        on files.organisation_id = documents.organisation_id
        and files.document_id = documents.document_id
    left join ops.attachment_looks as looks
        on looks.organisation_id = documents.organisation_id
        and looks.document_id = documents.document_id
    where documents.has_attachments or files.files > 0
)
select organisation_id::varchar, endpoint, document_id::varchar
from looks
where may_have_changed or $all
qualify row_number() over (
    partition by organisation_id
    order by may_have_changed desc, looked_at nulls first, document_id
) <= $count
order by organisation_id, may_have_changed desc, looked_at nulls first, document_id
"""
