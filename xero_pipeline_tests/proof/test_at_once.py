"""A sync and the command line want the same organisation: the work is done once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from xero_pipeline.connections import Purpose
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.studio import Studio, studio_at

_SYNC = """
import sys
from pathlib import Path

from xero_pipeline.automation import refresh
from xero_pipeline.cli import main
from xero_pipeline_tests.few_models import assets_of, one_model

refresh.ALL_ASSETS = assets_of(one_model(Path(sys.argv[1])))
sys.argv[1:] = ["sync"]
main()
"""


def test_a_sync_waits_for_the_command_line_and_then_asks_for_what_is_new(tmp_path: Path) -> None:
    with studio_at(tmp_path, page_size=1) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.sandbox.control.clear_requests()
        with _command_line(studio) as command:
            _wait_until_it_reads(studio)
            sync = studio.sync()
            output, _ = command.communicate()
        assert command.returncode == 0, output
        assert sync.endpoints["invoices"].is_full is False
        assert _listed_pages(studio) == {"1": 1, "2": 1, "3": 1}
        numbers = "select count(*), count(distinct invoice_id) from raw.invoices"
        assert studio.rows(numbers) == [(3, 3)]


def _command_line(studio: Studio) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _SYNC, studio.settings.home / "models"],
        env={**os.environ, **environment(studio.sandbox, studio.settings.home)}
        | {"XERO_PAGE_SIZE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _wait_until_it_reads(studio: Studio) -> None:
    until_asked = Retrying(
        retry=retry_if_result(lambda asked: not asked),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(120),
    )
    until_asked(studio.asked)


def _listed_pages(studio: Studio) -> Counter[str]:
    """How often each page of all invoices was asked for, by whomever."""
    return Counter(
        parse_qs(str(request["query"]))["page"][0]
        for request in studio.sandbox.control.requests()
        if str(request["path"]).endswith("/Invoices")
        and "if-modified-since" not in request["headers"]
    )
