"""What is told of a table after its build: rows, columns, where they come from, a chart.

Tracing columns and drawing take longer than building most tables. What was told of a table that has
not changed since is told again, and so are the lineage of one whose SQL has not, and the charts of
one whose rows in them have not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import dagster as dg
import duckdb

from xero_pipeline.assets.keys import relation_key
from xero_pipeline.assets.pictures import Picture, picture
from xero_pipeline.warehouse import (
    BuiltModel,
    Column,
    ModelGraph,
    cases_of,
    column_lineage,
    column_schema,
    fingerprints,
)

Metadata = Mapping[str, dg.MetadataValue]

_DEFINITION, _LINEAGE = "definition", "dagster/column_lineage"
_CHART, _CHART_ROWS = "chart", "chart rows"


@dataclass(frozen=True)
class Descriptions:
    """Describes the tables of one graph.

    Attributes:
        definitions: relation -> a digest of its SQL, of all that it stands on, and of its docs.
        last: what was told of tables after the last run that built them.
    """

    graph: ModelGraph
    connection: duckdb.DuckDBPyConnection
    definitions: Mapping[str, str]
    last: Mapping[dg.AssetKey, Metadata]

    @classmethod
    def of(
        cls,
        graph: ModelGraph,
        connection: duckdb.DuckDBPyConnection,
        instance: dg.DagsterInstance,
        keys: Collection[dg.AssetKey],
    ) -> Descriptions:
        """With what Dagster remembers of these tables."""
        events = instance.get_latest_materialization_events(keys)
        last = {
            key: event.asset_materialization.metadata
            for key, event in events.items()
            if event is not None and event.asset_materialization is not None
        }
        return cls(graph, connection, _definitions(graph), last)

    def materialised(self, built: BuiltModel) -> dg.MaterializeResult[None]:
        """A table after its step."""
        key = relation_key(built.relation)
        last = self.last.get(key, {})
        is_known = _LINEAGE in last and self._definition(built.relation) == last.get(_DEFINITION)
        if built.is_as_it_was and is_known:
            return dg.MaterializeResult(asset_key=key, metadata=last)
        lineage = last[_LINEAGE] if is_known else self._lineage(built.relation)
        drawn = picture(self.connection, built.relation, _picture_of(last) if is_known else None)
        metadata = {**self._metadata(built, lineage), **_metadata_of(drawn)}
        return dg.MaterializeResult(asset_key=key, metadata=metadata)

    def _metadata(self, built: BuiltModel, lineage: dg.MetadataValue) -> Metadata:
        metadata: dict[str, dg.MetadataValue] = {
            "seconds": dg.MetadataValue.float(round(built.seconds, 4)),
            "dagster/column_schema": self._columns(built.relation),
            _LINEAGE: lineage,
            _DEFINITION: self._definition(built.relation),
        }
        if built.rows is not None:
            metadata["dagster/row_count"] = dg.MetadataValue.int(built.rows)
        return metadata

    def _definition(self, relation: str) -> dg.MetadataValue:
        return dg.MetadataValue.text(self.definitions[relation])

    def _columns(self, relation: str) -> dg.MetadataValue:
        columns = column_schema(self.connection, self.graph, relation)
        held = [case.description for case in cases_of(self.graph, {relation}) if not case.column]
        return dg.MetadataValue.table_schema(
            dg.TableSchema([_column(each) for each in columns], dg.TableConstraints(held))
        )

    def _lineage(self, relation: str) -> dg.MetadataValue:
        traced = column_lineage(self.connection, self.graph, relation)
        return dg.MetadataValue.column_lineage(
            dg.TableColumnLineage(
                {
                    column: [
                        dg.TableColumnDep(relation_key(source), name) for source, name in sources
                    ]
                    for column, sources in traced.items()
                }
            )
        )


def _definitions(graph: ModelGraph) -> dict[str, str]:
    return {
        relation: hashlib.sha256(
            f"{fingerprint}{graph.docs.of(relation).model_dump_json()}".encode()
        ).hexdigest()
        for relation, fingerprint in fingerprints(graph.nodes).items()
    }


def _picture_of(metadata: Metadata) -> Picture | None:
    if not {_CHART, _CHART_ROWS} <= metadata.keys():
        return None
    return Picture(str(metadata[_CHART].value), str(metadata[_CHART_ROWS].value))


def _metadata_of(drawn: Picture | None) -> Metadata:
    if drawn is None:
        return {}
    return {
        _CHART: dg.MetadataValue.md(drawn.markdown),
        _CHART_ROWS: dg.MetadataValue.text(drawn.rows),
    }


def _column(column: Column) -> dg.TableColumn:
    """As its page in docs/figures tells it."""
    return dg.TableColumn(
        column.name,
        column.type,
        description=column.description or None,
        constraints=dg.TableColumnConstraints(
            nullable=column.is_nullable,
            unique="unique" in column.tests,
            other=[test for test in column.tests if test not in {"not_null", "unique"}],
        ),
        tags={"unit": column.unit} if column.unit else None,
    )
