"""`seeds/*`, `staging/*`, `intermediate/*`, `snapshots/*`, `marts/*`: one asset per file of
dbt_like_sql/.

One step per layer over one connection, in the order that DuckDB's parser finds. The data tests of
a layer are its asset checks; those of severity error stop what stands on it.
"""

from collections.abc import Iterator

import dagster as dg

from xero_pipeline.assets.checks import cases_by_check, check_specs, run_check
from xero_pipeline.assets.descriptions import Descriptions
from xero_pipeline.assets.keys import WAREHOUSE_POOL, relation_key
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.warehouse import STEPS, ModelGraph, Node, Step, build_step


def model_assets(graph: ModelGraph) -> list[dg.AssetsDefinition]:
    """One step per layer."""
    return [_layer(graph, step) for step in STEPS]


def _layer(graph: ModelGraph, step: Step) -> dg.AssetsDefinition:
    nodes = step.nodes(graph)
    cases = cases_by_check(graph, {node.relation for node in nodes})

    @dg.multi_asset(
        name=step.name,
        specs=[_spec(graph, node) for node in nodes],
        check_specs=check_specs(cases),
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def layer(
        context: dg.AssetExecutionContext, pipeline: Pipeline, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        current = graph.with_user_seeds(pipeline.settings().user_seeds)
        keys = context.selected_asset_keys
        selected = [node.relation for node in nodes if relation_key(node.relation) in keys]
        with warehouse.get_connection() as connection:
            descriptions = Descriptions.of(current, connection, context.instance, keys)
            # Somebody who chooses tables wants them whole, whatever has changed.
            is_chosen = len(selected) < len(nodes)
            for built in (
                current.build(connection, only=selected)
                if is_chosen
                else build_step(connection, current, step)
            ):
                yield descriptions.materialised(built)
            for key, of_check in cases.items():
                if key in context.selected_asset_check_keys:
                    yield run_check(connection, current, key, of_check)

    return layer


def _spec(graph: ModelGraph, node: Node) -> dg.AssetSpec:
    sources = {relation_key(relation) for relation in graph.dependencies(node.relation)}
    # A snapshot reads its own history.
    sources.discard(relation_key(node.relation))
    return dg.AssetSpec(
        relation_key(node.relation),
        deps=sorted(sources),
        group_name=node.schema,
        description=_description(graph, node),
        kinds={"sql", "duckdb"},
        metadata={"dagster/table_name": f"warehouse.{node.relation}"},
    )


def _description(graph: ModelGraph, node: Node) -> str:
    described = graph.docs.of(node.relation).description
    return f"{described}\n\n```sql\n{node.sql}\n```" if node.sql else described
