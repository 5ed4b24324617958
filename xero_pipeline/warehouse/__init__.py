"""DuckDB: land pages, load them into raw tables, build the models, publish a snapshot."""

from xero_pipeline.warehouse.connection import (
    DEFAULT_DEADLINE_SECONDS,
    open_warehouse,
    read_published,
    transaction,
)
from xero_pipeline.warehouse.cursors import (
    EndpointProgress,
    Progress,
    read_cursors,
    read_progress,
)
from xero_pipeline.warehouse.errors import (
    ExportFailed,
    ExportRefused,
    LandingBusy,
    LandingFailed,
    ModelFailed,
    ModelsInvalid,
    NothingPublished,
    PagesDamaged,
    PageUnreadable,
    PublishFailed,
    WarehouseBusy,
    WarehouseError,
    WarehouseUnreadable,
)
from xero_pipeline.warehouse.export import ExportRequest, export
from xero_pipeline.warehouse.export_folder import ExportManifest
from xero_pipeline.warehouse.landing import Batch, BatchWriter, Landing
from xero_pipeline.warehouse.load import (
    LoadedBatch,
    load,
    loaded_batches,
)
from xero_pipeline.warehouse.models.build import BuiltModel
from xero_pipeline.warehouse.models.data_tests import (
    TestCase,
    TestResult,
    cases_of,
    run_data_test,
    run_data_tests,
    run_test_cases,
)
from xero_pipeline.warehouse.models.docs import ColumnDoc, ModelDoc
from xero_pipeline.warehouse.models.fingerprints import fingerprints
from xero_pipeline.warehouse.models.graph import ModelGraph
from xero_pipeline.warehouse.models.lineage import Column, column_lineage, column_schema
from xero_pipeline.warehouse.models.parsing import Kind, Node
from xero_pipeline.warehouse.models.steps import STEPS, Step, build_step
from xero_pipeline.warehouse.publish import (
    PublishedSnapshot,
    publish,
    remove_earlier_snapshots,
    unpublish,
)
from xero_pipeline.warehouse.purge import Purged, purge_organisation
from xero_pipeline.warehouse.rebuild import Rebuilt, rebuild
from xero_pipeline.warehouse.retention import Keeping, Tidied, tidy
from xero_pipeline.warehouse.schema import (
    create_tables,
    open_build_database,
    raw_columns,
    replace_ops_table,
)
from xero_pipeline.warehouse.timezones import organisation_zone
from xero_pipeline.warehouse.unannounced import part_settled_invoices

__all__ = [
    "DEFAULT_DEADLINE_SECONDS",
    "STEPS",
    "Batch",
    "BatchWriter",
    "BuiltModel",
    "Column",
    "ColumnDoc",
    "EndpointProgress",
    "ExportFailed",
    "ExportManifest",
    "ExportRefused",
    "ExportRequest",
    "Keeping",
    "Kind",
    "Landing",
    "LandingBusy",
    "LandingFailed",
    "LoadedBatch",
    "ModelDoc",
    "ModelFailed",
    "ModelGraph",
    "ModelsInvalid",
    "Node",
    "NothingPublished",
    "PageUnreadable",
    "PagesDamaged",
    "Progress",
    "PublishFailed",
    "PublishedSnapshot",
    "Purged",
    "Rebuilt",
    "Step",
    "TestCase",
    "TestResult",
    "Tidied",
    "WarehouseBusy",
    "WarehouseError",
    "WarehouseUnreadable",
    "build_step",
    "cases_of",
    "column_lineage",
    "column_schema",
    "create_tables",
    "export",
    "fingerprints",
    "load",
    "loaded_batches",
    "open_build_database",
    "open_warehouse",
    "organisation_zone",
    "part_settled_invoices",
    "publish",
    "purge_organisation",
    "raw_columns",
    "read_cursors",
    "read_progress",
    "read_published",
    "rebuild",
    "remove_earlier_snapshots",
    "replace_ops_table",
    "run_data_test",
    "run_data_tests",
    "run_test_cases",
    "tidy",
    "transaction",
    "unpublish",
]
