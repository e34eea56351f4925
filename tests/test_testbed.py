"""The test bed itself: what other tests lean on holds."""

import json
import os
import re
import signal
import smtplib
import sqlite3
import subprocess
import sys
import textwrap
import time
import uuid
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest

from tests.support.board import Board
from tests.support.command import Command
from tests.support.databases import SCHEMAS
from tests.support.mailbox import Mailbox, Scriptable
from tests.support.postgres import Server, find_binaries, server_account
from tests.support.rows import DEFAULTS

BROKEN = {"PYTHONHOME": "/nowhere"}  # no Python starts like that, whatever the command is
MOMENT = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=1)))


def whole_board(board: Board) -> dict[str, str]:
    """Put one row into every shared table."""
    user_id, job_id = board.add_user(), board.add_job()
    session_id = board.add("chat_chatsession", user_id=user_id)
    return {
        "users": user_id,
        "jobs": job_id,
        "chat_chatsession": session_id,
        "user_profiles": board.add("user_profiles", user_id=user_id),
        "applications": board.add_application(user_id, job_id),
        "saved_jobs": board.add("saved_jobs", user_id=user_id, job_id=job_id),
        "job_alerts": board.add_alert(user_id),
        "recommended_jobs": board.add_recommendation(user_id, job_id),
        "chat_chatmessage": board.add("chat_chatmessage", session_id=session_id),
    }


def test_a_row_goes_into_every_table_with_nothing_given(board: Board) -> None:
    ids = whole_board(board)
    assert board.counts() == dict.fromkeys(sorted(DEFAULTS), 1)
    for table, row_id in ids.items():
        assert str(board.row(table, row_id)["id"]) == row_id


def test_both_schemas_have_the_same_columns_in_the_same_order(
    sqlite_board: Board, postgres_board: Board
) -> None:
    for table in DEFAULTS:
        here = sqlite_board.rows(f"SELECT name FROM pragma_table_info('{table}')")
        there = postgres_board.rows(
            "SELECT attname::text AS name FROM pg_attribute"
            " WHERE attrelid = CAST(:t AS regclass) AND attnum > 0 ORDER BY attnum",
            t=table,
        )
        assert here == there


def test_both_schemas_name_the_same_indexes(sqlite_board: Board, postgres_board: Board) -> None:
    here = sqlite_board.rows(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'"
    )
    there = postgres_board.rows(
        "SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = 'public'"
        " AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'"
    )
    assert {row["name"] for row in here} == {row["name"] for row in there}


def test_the_sqlite_schema_splits_at_line_ends(sqlite_board: Board) -> None:
    with sqlite3.connect(":memory:") as connection:
        statement = ""
        for line in (SCHEMAS / "sqlite.sql").read_text(encoding="utf-8").splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                connection.execute(statement)
                statement = ""
        assert not statement.strip()
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
        assert tables.fetchone() == (len(sqlite_board.tables()) + 1,)  # and sqlite_sequence
    connection.close()


def test_sqlite_rows_are_spelled_as_django_does(sqlite_board: Board) -> None:
    user_id = sqlite_board.add_user(last_login=MOMENT, date_joined=MOMENT.replace(microsecond=0))
    sqlite_board.add_alert(user_id, keywords=["café"])
    (user,) = sqlite_board.rows("SELECT * FROM users")
    (alert,) = sqlite_board.rows("SELECT * FROM job_alerts")
    assert user["id"] == alert["user_id"] == user_id.replace("-", "")
    assert user["last_login"] == "2026-11-22 08:30:15.123456"
    assert user["date_joined"] == "2026-11-22 08:30:15"
    assert user["is_active"] == 1
    assert alert["keywords"] == '["caf\\u00e9"]'


def test_postgresql_rows_have_the_real_types(postgres_board: Board) -> None:
    user_id = postgres_board.add_user(last_login=MOMENT)
    postgres_board.add_alert(user_id, keywords=["café"])
    query = "SELECT pg_typeof({0})::text AS t, {0} AS v FROM {1}"
    (login,) = postgres_board.rows(query.format("last_login", "users"))
    (keywords,) = postgres_board.rows(query.format("keywords", "job_alerts"))
    assert login == {"t": "timestamp with time zone", "v": MOMENT}
    assert keywords == {"t": "jsonb", "v": ["café"]}


def test_a_row_reads_the_same_on_both(board: Board) -> None:
    user_id = board.add_user(last_login=MOMENT, is_verified=True)
    alert = board.row("job_alerts", board.add_alert(user_id, keywords={"any": ["a", 1, None]}))
    user = board.row("users", user_id)
    assert user["last_login"] == MOMENT
    assert user["is_verified"] is True
    assert alert["user_id"] == user_id
    assert alert["keywords"] == {"any": ["a", 1, None]}
    assert alert["last_run"] is None


def test_none_is_json_null_only_where_sql_null_cannot_be(board: Board) -> None:
    user_id, job_id = board.add_user(), board.add_job()
    board.add_alert(user_id, keywords=None)
    board.add_application(user_id, job_id, offer_details=None)
    assert board.rows("SELECT CAST(keywords AS text) AS k FROM job_alerts") == [{"k": "null"}]
    assert len(board.rows("SELECT id FROM applications WHERE offer_details IS NULL")) == 1


def test_a_naive_datetime_is_refused(board: Board) -> None:
    with pytest.raises(ValueError, match="naive"):
        board.add_user(last_login=MOMENT.replace(tzinfo=None))


def test_names_and_addresses_never_repeat(board: Board) -> None:
    for _ in range(3):
        board.add_alert(board.add_user())
    board.insert_many("users", 3)
    assert len({row["email"] for row in board.rows("SELECT email FROM users")}) == 6
    assert len({row["name"] for row in board.rows("SELECT name FROM job_alerts")}) == 3


def test_parameters_find_ids_and_moments_as_stored(board: Board) -> None:
    user_id = board.add_user(last_login=MOMENT)
    query = "SELECT email FROM users WHERE id = :id AND last_login = :at AND email LIKE '%.org'"
    assert len(board.rows(query, id=uuid.UUID(user_id), at=MOMENT)) == 1


def test_a_percent_sign_needs_no_care_without_parameters(board: Board) -> None:
    assert board.rows("SELECT 7 % 4 AS rest, 'x%' AS text") == [{"rest": 3, "text": "x%"}]


def test_update_changes_one_row_and_what_is_given(board: Board) -> None:
    one, other = board.add_job(), board.add_job()
    before = board.row("jobs", one)
    board.update("jobs", one, status="closed", skills_required=["go"], posted_date=MOMENT)
    changed = {"status": "closed", "skills_required": ["go"], "posted_date": MOMENT}
    assert board.row("jobs", one) == before | changed
    assert board.row("jobs", other)["status"] == "active"


def test_update_of_no_row_is_an_error(board: Board) -> None:
    with pytest.raises(AssertionError, match="no row"):
        board.update("jobs", str(uuid.uuid4()), status="closed")


def test_execute_says_how_many_rows_it_touched(board: Board) -> None:
    board.insert_jobs(3)
    assert board.execute("UPDATE jobs SET updated_at = :at", at=MOMENT) == 3


def test_delete_takes_what_hangs_on_the_row_and_nothing_else(board: Board) -> None:
    user_id = whole_board(board)["users"]
    stays = board.add_alert(board.add_user())
    board.delete("users", user_id)
    full = {table for table, count in board.counts().items() if count}
    assert full == {"users", "jobs", "job_alerts"}
    assert board.row("job_alerts", stays)


def test_a_child_without_its_parent_fails_at_commit(board: Board) -> None:
    with pytest.raises((sqlite3.IntegrityError, psycopg2.IntegrityError)):
        board.add_alert(str(uuid.uuid4()))
    assert board.counts()["job_alerts"] == 0


def test_many_rows_go_in_at_once_each_with_its_own_values(board: Board) -> None:
    text = "tab\t line\n return\r back\\slash é \\N"
    ids = board.insert_jobs(
        1000, title=lambda i: f"Job {i}", description=text, technologies=[text], city=""
    )
    assert len(set(ids)) == 1000
    row = board.row("jobs", ids[999])
    assert (
        row["title"],
        row["description"],
        row["technologies"],
        row["city"],
        row["posted_date"],
    ) == (
        "Job 999",
        text,
        [text],
        "",
        None,
    )


def test_a_transaction_is_unseen_until_it_ends(postgres_board: Board) -> None:
    with postgres_board.transaction() as late:
        job_id = late.add_job()
        postgres_board.add_job()
        assert postgres_board.counts()["jobs"] == 1
        assert late.counts()["jobs"] == 2
    assert postgres_board.row("jobs", job_id)


def test_a_transaction_that_fails_leaves_nothing(board: Board) -> None:
    def fail(late: Board) -> None:
        late.add_job()
        raise KeyError

    with pytest.raises(KeyError), board.transaction() as late:
        fail(late)
    assert board.counts()["jobs"] == 0


def test_a_raw_connection_commits_when_told(board: Board) -> None:
    board.add_job()
    connection = board.connection()
    connection.cursor().execute("UPDATE jobs SET status = 'closed'")
    assert board.rows("SELECT status FROM jobs") == [{"status": "active"}]
    connection.commit()
    assert board.rows("SELECT status FROM jobs") == [{"status": "closed"}]


def test_the_dump_notices_any_change(board: Board) -> None:
    job_id = board.add_job(view_count=1)
    before = board.dump()
    assert board.dump() == before
    board.update("jobs", job_id, view_count=2)
    assert board.dump() != before
    board.update("jobs", job_id, view_count=1)
    assert board.dump() == before
    board.execute("CREATE TABLE jobraker_new (id integer)")
    assert board.dump() != before


def test_each_test_has_a_board_of_its_own(board: Board, tmp_path: Path) -> None:
    assert not any(board.counts().values())
    assert not list(tmp_path.iterdir())


def test_the_url_is_what_a_user_would_write(board: Board) -> None:
    expected = {
        "sqlite": r"sqlite:////.+/board\.db",
        "postgresql": r"postgresql://jobraker:\w+@127\.0\.0\.1:\d+/test_\d+",
    }
    assert re.fullmatch(expected[board.kind], board.url)


def test_a_crashed_server_comes_back_with_what_was_committed() -> None:
    account = server_account()
    binaries = find_binaries(account)
    if binaries is None:
        pytest.skip("no PostgreSQL server programs here")
    server = Server(binaries, account)
    try:
        server.create()
        connection = psycopg2.connect(server.url(server.create_database()))
        connection.cursor().execute("CREATE TABLE kept (n integer)")
        connection.commit()
        server.stop("immediate")
        with pytest.raises(psycopg2.OperationalError):
            connection.cursor().execute("SELECT n FROM kept")
        server.start()
        again = psycopg2.connect(connection.dsn.replace("xxx", server.password))
        again.cursor().execute("SELECT n FROM kept")
        again.close()
    finally:
        server.close()
    assert not server.directory.exists()


def exists(pid: int) -> bool:
    """Return whether a process is there; one that init has yet to reap still is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_server_goes_when_the_test_process_is_killed(postgres_server: Server) -> None:
    code = f"""
        import sys
        from pathlib import Path
        from tests.support.postgres import Server, server_account
        server = Server(Path({str(postgres_server.binaries)!r}), server_account())
        server.create()
        print(server.directory, flush=True)
        sys.stdin.read()
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        directory = Path(process.stdout.readline().strip())
        pid = int((directory / "data" / "postmaster.pid").read_text().split()[0])
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (directory.exists() or exists(pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not directory.exists()
    assert not exists(pid)


def message() -> EmailMessage:
    """Return a message that is easily spoiled on the way."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = "Board <board@example.org>"
    made["To"] = "ada@example.org"
    made["Subject"] = "Grüße"
    made.set_content(".\r\n..two dots\r\n trailing space \r\n\r\nend\r\n")
    return made


def test_the_mailbox_keeps_the_bytes_that_were_sent(mailbox: Mailbox) -> None:
    content = message().as_bytes()
    with smtplib.SMTP("127.0.0.1", mailbox.port) as client:
        client.sendmail("bounces@example.org", ["ada@example.org", "bob@example.org"], content)
    (received,) = mailbox.messages
    assert received.content == content
    assert received.envelope_from == "bounces@example.org"
    assert received.envelope_to == ("ada@example.org", "bob@example.org")
    assert received.parsed["Subject"] == "Grüße"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_scripted_reply_refuses_that_often(mailbox: Mailbox, command: Scriptable) -> None:
    mailbox.reply(command, "451 4.3.0 not now", times=2)
    outcomes = []
    for _ in range(3):
        with smtplib.SMTP("127.0.0.1", mailbox.port) as client:
            try:
                client.send_message(message())
                outcomes.append("sent")
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
                outcomes.append("refused")
    assert outcomes == ["refused", "refused", "sent"]
    assert len(mailbox.messages) == 1


def test_the_mailbox_stops_with_clients_connected() -> None:
    mailbox = Mailbox()
    mailbox.start()
    with smtplib.SMTP("127.0.0.1", mailbox.port) as client:
        mailbox.stop()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.docmd("NOOP")


def test_a_message_cut_short_is_not_kept(mailbox: Mailbox) -> None:
    client = smtplib.SMTP("127.0.0.1", mailbox.port)
    client.ehlo()
    for command in ("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA"):
        client.docmd(command)
    client.send(b"Subject: half\r\n\r\nhalf a bo")
    client.close()
    with smtplib.SMTP("127.0.0.1", mailbox.port) as other:
        other.send_message(message())
    assert [received.parsed["Subject"] for received in mailbox.messages] == ["Grüße"]


def test_the_mailbox_settings_are_an_environment(mailbox: Mailbox) -> None:
    assert mailbox.settings["EMAIL_PORT"] == str(mailbox.port)
    assert all(isinstance(value, str) for value in mailbox.settings.values())


def test_the_command_runs_on_the_tests_board(jobraker: Command, board: Board) -> None:
    assert jobraker.environment({})["DATABASE_URL"] == board.url


def test_the_command_has_no_database_without_a_board(jobraker: Command) -> None:
    assert "DATABASE_URL" not in jobraker.environment({})


def test_the_environment_of_the_command_is_clean(
    jobraker: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_HOST", "smtp.example.org")
    monkeypatch.setenv("COVERAGE_PROCESS_CONFIG", "x")
    variables = jobraker.environment({"COMPANY_NAME": "Board", "LANG": None})
    assert "EMAIL_HOST" not in variables
    assert "LANG" not in variables
    assert variables["COMPANY_NAME"] == "Board"
    assert variables["COVERAGE_PROCESS_CONFIG"] == "x"
    assert Path(variables["HOME"]).is_dir()


def test_an_unexpected_exit_code_shows_what_was_said(jobraker: Command) -> None:
    with pytest.raises(AssertionError, match=r"(?s)\$ jobraker run x\n.*--- stderr\n.+--- exit 1"):
        jobraker("run", "x", env=BROKEN)


def test_any_exit_code_will_do_when_none_is_checked(jobraker: Command) -> None:
    assert jobraker("run", "x", env=BROKEN, check=None).returncode == 1


def test_a_command_that_takes_too_long_is_killed(jobraker: Command) -> None:
    with pytest.raises(AssertionError, match="killed after"):
        jobraker("--help", timeout=0.001)


def test_a_started_command_is_ours_to_kill(jobraker: Command) -> None:
    process = jobraker.start("--help")
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_json_that_is_none_shows_the_output(jobraker: Command) -> None:
    result = jobraker("run", "x", env=BROKEN, check=1)
    with pytest.raises(AssertionError, match="not JSON"):
        json.dumps(result.json)


def test_defaults_are_of_now(board: Board) -> None:
    created = board.row("jobs", board.add_job())["created_at"]
    assert isinstance(created, datetime)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)
