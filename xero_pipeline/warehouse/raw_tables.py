"""The raw tables: for each endpoint the fields that are kept, with Xero's names and a wire type.

Column names are Xero's in snake_case. Every table also carries `organisation_id` and what loading
knows of the row (see `schema`). Fields missing in a response are NULL; those that are not here
are left out for a reason (`fields.left_out`), and what Xero adds goes into `_extras`
(`unknown_fields`). Source of names and types: Xero's OpenAPI file, accounting 16.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xero_pipeline.warehouse.fields.documents import DOCUMENTS
from xero_pipeline.warehouse.fields.ledger import LEDGER
from xero_pipeline.warehouse.fields.money import MONEY_MOVED
from xero_pipeline.warehouse.fields.settings import SETTINGS
from xero_pipeline.warehouse.wire_types import Record

RAW_TABLES: Mapping[str, Record] = MappingProxyType(
    {**SETTINGS, **DOCUMENTS, **MONEY_MOVED, **LEDGER}
)
