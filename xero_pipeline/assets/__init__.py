"""Assets and checks: thin glue between Dagster and the rooms below.

Reading the graph of models parses dbt_like_sql/ in memory; no file is opened for writing and
nothing is asked of Xero before a run.
"""

from __future__ import annotations

import dagster as dg

from xero_pipeline.assets.extraction import extraction
from xero_pipeline.assets.models import model_assets
from xero_pipeline.assets.publication import connections, published_asset
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.assets.writeback import writeback
from xero_pipeline.warehouse import ModelGraph

_MODELS = model_assets(ModelGraph.discover())
_MARTS = sorted(_MODELS[-1].keys)

ALL_ASSETS: list[dg.AssetsDefinition] = [
    writeback,
    extraction,
    connections,
    *_MODELS,
    published_asset(_MARTS),
]

EXTRACTION_KEYS = sorted(extraction.keys)

RESOURCES = {"pipeline": Pipeline(), "warehouse": Warehouse()}

__all__ = ["ALL_ASSETS", "EXTRACTION_KEYS", "RESOURCES"]
