"""Small models folders to build, written out in the test that needs them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import duckdb

from xero_pipeline.warehouse import ModelGraph, load
from xero_pipeline_tests.warehouse.desk import HARBOUR, Desk, guid, wire_date
from xero_pipeline_tests.warehouse.desk import at as instant

ORGANISATIONS = """
    select organisation_id, name, _synced_at as synced_at, _synced_at::date as as_of_date
    from raw.organisation
"""
CONTACTS = "select organisation_id, contact_id, name, tax_number from raw.contacts"


def write_project(folder: Path, **files: str) -> ModelGraph:
    """Write files and read them as a models folder.

    Args:
        files: "schema__name" (SQL), "yml__schema" (YAML) or "seed__name" (CSV) -> content.
    """
    for key, content in files.items():
        kind, _, name = key.partition("__")
        path = {
            "yml": folder / name / "docs.yml",
            "seed": folder / "seeds" / f"{name}.csv",
        }.get(kind, folder / kind / f"{name}.sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content))
    return ModelGraph.discover(folder)


def sync(
    warehouse: duckdb.DuckDBPyConnection,
    desk: Desk,
    contacts: dict[int, str],
    *,
    minute: int,
    organisation: object = HARBOUR,
) -> None:
    """Load an organisation whose complete list of contacts is this: number -> name."""
    listed = [
        {"ContactID": guid(number), "Name": name, "UpdatedDateUTC": wire_date(instant(minute))}
        for number, name in contacts.items()
    ]
    itself = [{"OrganisationID": str(organisation), "Name": f"as of minute {minute}"}]
    batches = [
        desk.land("organisation", itself, minute=minute, organisation=organisation),  # type: ignore[arg-type]
        desk.land("contacts", listed, minute=minute, organisation=organisation, complete=True),  # type: ignore[arg-type]
    ]
    load(warehouse, batches)
