"""Whether a table was built from the files as they are now.

When only some organisations are rebuilt, a table whose SELECT has changed since it was built (or
that stands on such a one) must be rebuilt whole, or old and new definitions would be mixed in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import duckdb

from xero_pipeline.warehouse.connection import transaction
from xero_pipeline.warehouse.models.parsing import Kind, Node


def fingerprints(nodes: Mapping[str, Node]) -> dict[str, str]:
    """relation -> a digest of its file and of everything it stands on.

    Args:
        nodes: all nodes, each after what it reads.
    """
    digests: dict[str, str] = {}
    for relation, node in nodes.items():
        content = node.path.read_text("utf-8") if node.kind is Kind.SEED else node.sql
        parts = [
            content,
            *(["view"] if node.is_view else []),
            *(digests.get(reference, "") for reference in node.references),
        ]
        digests[relation] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return digests


def recorded_fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """relation -> the digest that its table was built from."""
    return dict(connection.execute("select relation, fingerprint from ops.models").fetchall())


def record_fingerprints(
    connection: duckdb.DuckDBPyConnection, nodes: Iterable[Node], expected: Mapping[str, str]
) -> None:
    """Note that these tables are now built whole from the files as they are.

    A table built on one that is itself behind counts as behind, too.
    """
    recorded = recorded_fingerprints(connection)
    rows = []
    for node in nodes:
        upstream = (reference for reference in node.references if reference in expected)
        is_current = all(recorded.get(each) == expected[each] for each in upstream)
        recorded[node.relation] = expected[node.relation] if is_current else ""
        rows.append([node.relation, recorded[node.relation]])
    if rows:
        with transaction(connection):
            connection.executemany(
                "delete from ops.models where relation = ?", [row[:1] for row in rows]
            )
            connection.executemany("insert into ops.models values (?, ?)", rows)
