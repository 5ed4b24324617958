"""The whole way from Xero to the snapshot with some of the models, where the rest prove nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import dagster as dg

from xero_pipeline.assets.extraction import extraction
from xero_pipeline.assets.models import model_assets
from xero_pipeline.assets.publication import connections, published_asset
from xero_pipeline.assets.writeback import writeback
from xero_pipeline.warehouse import ModelGraph
from xero_pipeline_tests.warehouse.project import ORGANISATIONS, write_project


def one_model(folder: Path) -> ModelGraph:
    """`staging.organisations` alone, in a folder of its own."""
    return write_project(folder, staging__organisations=ORGANISATIONS)


def models_of_tasks() -> ModelGraph:
    """What the desk reads and what that stands on, without the tests that compare it with more."""
    graph = ModelGraph.discover()
    tasks = {each for each in graph.nodes if each.startswith("marts.client_task")}
    wanted = with_all_before(graph, {*tasks, "staging.tracking_options"})
    nodes = {relation: node for relation, node in graph.nodes.items() if relation in wanted}
    return replace(graph, nodes=nodes, tests={})


def with_all_before(graph: ModelGraph, relations: Collection[str]) -> set[str]:
    """These, and whatever has to be built before them."""
    read = {
        source
        for relation in relations
        for source in (*graph.dependencies(relation), *graph.nodes[relation].references)
    }
    wanted = {*relations, *(read & graph.nodes.keys())}
    return wanted if wanted == set(relations) else with_all_before(graph, wanted)


def assets_of(graph: ModelGraph) -> list[dg.AssetsDefinition]:
    """In place of `ALL_ASSETS`."""
    models = [layer for layer in model_assets(graph) if layer.keys]
    keys = [key for layer in models for key in layer.keys]
    return [writeback, extraction, connections, *models, published_asset(keys)]
