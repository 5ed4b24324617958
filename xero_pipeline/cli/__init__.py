"""`xero-pipeline`: the command line. Exit code 0 done, 1 failed with a sentence, 2 wrong use.

Each command parses, calls one function of a room below, and prints. Dagster and DuckDB are imported
by the commands that need them: the others answer at once.
"""

from __future__ import annotations

import typer
from pydantic import ValidationError

from xero_pipeline.cli import (
    alerts,
    connections,
    figures,
    keys,
    local,
    pages,
    status,
    sync,
    tasks,
    warehouse,
    webhooks,
)
from xero_pipeline.cli.console import fail
from xero_pipeline.xero import XeroError

app = typer.Typer(
    name="xero-pipeline",
    help="Xero books to DuckDB through Dagster.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_ROOMS = (
    *(local, pages, connections, sync, warehouse, figures),
    *(tasks, status, alerts, webhooks, keys),
)
for _room in _ROOMS:
    app.add_typer(_room.group)


def main() -> None:
    """Run a command; what a person may meet ends in one sentence, never in a traceback."""
    from xero_pipeline.cli.task_views import with_commands
    from xero_pipeline.tasks import TasksError
    from xero_pipeline.warehouse import WarehouseError

    try:
        app()
    except TasksError as refused:
        fail(with_commands(refused))
    except (XeroError, WarehouseError, OSError) as failure:
        fail(str(failure))
    except ValidationError as invalid:
        fail("\n".join(f"Setting {e['loc'][0]}: {e['msg']}." for e in invalid.errors()))
