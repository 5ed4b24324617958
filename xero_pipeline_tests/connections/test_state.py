"""State in a Postgres that is not there, refuses, or was changed by a newer version."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from xero_pipeline.connections import Connections
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.errors import HomeUnusable, StateUnusable
from xero_pipeline.connections.tables import day_calls
from xero_pipeline.settings import Settings
from xero_pipeline_tests.postgres import Postgres, on_both

PASSWORD = "correct-horse-battery"


def settings_with(home: Path, state_url: str | None) -> Settings:
    return Settings.model_validate({"home": home, "state_url": state_url})


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"postgresql://ada:{PASSWORD}@localhost:1/books", "refused"),
        (f"postgres://ada:{PASSWORD}@localhost:1/books?sslmode=disable", "refused"),
        (f"mysql://ada:{PASSWORD}@localhost/books", "neither postgresql"),
        (f"postgresql://ada:{PASSWORD}@localhost:port/books", "it is no URL"),
        ("books on the server", "it is no URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(
    tmp_path: Path, url: str, reason: str
) -> None:
    with pytest.raises(StateUnusable, match=reason) as refused:
        Database.open(settings_with(tmp_path, url))

    assert "XERO_PIPELINE_STATE_URL" in str(refused.value)
    assert PASSWORD not in f"{refused.value} {refused.value.__context__!r}"


def test_a_wrong_password_is_said_and_not_shown(tmp_path: Path, postgres: Postgres) -> None:
    postgres.run("CREATE ROLE ada LOGIN PASSWORD 'another'")
    access = postgres.folder / "pg_hba.conf"
    access.write_text(f"local all ada scram-sha-256\n{access.read_text()}")
    postgres.run("SELECT pg_reload_conf()")
    url = postgres.url.replace("postgres:@", f"ada:{PASSWORD}@")

    with pytest.raises(StateUnusable, match='password authentication failed for user "ada"') as met:
        Connections.open(settings_with(tmp_path, url))

    assert PASSWORD not in str(met.value)
    assert "postgresql://ada:***@" in str(met.value)


def test_the_url_never_shows_in_settings(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, f"postgresql://ada:{PASSWORD}@localhost/books")
    assert PASSWORD not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_nothing_of_the_state_lies_in_the_home_when_postgres_keeps_it(
    tmp_path: Path, postgres: Postgres
) -> None:
    with Connections.open(settings_with(tmp_path, postgres.new_state())) as connections:
        assert connections.connections() == []
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_server_that_is_restarted_is_found_again(tmp_path: Path, postgres: Postgres) -> None:
    with closing(Database.open(settings_with(tmp_path, postgres.new_state()))) as database:
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        with database.reading() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(day_calls)) == 0


def test_state_of_a_newer_version_is_refused_and_left_alone(
    tmp_path: Path, postgres: Postgres
) -> None:
    settings = settings_with(tmp_path, postgres.new_state())
    with closing(Database.open(settings)) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 999")

    with pytest.raises(HomeUnusable, match="newer version"):
        Database.open(settings)


@on_both
def test_whoever_writes_sees_what_the_one_before_wrote(
    tmp_path: Path, state_url: str | None
) -> None:
    settings = settings_with(tmp_path, state_url)
    seen: list[int] = []

    def count() -> None:
        with closing(Database.open(settings)) as database:
            for _ in range(10):
                with database.writing() as connection:
                    present = connection.scalar(sa.select(sa.func.count()).select_from(day_calls))
                    seen.append(present or 0)
                    connection.exec_driver_sql(
                        "INSERT INTO day_calls (organisation_id, day, calls) "
                        f"VALUES ('organisation-{present}', '2026-04-01', 1)"
                    )

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == list(range(40))


def test_many_may_open_a_state_that_is_not_there_yet_at_the_same_time(tmp_path: Path) -> None:
    for number in range(10):
        settings = settings_with(tmp_path / str(number), None)
        with ThreadPoolExecutor(6) as threads:
            opened = list(threads.map(lambda _, at=settings: Database.open(at), range(6)))
        for database in opened:
            with closing(database), database.reading() as reader:
                assert reader.scalar(sa.select(sa.func.count()).select_from(day_calls)) == 0


@on_both
def test_readers_see_one_state_while_others_write(tmp_path: Path, state_url: str | None) -> None:
    with closing(Database.open(settings_with(tmp_path, state_url))) as database:
        count = sa.select(sa.func.count()).select_from(day_calls)
        with database.reading() as reader:
            assert reader.scalar(count) == 0
            with database.writing() as writer:
                writer.exec_driver_sql("INSERT INTO day_calls VALUES ('harbour', '2026-04-01', 1)")
            assert reader.scalar(count) == 0
        with database.reading() as reader:
            assert reader.scalar(count) == 1
