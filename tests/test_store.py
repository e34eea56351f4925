"""The store: batches of alerts, and what database errors mean."""

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from sqlalchemy import Engine, exc, select, text

from jobraker_cli.errors import BusyError, ConfigError, UnreachableError
from jobraker_cli.matching.prepared import Advert
from jobraker_cli.model import Job
from jobraker_cli.store import (
    alerts,
    ledger,
    marks,
    notifications,
    outbox,
    past,
    queueing,
    standing,
    suppressions,
)
from jobraker_cli.store.engine import connect, reading, sqlite_path, tolerant_json, translate
from jobraker_cli.store.locks import lock
from jobraker_cli.store.notifications import Notification
from jobraker_cli.store.past import SentJobs
from jobraker_cli.store.queueing import Queued
from jobraker_cli.store.types import parse_moment, sqlite_moment
from tests.support.board import Board
from tests.support.command import Command

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOBODY = str(uuid5(NAMESPACE_OID, "nobody"))


@pytest.fixture
def engine(board: Board, jobraker: Command) -> Iterator[Engine]:
    """An engine on a board with a ledger."""
    jobraker("init")
    made = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    yield made
    made.dispose()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 100])
def test_ranges_of_alerts_never_part_a_person(board: Board, engine: Engine, size: int) -> None:
    expected = set()
    for number in range(4):
        user = board.add_user()
        expected |= {board.add_alert(user) for _ in range(number + 1)}
    board.add_alert(board.add_user(is_active=False))
    with reading(engine) as connection:
        bounds = alerts.bounds(connection, "daily", size)
        batches = [
            alerts.served(connection, "daily", after_user=after, through_user=through, floor=3)
            for after, through in zip((None, *bounds), (*bounds, None), strict=True)
        ]
    found = [one for batch in batches for one in batch]
    people = [user for batch in batches for user in {one.user_id for one in batch}]
    assert {one.floor for one in found} == {3}
    assert len(found) == len(expected)
    assert {one.id for one in found} == expected
    assert len(people) == len(set(people)) == 4
    assert max(map(len, batches)) < size + 4  # the last person's alerts come in whole


def test_the_scope_of_a_run_counts_what_is_served(board: Board, engine: Engine) -> None:
    with reading(engine) as connection:
        assert alerts.scope(connection, "daily", 3) == (0, 0, False)
    marked = board.add_alert(board.add_user())
    board.add_alert(board.add_user(), keywords=["python"])
    for idle in (
        board.add_alert(board.add_user(is_active=False), keywords=["Anywhere:kafka"]),
        board.add_alert(board.add_user(), is_active=False),
        board.add_alert(board.add_user(), frequency="weekly"),
    ):
        with engine.begin() as connection:
            marks.write_marks(connection, [idle], 1)
    with engine.begin() as connection:
        marks.write_marks(connection, [marked], 2)
    with reading(engine) as connection:
        assert alerts.scope(connection, "daily", 3) == (2, 2, False)
    board.add_alert(board.add_user(), keywords=["java", "Anywhere:kafka"])
    with reading(engine) as connection:
        assert alerts.scope(connection, "daily", 1) == (3, 1, True)


def test_a_mark_never_moves_back(board: Board, engine: Engine) -> None:
    alert = board.add_alert(board.add_user())
    for run_seq in (5, 3, 7, 6):
        with engine.begin() as connection:
            marks.write_marks(connection, [alert], run_seq)
    with reading(engine) as connection:
        (found,) = alerts.served(connection, "daily", after_user=None, through_user=None, floor=0)
    assert found.floor == 7
    assert found.marked


def test_alerts_without_a_mark_get_one_and_a_mark_that_came_meanwhile_stays(
    board: Board, engine: Engine
) -> None:
    quicker, *others = [board.add_alert(board.add_user()) for _ in range(3)]
    with reading(engine) as connection:
        found = alerts.served(connection, "daily", after_user=None, through_user=None, floor=0)
        assert not any(one.marked for one in found)
    for ids, run_seq in (([quicker], 6), ([quicker, *others], 5), ([], 9)):
        with engine.begin() as connection:
            marks.write_new_marks(connection, ids, run_seq)
    with reading(engine) as connection:
        found = alerts.served(connection, "daily", after_user=None, through_user=None, floor=0)
    assert {one.id: one.floor for one in found} == {quicker: 6, others[0]: 5, others[1]: 5}


def test_a_row_that_somebody_writes_is_left_alone_and_the_others_get_their_last_run(
    board: Board, engine: Engine
) -> None:
    if board.url.startswith("sqlite"):
        pytest.skip("SQLite has one writer")
    taken, *others = [board.add_alert(board.add_user()) for _ in range(3)]
    with engine.begin() as web, engine.begin() as connection:
        web.execute(text("SELECT 1 FROM job_alerts WHERE id = :id FOR UPDATE"), {"id": taken})
        begun = time.monotonic()
        marks.write_last_run(connection, [others[0], taken, others[1]], NOW)
        marks.write_marks(connection, others, 7)  # the transaction goes on
        assert time.monotonic() - begun < 5
    last_runs = {one: board.row("job_alerts", one)["last_run"] for one in (taken, *others)}
    assert last_runs == {taken: None, others[0]: NOW, others[1]: NOW}


def test_a_reading_transaction_cannot_write_on_a_readonly_engine(
    board: Board, engine: Engine
) -> None:
    readonly = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"), readonly=True)
    with pytest.raises(exc.DBAPIError) as caught, readonly.begin() as connection:
        connection.execute(text("DELETE FROM jobraker_run"))
    assert isinstance(translate(caught.value), ConfigError)
    readonly.dispose()
    assert board.counts()["jobraker_run"] == 1


def test_nothing_asked_is_nothing_answered(engine: Engine) -> None:
    with engine.begin() as connection:
        assert queueing.queue(connection, []) == set()
        assert queueing.taken_keys(connection, []) == set()
        assert outbox.tried(connection, []) == set()
        assert suppressions.suppressed(connection, []) == {}
        assert standing.wanted_alerts(connection, []) == set()
        assert standing.active_users(connection, []) == set()
        marks.write_marks(connection, [], 1)
        marks.write_new_marks(connection, [], 1)
        past.write_sent_jobs(connection, [])


@pytest.mark.parametrize("name", ["daily-alerts-1/1", "planning"])
def test_a_lock_is_held_by_one_and_freed_at_the_end(
    board: Board, engine: Engine, name: str
) -> None:
    other = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    with (
        lock(engine, board.url, name, wait=False),
        pytest.raises(BusyError),
        lock(other, board.url, name, wait=False),
    ):
        pass
    with lock(other, board.url, name, wait=False):
        pass
    other.dispose()


def failure(path: Path, statement: str = "SELECT 1 FROM jobs") -> Exception:
    """What a statement on a SQLite file raises."""
    engine = connect(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except (exc.DBAPIError, ConfigError) as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_missing_table_sends_to_the_doctor(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    sqlite3.connect(path).close()
    path.touch()
    found = translate(failure(path))
    assert isinstance(found, ConfigError)
    assert "jobraker doctor" in str(found)


def test_a_file_that_is_no_database_is_a_wrong_setting(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("this is no database, whatever its name says\n" * 50, encoding="utf-8")
    assert isinstance(translate(failure(path)), ConfigError)


def test_a_busy_database_is_out_of_reach(tmp_path: Path) -> None:
    path = tmp_path / "busy.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("CREATE TABLE jobs (id)")
    holder.execute("BEGIN EXCLUSIVE")
    quick = sqlite3.connect(path, timeout=0.01)
    with pytest.raises(sqlite3.OperationalError) as caught:
        quick.execute("SELECT 1 FROM jobs")
    wrapped = exc.OperationalError("SELECT", {}, caught.value)
    assert isinstance(translate(wrapped), UnreachableError)
    holder.close()
    quick.close()


def test_a_directory_is_no_database_file(tmp_path: Path) -> None:
    assert isinstance(translate(failure(tmp_path)), UnreachableError)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_lock_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    url = f"sqlite:///{tmp_path / 'board.db'}"
    with pytest.raises(ConfigError, match="lock file"), lock(connect(url), url, "x", wait=False):
        pass


def test_our_own_slips_are_not_called_the_databases_fault(tmp_path: Path) -> None:
    path = tmp_path / "board.db"
    sqlite3.connect(path).close()
    path.touch()
    assert translate(failure(path, "SELEC 1")) is None
    assert translate(ValueError("no database error")) is None


def test_a_url_that_cannot_be_parsed_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigError) as caught:
        connect("postgresql+psycopg2://u:hunter22@h:port/board")
    assert "hunter22" not in str(caught.value)


def test_a_memory_database_has_no_file_and_needs_no_lock() -> None:
    engine = connect("sqlite:///:memory:")
    assert sqlite_path("sqlite:///:memory:") is None
    with lock(engine, "sqlite:///:memory:", "x", wait=False), reading(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("broken", ["{", None, b"\xff", "[" * 100_000])
def test_json_that_is_none_reads_as_none(broken: object) -> None:
    assert tolerant_json(broken) is None


@pytest.mark.parametrize(
    "spelling",
    [
        "2026-11-22 08:00:00",
        "2026-11-22 08:00:00.000000",
        "2026-11-22T08:00:00Z",
        "2026-11-22T09:00:00+01:00",
        "2026-11-22 08:00:00.000000+00:00",
    ],
)
def test_every_spelling_of_a_moment_is_the_same_moment(spelling: str) -> None:
    moment = parse_moment(spelling)
    assert moment is not None
    assert sqlite_moment(moment) == "2026-11-22 08:00:00.000000"


def test_what_is_no_moment_is_none() -> None:
    assert parse_moment("soon") is None


def message(name: str, **columns: Any) -> Queued:
    """A message whose id and key come from its name."""
    row_id = str(uuid5(NAMESPACE_OID, name))
    values = {
        "id": row_id,
        "dedupe_key": name,
        "kind": "job_alert",
        "user_id": None,
        "recipient": "ada@example.org",
        "payload": "{}",
        "message_id": f"<{name}@example.org>",
        "created_at": NOW,
        "priority": 50,
        "expires_at": NOW,
        "run": 1,
    }
    return Queued(**(values | columns))


def told(name: str, title: str = "") -> Notification:
    """A notification whose id comes from its name."""
    row_id = str(uuid5(NAMESPACE_OID, name))
    return Notification(
        id=row_id,
        user_id=row_id,
        kind="job_alert",
        title=title,
        link="",
        outbox_id=None,
        created_at=NOW,
    )


def test_what_is_known_already_is_left_as_it_is_and_the_others_are_written(engine: Engine) -> None:
    first, again = message("a", payload="1"), message("a", payload="2")
    others = [message("b"), message("c", state="dead", last_reply="no address")]
    with engine.begin() as connection:
        assert queueing.queue(connection, [first]) == {first.id}
        assert queueing.queue(connection, [again, *others]) == {one.id for one in others}
        assert queueing.queue(connection, [again, *others]) == set()
        assert notifications.write(connection, [told("a")]) == {told("a").id}
        assert notifications.write(connection, [told("a"), told("b")]) == {told("b").id}
    with reading(engine) as connection:
        found = connection.execute(text("SELECT payload, state FROM jobraker_outbox")).all()
    assert sorted(map(tuple, found)) == [("1", "pending"), ("{}", "dead"), ("{}", "pending")]


def test_a_job_that_was_queued_for_a_person_is_not_noted_twice(
    board: Board, engine: Engine
) -> None:
    other = str(uuid5(NAMESPACE_OID, "other"))
    for job_ids in ([NOBODY], [NOBODY, other], [other], []):
        with engine.begin() as connection:
            advert = Advert(Job(id=NOBODY, title=""), (), tuple(job_ids), "f0", "")
            past.write_sent_jobs(connection, [SentJobs(NOBODY, NOBODY, [advert])])
    assert board.counts()["jobraker_sent_job"] == 2


@pytest.mark.parametrize("odd", ["a\tb", "a\nb", "a\r\nb", "a\\nb", "\\N", "\\.", "", "ü \u2028 ☃"])
def test_every_text_is_stored_as_it_is(engine: Engine, odd: str) -> None:
    queued = message("a", recipient=odd, payload=odd, locale=odd)
    with engine.begin() as connection:
        queueing.queue(connection, [queued])
        notifications.write(connection, [told("a", odd)])
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT recipient, payload, locale FROM jobraker_outbox"))
        titles = connection.execute(text("SELECT title FROM jobraker_notification"))
        assert [*rows.one(), titles.scalar_one()] == [odd] * 4


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 7, 1, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(2000, 1, 1, tzinfo=UTC),
    ],
)
def test_every_kind_of_value_is_stored_as_it_is(engine: Engine, moment: datetime) -> None:
    odd = message("a", user_id=NOBODY, created_at=moment, priority=-(2**31), run=2**63 - 1)
    rows = [odd, message("b", expires_at=moment), message("c", user_id=NOBODY, run=-1)]
    with engine.begin() as connection:
        assert queueing.queue(connection, rows) == {one.id for one in rows}
    named = [ledger.outbox.c[name] for name in Queued._fields]
    with reading(engine) as connection:
        found = connection.execute(select(*named).order_by(ledger.outbox.c.dedupe_key)).all()
    assert [Queued(*row) for row in found] == rows


def test_a_client_encoding_of_the_environment_changes_no_text(
    board: Board, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    other = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    with other.begin() as connection:
        queueing.queue(connection, [message("a", recipient="ü ☃")])
        found = connection.execute(text("SELECT recipient FROM jobraker_outbox"))
        assert found.scalar_one() == "ü ☃"
    other.dispose()


def test_what_a_table_refuses_is_an_error_of_the_database(board: Board, engine: Engine) -> None:
    if board.url.startswith("sqlite"):
        pytest.skip("SQLite takes any text for a kind")
    with pytest.raises(exc.DBAPIError), engine.begin() as connection:
        notifications.write(connection, [told("a", title="\0")])
    with pytest.raises(exc.IntegrityError), engine.begin() as connection:
        notifications.write(connection, [told("a")._replace(kind=None)])  # type: ignore[arg-type]
    assert board.counts()["jobraker_notification"] == 0
