"""Build the models in steps, and in each of them only the organisations that need it.

Of every organisation a step notes what its rows were built from, in the warehouse itself, so that
what a killed run has not built the next one makes up for, whichever of them it was that read the
changes.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from xero_pipeline.warehouse.connection import transaction
from xero_pipeline.warehouse.models.build import BuiltModel, rows_in
from xero_pipeline.warehouse.models.graph import ModelGraph
from xero_pipeline.warehouse.models.parsing import INSTANTS, Kind, Node

logger = logging.getLogger(__name__)

_WHOLE_BEYOND = 0.5
"""The share of organisations to rebuild beyond which rebuilding all of them costs less."""

# What a model of an organisation depends on: its rows, the day it is there (ages, forecasts and
# histories move with it), the accounts that are watched, and what people did with its tasks. The
# organisation itself is received with every sync; any other walk that received rows has touched
# them even where nothing differs.
_INPUTS = f"""
    select
        organisations.organisation_id,
        hash(
            organisations.as_of_date, loads.loaded_at, watched.accounts, people.records
        ) as inputs
    from {INSTANTS} as organisations
    left join (
        select organisation_id, max(loaded_at) as loaded_at
        from ops.syncs
        where rows_changed + rows_removed > 0
            or (rows_received > 0 and endpoint <> 'organisation')
        group by organisation_id
    ) as loads using (organisation_id)
    left join (
        select organisation_id, list(hash(watched) order by account_id) as accounts
        from ops.monitored_accounts as watched
        group by organisation_id
    ) as watched using (organisation_id)
    left join (
        select organisation_id, bit_xor(record) as records
        from (
            select organisation_id, hash(each) as record from ops.task_answers as each
            union all
            select organisation_id, hash(each) from ops.task_answer_files as each
            union all
            select organisation_id, hash(each) from ops.task_decisions as each
            union all
            select organisation_id, hash(each) from ops.writebacks as each
            union all
            select organisation_id, hash(each) from ops.attachment_files as each
        )
        group by organisation_id
    ) as people using (organisation_id)
"""


@dataclass(frozen=True)
class Step:
    """Tables that are built together.

    Attributes:
        schemas: what it builds.
        after: the name of the step it stands on; None: it reads raw tables alone.
    """

    name: str
    schemas: Sequence[str]
    after: str | None = None

    def nodes(self, graph: ModelGraph) -> list[Node]:
        """What it builds, in order; macros come along with the tables that use them."""
        nodes = graph.nodes.values()
        return [n for n in nodes if n.schema in self.schemas and n.kind is not Kind.MACRO]


STEPS = (
    Step("staging", ("seeds", "staging")),
    Step("intermediate", ("intermediate", "snapshots"), after="staging"),
    Step("marts", ("marts",), after="intermediate"),
)


def build_step(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, step: Step
) -> list[BuiltModel]:
    """Rebuild the organisations whose rows are behind in one step.

    They are those that a sync has touched, whose day has changed, or whose watched accounts have,
    since the step was built for them; and those for whom the step before was built since. Tables
    whose files have changed are rebuilt whole.

    Args:
        connection: the warehouse, with raw and ops tables in place.

    Returns:
        All tables of the step in order, those too that stayed as they were.

    Raises:
        ModelFailed: DuckDB refused a model; names its file.
    """
    # Another run may have loaded rows since the step before was built. The checks of this one
    # compare tables of all steps, which have to tell of the same rows.
    for earlier in STEPS[: STEPS.index(step)]:
        if _is_behind(connection, earlier):
            _bring_up_to_date(connection, graph, earlier)
    built = _bring_up_to_date(connection, graph, step)
    nodes = step.nodes(graph)
    built += _as_they_were(connection, {model.relation for model in built}, nodes)
    relations = [node.relation for node in nodes]
    return sorted(built, key=lambda model: relations.index(model.relation))


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, step: Step
) -> list[BuiltModel]:
    relations = [node.relation for node in step.nodes(graph)]
    built: list[BuiltModel] = []
    if INSTANTS in relations:
        # Whole, since it says of every organisation when it was read, and what day it was there.
        seeds = [relation for relation in relations if relation.startswith("seeds.")]
        built += graph.build(connection, only=seeds, organisations=())
        built += graph.build(connection, only=[INSTANTS])
    stale = _stale_organisations(connection, step)
    known = rows_in(connection, [graph.nodes[INSTANTS]])[INSTANTS]
    is_whole = len(stale) > _WHOLE_BEYOND * known
    done = {model.relation for model in built}
    others = [relation for relation in relations if relation not in done]
    built += graph.build(connection, only=others, organisations=None if is_whole else stale)
    _record_built(connection, step, stale)
    logger.info("%s: rebuilt for %d of %d organisations", step.name, len(stale), known)
    return built


def _as_they_were(
    connection: duckdb.DuckDBPyConnection, built: Collection[str], nodes: Sequence[Node]
) -> list[BuiltModel]:
    """What stands for the nodes that were not built."""
    others = [node for node in nodes if node.relation not in built]
    rows = rows_in(connection, others)
    return [
        BuiltModel(node.relation, rows.get(node.relation), 0.0, is_as_it_was=True)
        for node in others
    ]


def _is_behind(connection: duckdb.DuckDBPyConnection, step: Step) -> bool:
    if _stale_organisations(connection, step):
        return True
    newcomers = f"""
        select organisation_id from raw.organisation
        except
        select organisation_id from {INSTANTS}
    """
    return connection.execute(f"select exists ({newcomers})").fetchone() == (True,)


def _stale_organisations(connection: duckdb.DuckDBPyConnection, step: Step) -> list[str]:
    rows = connection.execute(
        f"""
        select now_.organisation_id::varchar
        from ({_INPUTS}) as now_
        left join ops.builds as own
            on own.organisation_id = now_.organisation_id and own.step = $step
        left join ops.builds as before
            on before.organisation_id = now_.organisation_id and before.step = $after
        where own.inputs is distinct from now_.inputs or before.number > own.number
        order by all
        """,
        {"step": step.name, "after": step.after},
    ).fetchall()
    return [organisation for (organisation,) in rows]


def _record_built(
    connection: duckdb.DuckDBPyConnection, step: Step, organisations: Collection[str]
) -> None:
    """Note that a step is now built for these organisations, later than everything noted so far."""
    if not organisations:
        return
    with transaction(connection):
        connection.execute(
            f"""
            create or replace temp table built as
            select
                $step as step,
                inputs.*,
                (select coalesce(max(number), 0) + 1 from ops.builds) as number
            from ({_INPUTS}) as inputs
            where organisation_id in (select unnest($organisations::uuid[]))
            """,
            {"step": step.name, "organisations": list(organisations)},
        )
        connection.execute(
            """
            delete from ops.builds
            where step = $step and organisation_id in (select organisation_id from built)
            """,
            {"step": step.name},
        )
        connection.execute("insert into ops.builds by name from built")
