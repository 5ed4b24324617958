"""What the client was shown, out of the published warehouse: to be compared with Xero's present."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from xero_pipeline.tasks.model import Answer
from xero_pipeline.tasks.recoding import Contents, LineContents


@dataclass(frozen=True)
class Seen:
    """A task's document as the warehouse knows it.

    Attributes:
        contents_hash: of the newest version; answers are bound to one.
        task_lines: numbers of the lines that are the task's.
    """

    contents_hash: str
    contents: Contents
    task_lines: tuple[int, ...]


def seen_document(connection: duckdb.DuckDBPyConnection, answer: Answer) -> Seen | None:
    """What an answer's task is about; None: there is no such task.

    Args:
        connection: to the published warehouse.
    """
    of = [answer.organisation_id, answer.task_id]
    row = connection.execute(_DOCUMENT, of).fetchone()
    if row is None:
        return None
    contents_hash, document_date, total, currency, contact_id, number, reference = row
    task_lines = connection.execute(_TASK_LINES, of).fetchall()
    lines = connection.execute(_LINES, of).fetchall()
    names = [column[0] for column in connection.description or ()]
    return Seen(
        contents_hash,
        Contents(
            document_date=document_date,
            total=total,
            currency_code=currency,
            contact_id=contact_id,
            number=number,
            reference=reference,
            lines=tuple(LineContents(**dict(zip(names, line, strict=True))) for line in lines),
        ),
        tuple(number for (number,) in task_lines),
    )


_DOCUMENT = """
    select
        tasks.contents_hash,
        sources.document_date,
        sources.total,
        sources.currency_code,
        sources.contact_id::varchar,
        nullif(sources.document_number, ''),
        nullif(sources.reference, '')
    from marts.client_tasks as tasks
    join intermediate.task_sources as sources
        on sources.organisation_id = tasks.organisation_id
        and sources.document_type = tasks.document_type
        and sources.document_id = tasks.document_id
    where tasks.organisation_id = ? and tasks.task_id = ?
"""

_LINES = """
    select
        lines.line_number as number,
        lines.account_id::varchar as account_id,
        lines.account_code,
        nullif(lines.description, '') as description,
        lines.quantity,
        lines.line_amount,
        lines.tax_amount
    from intermediate.task_candidate_lines as lines
    join intermediate.task_sources as sources
        on sources.organisation_id = lines.organisation_id
        and sources.endpoint = lines.endpoint
        and sources.document_id = lines.document_id
    join marts.client_tasks as tasks
        on tasks.organisation_id = sources.organisation_id
        and tasks.document_type = sources.document_type
        and tasks.document_id = sources.document_id
    where tasks.organisation_id = ? and tasks.task_id = ?
    order by lines.line_number
"""

_TASK_LINES = """
    select line_number
    from marts.client_task_lines
    where organisation_id = ? and task_id = ?
    order by line_number
"""
