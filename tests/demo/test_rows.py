"""Rows arrive in the shared tables spelled as each database's own writers spell them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from jobraker_cli.demo.board import Board as MadeUp
from jobraker_cli.demo.board import build_board
from jobraker_cli.demo.columns import DEFAULTS, Row, row
from jobraker_cli.demo.rows import (
    CHUNK,
    JSON_COLUMNS,
    MOMENT_COLUMNS,
    NULLABLE_JSON_COLUMNS,
    UUID_COLUMNS,
    insert_rows,
    upsert_jobs,
)
from tests.demo.schema import columns_of
from tests.support.board import Board

MOMENT = datetime(2026, 8, 11, 9, 30, 0, 250, tzinfo=timezone(timedelta(hours=2)))
MADE_UP = build_board(rng_seed=3, first_day=date(2026, 8, 11), days=2, users=40, jobs_per_day=60)


@pytest.fixture
def connection(board: Board) -> Iterator[Connection]:
    """Give a connection as jobraker has it, in a transaction that the test commits."""
    url = make_url(board.owner_url)
    drivername = "postgresql+psycopg2" if board.kind == "postgresql" else "sqlite"
    engine = create_engine(url.set(drivername=drivername))
    with engine.connect() as made:
        yield made
    engine.dispose()


def made_job(number: int, **given: object) -> Row:
    columns = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "title": f"Engineer {number}",
        "company": "Velmora Labs",
        "description": "",
        "location": "",
        "skills_required": ["Python", "C#", "東京"],
    }
    return row("jobs", MOMENT, columns | given)


def insert_all(connection: Connection, made_up: MadeUp) -> None:
    for name, rows in made_up.people_tables():
        insert_rows(connection, name, rows)
    for day in made_up.days:
        for name, rows in day.tables():
            insert_rows(connection, name, rows)


def test_a_whole_board_arrives(connection: Connection, board: Board) -> None:
    insert_all(connection, MADE_UP)
    connection.commit()
    counts = board.counts()
    assert counts["users"] == 40
    assert counts["job_alerts"] == len(MADE_UP.people.job_alerts)
    assert counts["jobs"] == 120
    assert counts["applications"] == sum(len(day.activity.applications) for day in MADE_UP.days)


def test_values_come_back_as_they_were(connection: Connection, board: Board) -> None:
    insert_all(connection, MADE_UP)
    connection.commit()
    for name, rows in (*MADE_UP.people_tables(), *MADE_UP.days[0].tables()):
        if name != "user_profiles":
            for one in rows[:20]:
                assert board.row(name, str(one["id"])) == dict(one)


def test_sqlite_has_djangos_spellings(sqlite_board: Board) -> None:
    engine = create_engine(sqlite_board.url)
    with engine.begin() as connection:
        insert_rows(connection, "jobs", [made_job(1, is_remote=True)])
    engine.dispose()
    (stored,) = sqlite_board.rows(
        "SELECT id, created_at, is_remote, skills_required, typeof(created_at) AS kind FROM jobs"
    )
    assert re.fullmatch(r"[0-9a-f]{32}", str(stored["id"]))
    assert stored["created_at"] == "2026-08-11 07:30:00.000250"
    assert stored["kind"] == "text"
    assert stored["is_remote"] == 1
    assert str(stored["skills_required"]).startswith('["Python", "C#", ')


def test_json_null_and_sql_null_are_told_apart(connection: Connection, board: Board) -> None:
    user = board.add_user()
    job = board.add_job()
    alert = row("job_alerts", MOMENT, {"id": user, "user_id": user, "name": "", "keywords": None})
    application = row(
        "applications",
        MOMENT,
        {"id": user, "user_id": user, "job_id": job, "interview_details": None},
    )
    insert_rows(connection, "job_alerts", [alert])
    insert_rows(connection, "applications", [application])
    connection.commit()
    nulls = board.rows("SELECT CAST(keywords AS text) AS text FROM job_alerts")
    assert nulls == [{"text": "null"}]
    empty = board.rows("SELECT count(*) AS n FROM applications WHERE interview_details IS NULL")
    assert empty == [{"n": 1}]


def test_rows_are_taken_in_chunks_from_any_iterable(connection: Connection, board: Board) -> None:
    count = CHUNK * 2 + 1
    assert insert_rows(connection, "jobs", (made_job(n) for n in range(count))) == count
    connection.commit()
    assert board.counts()["jobs"] == count


def test_no_rows_are_no_work(connection: Connection) -> None:
    assert insert_rows(connection, "jobs", []) == 0
    assert upsert_jobs(connection, iter(())) == 0


def test_inserting_a_row_twice_is_refused(connection: Connection) -> None:
    insert_rows(connection, "jobs", [made_job(1)])
    with pytest.raises(IntegrityError):
        insert_rows(connection, "jobs", [made_job(1)])


def test_a_job_that_comes_again_is_updated_in_place(connection: Connection, board: Board) -> None:
    upsert_jobs(connection, [made_job(1, view_count=5), made_job(2)])
    later = MOMENT + timedelta(days=1)
    changed = {"title": "Lead Engineer", "created_at": later, "updated_at": later}
    assert upsert_jobs(connection, [made_job(1, **changed), made_job(3)]) == 2
    connection.commit()
    stored = board.row("jobs", str(made_job(1)["id"]))
    assert board.counts()["jobs"] == 3
    assert stored["title"] == "Lead Engineer"
    assert stored["updated_at"] == later.astimezone(UTC)
    assert stored["created_at"] == MOMENT.astimezone(UTC)
    assert stored["view_count"] == 5


@pytest.mark.parametrize("table", DEFAULTS)
def test_columns_are_bound_as_their_types_in_the_schema_say(table: str) -> None:
    for name, column in columns_of(table).items():
        if table == "user_profiles" and name == "id":
            continue
        assert (column.kind == "uuid") == (name in UUID_COLUMNS), name
        assert (column.kind == "timestamptz") == (name in MOMENT_COLUMNS), name
        is_json = name in JSON_COLUMNS | NULLABLE_JSON_COLUMNS
        assert (column.kind == "jsonb") == is_json, name
        if is_json:
            assert column.nullable == (name in NULLABLE_JSON_COLUMNS), name


@pytest.mark.parametrize("table", DEFAULTS)
def test_what_is_not_given_has_a_value_in_every_column(table: str) -> None:
    missing = set(columns_of(table)) - set(row(table, MOMENT, {}))
    required = {
        "users": {"password", "date_joined", "id", "email"},
        "user_profiles": {"id", "user_id"},
        "jobs": {"id", "title", "company", "description", "location"},
        "job_alerts": {"id", "name", "user_id"},
        "applications": {"id", "job_id", "user_id"},
        "recommended_jobs": {"id", "score", "job_id", "user_id"},
        "saved_jobs": {"id", "job_id", "user_id"},
    }
    assert missing == required[table]
