"""`xero/connections` comes in beside Xero's data, `warehouse/published` goes out."""

from collections.abc import Iterator
from contextlib import closing

import dagster as dg
import duckdb

from xero_pipeline.alerts import observe
from xero_pipeline.assets import connection_check
from xero_pipeline.assets.keys import CONNECTIONS, PUBLISHED, WAREHOUSE_POOL, raw_key
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.tasks import TaskRecords
from xero_pipeline.warehouse import publish, replace_ops_table


@dg.asset(
    key=CONNECTIONS,
    deps=[raw_key("organisation")],
    group_name="xero",
    pool=WAREHOUSE_POOL,
    kinds={"duckdb"},
    check_specs=[connection_check.EVERY_CONNECTION_WORKS],
)
def connections(
    pipeline: Pipeline, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """`ops.connections`, `ops.monitored_accounts`, `ops.api_usage`: who is connected, which
    accounts are watched, what was spent; and what people answered to client tasks and decided:
    `ops.task_answers`, `ops.task_answer_files`, `ops.task_decisions`, `ops.writebacks`,
    `ops.attachment_files`. No secret among them."""
    with pipeline.connections() as known, warehouse.get_connection() as connection:
        rows = {
            "connections": replace_ops_table(
                connection, "connections", [*known.connections(), *known.removed()]
            ),
            "monitored accounts": replace_ops_table(
                connection, "monitored_accounts", known.watched_accounts()
            ),
            "days of API usage": _add_usage(connection, known),
            **_replace_task_records(connection, pipeline.settings()),
        }
        wrong = observe(known, pipeline.settings(), pipeline.clock().now())
    yield dg.MaterializeResult(metadata=dict(rows))
    yield connection_check.result(wrong)


def _add_usage(connection: duckdb.DuckDBPyConnection, known: Connections) -> int:
    """Earlier days are there and do not change any more, the newest one's eve perhaps."""
    row = connection.execute(
        "select max(day) - 1 from ops.api_usage having bool_and(endpoint is not null)"
    ).fetchone()
    since = row[0] if row else None
    return replace_ops_table(connection, "api_usage", known.usage(since), since=since)


def _replace_task_records(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> dict[str, int]:
    with closing(TaskRecords.open(settings)) as records:
        tables = records.published()
    return {
        table.replace("_", " "): replace_ops_table(connection, table, rows)
        for table, rows in tables.items()
    }


def published_asset(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The snapshot that readers open. A layer whose checks fail stops the next one, and this."""

    @dg.asset(
        key=PUBLISHED,
        deps=marts,
        group_name="warehouse",
        pool=WAREHOUSE_POOL,
        kinds={"duckdb"},
    )
    def published(pipeline: Pipeline) -> dg.MaterializeResult[None]:
        """`current/warehouse.duckdb`: a read-only snapshot, swapped in at once when the blocking
        checks of all layers have passed."""
        settings = pipeline.settings()
        snapshot = publish(settings.build_database, settings.home)
        return dg.MaterializeResult(
            metadata={
                "file": dg.MetadataValue.path(str(settings.published_database)),
                "snapshot": snapshot.id,
                "bytes": snapshot.bytes,
                "seconds": round(snapshot.seconds, 3),
            }
        )

    return published
