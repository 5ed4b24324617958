"""DuckDB: land pages, load them into raw tables, build the models, publish a snapshot."""

from xero_pipeline.warehouse.connection import open_warehouse, read_published, transaction
from xero_pipeline.warehouse.errors import (
    LandingFailed,
    ModelFailed,
    ModelsInvalid,
    NothingPublished,
    PageUnreadable,
    PublishFailed,
    WarehouseBusy,
    WarehouseError,
    WarehouseUnreadable,
)
from xero_pipeline.warehouse.landing import Batch, BatchWriter, Landing
from xero_pipeline.warehouse.load import LoadedBatch, load, loaded_batches, rebuild
from xero_pipeline.warehouse.models.build import BuiltModel
from xero_pipeline.warehouse.models.graph import ModelGraph
from xero_pipeline.warehouse.schema import create_tables, replace_ops_table

__all__ = [
    "Batch",
    "BatchWriter",
    "BuiltModel",
    "Landing",
    "LandingFailed",
    "LoadedBatch",
    "ModelFailed",
    "ModelGraph",
    "ModelsInvalid",
    "NothingPublished",
    "PageUnreadable",
    "PublishFailed",
    "WarehouseBusy",
    "WarehouseError",
    "WarehouseUnreadable",
    "create_tables",
    "load",
    "loaded_batches",
    "open_warehouse",
    "read_published",
    "rebuild",
    "replace_ops_table",
    "transaction",
]
