"""A database that stops, refuses to write, or answers too late, while mail is on its way."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy.exc import DBAPIError

from jobraker_cli.store.engine import connect
from jobraker_cli.store.outbox import Attempt, Settlement
from jobraker_cli.store.settlements import PREPARED, settle_alone
from jobraker_cli.tasks import alert_serving
from tests.scenarios.test_faults import LATER, NOW, people, run
from tests.scenarios.test_workers import queued
from tests.support.board import Board
from tests.support.command import Command
from tests.support.cut import Cut
from tests.support.databases import PostgresDatabase
from tests.support.mailbox import Mailbox
from tests.support.postgres import Server, server_account
from tests.support.tasks import Tasks, moment

MANY = 320
PROCESSES, CONNECTIONS, GROUP = 2, 2, 10


@pytest.fixture
def own_server(postgres_server: Server) -> Iterator[Server]:
    """Give a server that the test may stop."""
    server = Server(postgres_server.binaries, server_account())
    server.create()
    yield server
    server.close()


def test_a_server_that_is_stopped_in_mid_run_loses_nothing(
    own_server: Server, mailbox: Mailbox, tmp_path: Path
) -> None:
    name = own_server.create_database()
    database = PostgresDatabase(own_server.url(name), own_server.role_url(name))
    board = Board(database)
    jobraker = Command(cwd=tmp_path, home=tmp_path, database_url=board.url)
    queued(board, jobraker, MANY)
    board.close()
    env = {
        **mailbox.settings,
        "EMAIL_WORKERS": str(PROCESSES),
        "EMAIL_CONNECTIONS": str(CONNECTIONS),
        "EMAIL_SETTLE_GROUP": str(GROUP),
    }
    mailbox.delay_domain("example.org", 0.1)
    process = jobraker.start("run", "deliver", "--now", NOW, env=env)
    assert mailbox.reached("DATA", timeout=30)
    time.sleep(0.5)
    early = len(mailbox.messages)  # the database's crash may take its last fraction of a second
    time.sleep(1.0)
    own_server.stop("immediate")
    assert process.wait(timeout=60) == 69
    late = len(mailbox.messages) - early
    own_server.start()
    mailbox.delay_domain("example.org", 0.0)
    after = Board(database)
    half = "SELECT id FROM jobraker_outbox o WHERE state = 'sent' AND NOT EXISTS ("
    half += "SELECT 1 FROM jobraker_attempt a WHERE a.outbox_id = o.id AND a.code = 250)"
    assert after.rows(half) == []
    after.execute("UPDATE jobraker_outbox SET lease_until = now() - interval '1 hour'")
    after.close()
    run(jobraker, env, "deliver", "--now", LATER)
    jobraker.close()
    copies = Counter(message.parsed["Message-ID"] for message in mailbox.messages)
    assert len(copies) == MANY
    assert max(copies.values()) <= 2
    assert copies.total() - MANY <= late + PROCESSES * (CONNECTIONS + GROUP)
    assert len({(one.parsed["Message-ID"], one.content) for one in mailbox.messages}) == MANY


@pytest.mark.parametrize("connections", [1, 2])
def test_the_first_outcome_that_cannot_be_written_ends_the_sending(
    board: Board, jobraker: Command, mailbox: Mailbox, connections: int
) -> None:
    people(board, 30)
    jobraker("init")
    board.add_job(title="Python Engineer")
    run(jobraker, {}, "daily-alerts", "--now", NOW, "--no-deliver")
    if board.kind == "postgresql":
        board.execute("ALTER TABLE jobraker_outbox ADD CONSTRAINT no_end CHECK (state <> 'sent')")
    else:
        board.execute(
            "CREATE TRIGGER no_end BEFORE UPDATE ON jobraker_outbox WHEN new.state = 'sent'"
            " BEGIN SELECT raise(ABORT, 'no end'); END"
        )
    env = {**mailbox.settings, "EMAIL_CONNECTIONS": str(connections)}
    jobraker("run", "deliver", "--now", NOW, env=env, check=1)
    assert 1 <= len(mailbox.messages) <= connections
    if board.kind == "postgresql":
        board.execute("ALTER TABLE jobraker_outbox DROP CONSTRAINT no_end")
    else:
        board.execute("DROP TRIGGER no_end")
    board.execute("UPDATE jobraker_outbox SET lease_until = '2000-01-01 00:00:00.000000'")
    run(jobraker, env, "deliver", "--now", LATER)
    copies = Counter(message.parsed["Message-ID"] for message in mailbox.messages)
    assert len(copies) == 30
    assert copies.total() - 30 <= connections


def test_an_outcome_whose_commit_was_not_answered_is_written_once(
    board: Board, jobraker: Command
) -> None:
    people(board, 1)
    jobraker("init")
    board.add_job(title="Python Engineer")
    run(jobraker, {}, "daily-alerts", "--now", NOW, "--no-deliver")
    board.execute("UPDATE jobraker_outbox SET state = 'sending', owner = 'me', attempt = 1")
    (entry,) = jobraker("outbox", "list", "--json").json
    moment = datetime(2026, 11, 23, 9, tzinfo=UTC)
    tried = Attempt(at=moment, phase="done", code=250, text="2.0.0 OK", provider="relay:25")
    outcome = Settlement(id=entry["id"], attempt=1, state="sent", at=moment, tried=tried)
    engine = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    settle_alone(engine, "somebody else", [outcome])
    assert jobraker("outbox", "show", entry["id"], "--json").json["state"] == "sending"
    for _ in range(2):  # whether the first was written is unknown to its writer
        settle_alone(engine, "me", [outcome])
    engine.dispose()
    shown = jobraker("outbox", "show", entry["id"], "--json").json
    assert (shown["state"], shown["attempt"]) == ("sent", 1)
    assert [one["text"] for one in shown["attempts"]] == ["2.0.0 OK"]


@pytest.mark.parametrize(
    "of_another",
    [f"PREPARE {PREPARED} (text, text) AS SELECT $1, $2", "DEALLOCATE ALL"],
)
def test_outcomes_are_written_where_a_pooler_keeps_no_statement_for_us(
    postgres_board: Board, jobraker: Command, of_another: str
) -> None:
    queued(postgres_board, jobraker, 3)
    postgres_board.execute("UPDATE jobraker_outbox SET state = 'sending', owner = 'me'")
    moment = datetime(2026, 11, 23, 9, tzinfo=UTC)
    engine = connect(postgres_board.url.replace("postgresql://", "postgresql+psycopg2://"))
    for number, entry in enumerate(jobraker("outbox", "list", "--json").json):
        if number == ("DEALLOCATE" in of_another):
            with engine.begin() as connection:
                connection.exec_driver_sql(of_another)
        outcome = Settlement(id=entry["id"], attempt=0, state="sent", at=moment)
        settle_alone(engine, "me", [outcome])
    engine.dispose()
    states = [one["state"] for one in jobraker("outbox", "list", "--json").json]
    assert states == ["sent"] * 3


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (b"jsonb_to_recordset", 0),  # how outcomes are to be written
        (b"EXECUTE jobraker_settle", 0),  # outcomes
        (b"SKIP LOCKED", 69),  # a claim
        (b"COMMIT", 69),  # the first of all
    ],
)
def test_a_database_lost_before_its_answer_is_asked_again_and_no_mail_goes_twice(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox, mark: bytes, code: int
) -> None:
    queued(postgres_board, jobraker, 30)
    url = urlsplit(postgres_board.url)
    assert url.port is not None
    between = Cut(url.port, mark)
    through = postgres_board.url.replace(f":{url.port}/", f":{between.port}/")
    env = {**mailbox.settings, "EMAIL_WORKERS": "1", "JOBRAKER_LEASE_SECONDS": "1"}
    far = {**env, "DATABASE_URL": through}
    jobraker("run", "deliver", "--now", NOW, env=far, check=code)
    assert between.happened.is_set()
    between.close()
    time.sleep(1.1)  # what was claimed and not answered is taken over when its lease ends
    run(jobraker, env, "deliver", "--now", LATER)
    assert len(mailbox.messages) == 30
    assert len({message.parsed["Message-ID"] for message in mailbox.messages}) == 30
    assert {one["state"] for one in jobraker("outbox", "list", "--json").json} == {"sent"}
    sent = "SELECT outbox_id FROM jobraker_attempt WHERE code = 250"
    assert len(postgres_board.rows(sent)) == 30


def test_a_group_that_cannot_be_queued_ends_the_run_and_the_next_one_makes_up_for_it(
    postgres_board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_serving, "USER_BATCH", 2)
    tasks = Tasks(board=postgres_board, folder=tmp_path / "mail")
    for number in range(30):
        user = postgres_board.add_user(email=f"user{number:02}@example.org")
        postgres_board.add_alert(user, keywords=["python"])
    tasks.init(moment(1))
    postgres_board.add_job(title="Python Engineer")
    postgres_board.execute(
        "CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF new.recipient = 'user07@example.org' THEN RAISE 'no more'; END IF; RETURN new; END $$"
    )
    postgres_board.execute(
        "CREATE TRIGGER no_more BEFORE INSERT ON jobraker_outbox"
        " FOR EACH ROW EXECUTE FUNCTION no_more()"
    )
    with pytest.raises(DBAPIError, match="no more"):
        tasks("daily-alerts", moment(2))
    counted = "SELECT count(*) AS number FROM jobraker_"
    for table in ("outbox", "sent_job", "notification", "alert_mark"):
        (row,) = postgres_board.rows(counted + table)
        assert 0 <= int(str(row["number"])) <= 28, table
        assert int(str(row["number"])) % 2 == 0, table  # two people a group, whole or not at all
    postgres_board.execute("DROP TRIGGER no_more ON jobraker_outbox")
    tasks("daily-alerts", moment(2, 10))
    assert [one.to for one in tasks.mails()] == [f"user{n:02}@example.org" for n in range(30)]


def test_a_second_signal_ends_the_run_at_once(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(sqlite_board, 2)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    mailbox.reply("RCPT", "250 slow", delay=60.0)
    process = jobraker.start("run", "daily-alerts", "--now", NOW, env=mailbox.settings)
    assert mailbox.reached("RCPT", timeout=20)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) in (130, -signal.SIGTERM)
