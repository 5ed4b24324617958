"""The models of dbt_like_sql/, in the order in which they can be built."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

from xero_pipeline.warehouse.errors import ModelsInvalid
from xero_pipeline.warehouse.models.build import (
    BuiltModel,
    build_organisations,
    build_whole,
)
from xero_pipeline.warehouse.models.docs import Docs, read_docs
from xero_pipeline.warehouse.models.fingerprints import (
    fingerprints,
    record_fingerprints,
    recorded_fingerprints,
)
from xero_pipeline.warehouse.models.parsing import (
    Kind,
    Node,
    read_macro,
    read_seed,
    read_select,
)
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.schema import OPS_TABLES

MODELS_FOLDER = Path(__file__).resolve().parents[3] / "dbt_like_sql"
MODEL_SCHEMAS = ("staging", "intermediate", "marts")

_SOURCES = frozenset(
    {f"raw.{name}" for name in RAW_TABLES} | {f"ops.{name}" for name in OPS_TABLES}
)


@dataclass(frozen=True)
class ModelGraph:
    """Everything under one models folder.

    Attributes:
        folder: the models folder.
        nodes: seeds, models, snapshots and macros by relation, each after what it reads.
        tests: dbt's singular tests (a SELECT of failures) by name.
        docs: the .yml files beside them.
    """

    folder: Path
    nodes: Mapping[str, Node]
    tests: Mapping[str, Node]
    docs: Docs

    @classmethod
    def discover(cls, folder: Path = MODELS_FOLDER) -> ModelGraph:
        """Read the folder.

        Args:
            folder: holds staging/, intermediate/, marts/, snapshots/, seeds/, macros/ and tests/.

        Raises:
            ModelsInvalid: a file is not what it should be, names a relation that does not exist,
                or depends on itself; the message names the file.
        """
        with duckdb.connect() as parser:
            nodes = {node.relation: node for node in _definitions(folder, parser)}
            tests = {node.name: node for node in _selects(folder, "tests", Kind.TEST, parser)}
        _refuse_unknown_relations([*nodes.values(), *tests.values()], nodes)
        docs = read_docs(folder)
        _refuse_docs_of_nothing(folder, docs, nodes, tests)
        return cls(folder, _in_order(_as_views(nodes, docs)), tests, docs)

    def with_user_seeds(self, folder: Path) -> ModelGraph:
        """The same graph, reading the CSV files of a folder in place of seeds of the same name."""
        replaced = {
            node.relation: replace(node, path=folder / node.path.name)
            for node in self.nodes.values()
            if node.kind is Kind.SEED and (folder / node.path.name).exists()
        }
        return replace(self, nodes={**self.nodes, **replaced})

    def dependencies(self, relation: str) -> tuple[str, ...]:
        """The tables that a node reads, macros replaced by what they read in turn."""
        return tuple(sorted(self._tables_of(self.nodes[relation].references)))

    def _tables_of(self, references: Sequence[str]) -> set[str]:
        tables: set[str] = set()
        for reference in references:
            node = self.nodes.get(reference)
            if node is not None and node.kind is Kind.MACRO:
                tables |= self._tables_of(node.references)
            else:
                tables.add(reference)
        return tables

    def build(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        only: Collection[str] | None = None,
        organisations: Collection[str] | None = None,
    ) -> list[BuiltModel]:
        """Build tables from the SELECTs, each after what it reads.

        Args:
            connection: the warehouse, with raw and ops tables in place.
            only: the relations to build ("marts.runway"); None: all. Macros they use, and macros
                that could not be created before them, come along.
            organisations: rebuild only these organisations' rows; None: whole tables. Tables
                whose files have changed since they were built are rebuilt whole all the same.

        Raises:
            ModelFailed: DuckDB refused a model; names its file.
            ModelsInvalid: `only` names something that does not exist.
        """
        nodes = self._selected(only)
        expected = fingerprints(self.nodes)
        scoped: list[Node] = []
        if organisations is not None:
            recorded = recorded_fingerprints(connection)
            scoped = [n for n in nodes if recorded.get(n.relation) == expected[n.relation]]
            nodes = [n for n in nodes if n not in scoped]
        built: list[BuiltModel] = []
        if organisations and scoped:
            built += build_organisations(connection, scoped, self.docs, organisations)
        built += build_whole(connection, nodes, self.docs)
        record_fingerprints(connection, nodes, expected)
        return built

    def _selected(self, only: Collection[str] | None) -> list[Node]:
        if only is None:
            return list(self.nodes.values())
        unknown = sorted(set(only) - set(self.nodes))
        if unknown:
            raise ModelsInvalid(self.folder, f"there is no {', '.join(unknown)} to build")
        wanted = set(only) | self._macros_completed_by(only)
        wanted |= self._macros_used_by(wanted)
        return [node for node in self.nodes.values() if node.relation in wanted]

    def _macros_used_by(self, relations: Collection[str]) -> set[str]:
        used = {
            reference
            for relation in relations
            for reference in self.nodes[relation].references
            if reference in self.nodes and self.nodes[reference].kind is Kind.MACRO
        }
        return used | self._macros_used_by(used) if used else used

    def _macros_completed_by(self, relations: Collection[str]) -> set[str]:
        """Macros whose last table is among the relations: only now can they be created."""
        position = {relation: index for index, relation in enumerate(self.nodes)}
        completed = set()
        for node in self.nodes.values():
            tables = [t for t in self._tables_of(node.references) if t in position]
            if node.kind is Kind.MACRO and tables and max(tables, key=position.get) in relations:  # type: ignore[arg-type]
                completed.add(node.relation)
        return completed


def _definitions(folder: Path, parser: duckdb.DuckDBPyConnection) -> Iterator[Node]:
    for path in sorted((folder / "seeds").glob("*.csv")):
        yield read_seed(path)
    for path in sorted((folder / "macros").glob("*.sql")):
        yield read_macro(path, parser)
    for schema in MODEL_SCHEMAS:
        yield from _selects(folder, schema, Kind.MODEL, parser)
    yield from _selects(folder, "snapshots", Kind.SNAPSHOT, parser)


def _selects(
    folder: Path, schema: str, kind: Kind, parser: duckdb.DuckDBPyConnection
) -> Iterator[Node]:
    for path in sorted((folder / schema).glob("*.sql")):
        yield read_select(path, schema, kind, parser)


def _refuse_unknown_relations(readers: Sequence[Node], nodes: Mapping[str, Node]) -> None:
    for reader in readers:
        for reference in reader.references:
            if reference not in nodes and reference not in _SOURCES:
                raise ModelsInvalid(reader.path, f"reads {reference}, which does not exist")


def _refuse_docs_of_nothing(
    folder: Path, docs: Docs, nodes: Mapping[str, Node], tests: Mapping[str, Node]
) -> None:
    described = {
        *docs.models,
        *docs.functions,
        *(test.model for test in docs.tests.values()),
        *(each.columns_of for each in docs.functions.values() if each.columns_of),
    }
    for relation in sorted(described - set(nodes)):
        raise ModelsInvalid(folder, f"a .yml describes {relation}, which does not exist")
    for name in sorted(set(docs.tests) - set(tests)):
        raise ModelsInvalid(folder, f"a .yml describes the test {name}, which does not exist")
    for node in nodes.values():
        if node.kind is Kind.SNAPSHOT and not docs.of(node.relation).config.unique_key:
            raise ModelsInvalid(node.path, "its .yml must give config: unique_key")


def _as_views(nodes: Mapping[str, Node], docs: Docs) -> dict[str, Node]:
    """The nodes, those that their .yml wants as views marked."""
    return {
        relation: replace(node, is_view=docs.of(relation).config.materialized == "view")
        for relation, node in nodes.items()
    }


def _in_order(nodes: Mapping[str, Node]) -> dict[str, Node]:
    sorter = TopologicalSorter(
        {node.relation: [r for r in node.references if r in nodes] for node in nodes.values()}
    )
    try:
        return {relation: nodes[relation] for relation in sorter.static_order()}
    except CycleError as error:
        cycle = error.args[1]
        raise ModelsInvalid(
            nodes[cycle[0]].path, f"depends on itself: {' <- '.join(cycle)}"
        ) from error
