"""Several rooms of one process have the state open at once, while other processes come and go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from xero_pipeline.connections.database import Database
from xero_pipeline.settings import Settings

_COMES_AND_GOES = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1])
other.execute("create table left_behind (a)")
other.commit()
other.close()
"""


def test_opening_it_again_takes_no_lock_away_from_who_has_it_open(tmp_path: Path) -> None:
    settings = Settings.model_validate({"XERO_PIPELINE_HOME": str(tmp_path)})
    first = Database.open(settings)
    with first.reading() as reading:
        reading.exec_driver_sql("select 1 from connections")
        Database.open(settings).close()
        log = tmp_path / "state.db-wal"

        # The last one to close a database removes its log; this one must not think it is that.
        subprocess.run(
            [sys.executable, "-c", _COMES_AND_GOES, str(tmp_path / "state.db")], check=True
        )

        assert log.exists()
    with first.reading() as reading:
        assert reading.exec_driver_sql("select count(*) from left_behind").scalar_one() == 0
    first.close()
