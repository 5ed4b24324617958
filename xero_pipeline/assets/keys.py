"""Names that the asset graph, its jobs and its sensors share."""

from __future__ import annotations

import dagster as dg

ORGANISATION_PARTITIONS_NAME = "organisation"
ORGANISATION_PARTITIONS = dg.DynamicPartitionsDefinition(name=ORGANISATION_PARTITIONS_NAME)
"""One partition per connected organisation; its key is readable and stays when it is renamed."""

WAREHOUSE_POOL = "warehouse"
"""One writer at a time: every step that writes models or publishes runs in this pool."""

CONNECTIONS = dg.AssetKey(["xero", "connections"])
WRITEBACK = dg.AssetKey(["tasks", "writeback"])
PUBLISHED = dg.AssetKey(["warehouse", "published"])


def raw_key(endpoint: str) -> dg.AssetKey:
    """The asset of a raw table: `xero/invoices` stands for `raw.invoices`."""
    return dg.AssetKey(["xero", endpoint])


def relation_key(relation: str) -> dg.AssetKey:
    """The asset that writes a relation, "schema.name".

    Raw tables are what Xero delivers, and so is the record of the deliveries; the other `ops`
    tables come from the connections.
    """
    schema, _, name = relation.partition(".")
    if schema == "raw":
        return raw_key(name)
    if schema == "ops":
        return (
            raw_key("organisation")
            if name in ("syncs", "cursors", "unknown_fields")
            else CONNECTIONS
        )
    return dg.AssetKey([schema, name])
