"""What must hold when things go wrong: crashes, overlap, refusals, changes after the plan."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from jobraker_cli.store.engine import connect
from jobraker_cli.store.locks import lock
from tests.delivery.smtp_server import SmtpServer, hang_up
from tests.support.board import Board
from tests.support.command import UNMEASURED, Command
from tests.support.mailbox import Mailbox, Scriptable

KILL_STRIDE = int(os.environ.get("JOBRAKER_TEST_KILL_STRIDE", "17"))  # `make crash-sweep`: 1
ROOT = Path(__file__).parent.parent.parent
NOW = "2026-11-23T09:00:00Z"
LATER = "2026-11-23T10:00:00Z"
NEXT_DAY = "2026-11-24T09:00:00Z"


def people(board: Board, number: int) -> list[str]:
    """People who look for python jobs; their ids."""
    users = []
    for index in range(number):
        user = board.add_user(email=f"user{index}@example.org")
        board.add_alert(user, keywords=["python"])
        users.append(user)
    return users


def run(jobraker: Command, env: dict[str, str], *args: str, check: int | None = 0) -> Any:
    return jobraker("run", *args, "--json", env=env, check=check).json


def recipients(mailbox: Mailbox) -> list[str]:
    return sorted(message.envelope_to[0] for message in mailbox.messages)


def killed(jobraker: Command, env: dict[str, str], step: int, *args: str) -> int:
    """Run the command and kill it at a step; what it ended with (-9: killed, 99: it was done)."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.support.killed", str(step), *args],
        env=jobraker.environment({**env, **UNMEASURED}),
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert process.returncode in (-signal.SIGKILL, 99), process.stderr.decode()
    return process.returncode


def test_a_kill_between_any_two_steps_loses_nothing_and_repeats_one_message_and_a_group_at_most(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    group, connections, people_there = 2, 1, 5
    env = {**mailbox.settings, "JOBRAKER_LEASE_SECONDS": "1", "EMAIL_SETTLE_GROUP": str(group)}
    people(board, people_there)
    jobraker("init")
    ended, step, day = -signal.SIGKILL, -1 if board.kind == "sqlite" else 0, 1
    while ended != 99:
        step = max(step + KILL_STRIDE, 1)
        day += 1
        now = f"2026-{1 + day // 28:02}-{1 + day % 28:02}T09:00:00Z"
        board.add_job(title=f"Python {step}", company=f"Company {step}")
        before = len(mailbox.messages)
        ended = killed(jobraker, env, step, "run", "daily-alerts", "--now", now)
        if ended != 99:
            board.wait_until_left()
            board.execute("UPDATE jobraker_outbox SET lease_until = '2000-01-01 00:00:00.000000'")
        run(jobraker, env, "daily-alerts", "--now", now)
        got = [message.parsed["Message-ID"] for message in mailbox.messages[before:]]
        assert len(set(got)) == people_there, f"killed at step {step}: {got}"
        assert len(got) <= people_there + connections + group, f"killed at step {step}: {got}"
        copies = {message.parsed["Message-ID"]: message.content for message in mailbox.messages}
        assert all(
            copies[message.parsed["Message-ID"]] == message.content for message in mailbox.messages
        )
    assert step > 40


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_kill_while_the_server_waits_loses_nothing(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox, command: Scriptable
) -> None:
    env = {**mailbox.settings, "JOBRAKER_LEASE_SECONDS": "1"}
    people(sqlite_board, 3)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    mailbox.reply(command, "250 slow", times=1, delay=5.0)
    process = jobraker.start("run", "daily-alerts", "--now", NOW, env=env)
    assert mailbox.reached(command, timeout=20)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1.5)
    run(jobraker, env, "deliver", "--now", LATER)
    assert set(recipients(mailbox)) == {f"user{index}@example.org" for index in range(3)}
    assert len(mailbox.messages) <= 4
    entries = jobraker("outbox", "list", "--json").json
    assert {entry["state"] for entry in entries} == {"sent"}


def test_two_runs_at_once_mail_each_message_once(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 40)
    jobraker("init")
    board.add_job(title="Python Engineer")
    started = [
        jobraker.start("run", "daily-alerts", "--now", NOW, env=mailbox.settings) for _ in range(2)
    ]
    codes = sorted(process.wait(timeout=60) for process in started)
    assert codes in ([0, 0], [0, 75])
    assert recipients(mailbox) == sorted(f"user{index}@example.org" for index in range(40))


def test_a_second_copy_of_a_task_says_who_is_at_work(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 1)
    jobraker("init")
    board.add_job(title="Python Engineer")
    mailbox.reply("RCPT", "250 slow", times=1, delay=4.0)
    first = jobraker.start("run", "daily-alerts", "--now", NOW, env=mailbox.settings)
    assert mailbox.reached("RCPT", timeout=20)
    second = jobraker("run", "daily-alerts", "--now", NOW, env=mailbox.settings, check=75)
    assert "daily-alerts is at work" in second.stderr
    assert "since 20" in second.stderr
    assert first.wait(timeout=30) == 0
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("change", ["user deactivated", "user deleted", "alert paused", "alert deleted", "no mail wanted", "job closed", "job deleted"])  # fmt: skip  # noqa: E501
def test_what_changed_between_plan_and_send_cancels_the_digest(
    board: Board, jobraker: Command, mailbox: Mailbox, change: str
) -> None:
    user = board.add_user(email="ada@example.org")
    alert = board.add_alert(user, keywords=["python"])
    jobraker("init")
    job = board.add_job(title="Python Engineer")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    {
        "user deactivated": lambda: board.update("users", user, is_active=False),
        "user deleted": lambda: board.delete("users", user),
        "alert paused": lambda: board.update("job_alerts", alert, is_active=False),
        "alert deleted": lambda: board.delete("job_alerts", alert),
        "no mail wanted": lambda: board.update("job_alerts", alert, email_notifications=False),
        "job closed": lambda: board.update("jobs", job, status="closed"),
        "job deleted": lambda: board.delete("jobs", job),
    }[change]()
    report = run(jobraker, mailbox.settings, "deliver", "--now", LATER)
    assert (report["sent"], report["cancelled"]) == (0, 1)
    assert mailbox.messages == []
    (entry,) = jobraker("outbox", "list", "--json").json
    assert entry["state"] == "cancelled"
    assert entry["last_reply"]


def test_a_job_that_closed_leaves_the_digest_and_the_others_stay(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 1)
    jobraker("init")
    closed = board.add_job(title="Python Closed")
    board.add_job(title="Python Open")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    board.update("jobs", closed, status="filled")
    assert run(jobraker, mailbox.settings, "deliver", "--now", LATER)["sent"] == 1
    assert b"Python Open" in mailbox.messages[0].content
    assert b"Python Closed" not in mailbox.messages[0].content


def test_a_retry_sends_the_same_bytes(board: Board, jobraker: Command, mailbox: Mailbox) -> None:
    people(board, 1)
    jobraker("init")
    closing = board.add_job(title="Python Engineer")
    board.add_job(title="Python Tester")
    mailbox.reply("DATA", "451 4.3.0 not now", times=1)
    report = run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW)
    assert (report["sent"], report["failed"]) == (0, 1)
    shown = jobraker("outbox", "list", "--json").json[0]
    before = jobraker("outbox", "show", shown["id"], "--raw").stdout
    board.update("jobs", closing, status="closed")
    assert run(jobraker, mailbox.settings, "deliver", "--now", NOW)["sent"] == 0
    assert run(jobraker, mailbox.settings, "deliver", "--now", NEXT_DAY)["sent"] == 1
    (message,) = mailbox.messages
    assert message.content.decode().replace("\r\n", "\n") == before.replace("\r\n", "\n")
    details = jobraker("outbox", "show", shown["id"], "--json").json
    assert [one["code"] for one in details["attempts"]] == [451, 250]
    assert details["attempts"][0]["enhanced_code"] == "4.3.0"


def test_a_dead_address_is_suppressed_and_not_tried_again(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 2)
    jobraker("init")
    board.add_job(title="Python Engineer")
    mailbox.reply("RCPT", "550 5.1.1 no such user", times=1)
    report = run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, check=3)
    assert (report["sent"], report["dead"]) == (1, 1)
    board.add_job(title="Python Tester")
    report = run(jobraker, mailbox.settings, "daily-alerts", "--now", NEXT_DAY)
    assert (report["sent"], report["suppressed"]) == (1, 1)
    assert len(mailbox.messages) == 2


def test_a_relay_that_is_down_leaves_everything_waiting(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 3)
    jobraker("init")
    board.add_job(title="Python Engineer")
    down = {**mailbox.settings, "EMAIL_PORT": "1"}
    result = jobraker("run", "daily-alerts", "--now", NOW, "--json", env=down, check=69)
    assert (result.json["queued"], result.json["sent"]) == (3, 0)
    assert "127.0.0.1:1" in result.stderr
    entries = jobraker("outbox", "list", "--json").json
    assert [(entry["state"], entry["attempt"]) for entry in entries] == [("pending", 0)] * 3
    assert run(jobraker, mailbox.settings, "deliver", "--now", NOW)["sent"] == 3


def test_a_421_gives_the_message_back_without_counting(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 1)
    jobraker("init")
    board.add_job(title="Python Engineer")
    mailbox.reply("MAIL", "421 4.3.2 going down", times=1)
    assert run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW)["sent"] == 0
    (entry,) = jobraker("outbox", "list", "--json").json
    assert (entry["state"], entry["attempt"]) == ("pending", 0)
    assert run(jobraker, mailbox.settings, "deliver", "--now", LATER)["sent"] == 1


def test_a_digest_that_could_not_go_for_three_days_expires(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 1)
    jobraker("init")
    board.add_job(title="Python Engineer")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    report = run(jobraker, mailbox.settings, "deliver", "--now", "2026-11-27T09:00:00Z")
    assert (report["sent"], report["cancelled"]) == (0, 1)


def test_a_term_signal_ends_the_run_cleanly(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 5)
    jobraker("init")
    board.add_job(title="Python Engineer")
    mailbox.reply("RCPT", "250 slow", times=1, delay=2.0)
    process = jobraker.start("run", "daily-alerts", "--now", NOW, env=mailbox.settings)
    assert mailbox.reached("RCPT", timeout=20)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 130
    states = [entry["state"] for entry in jobraker("outbox", "list", "--json").json]
    assert states.count("sent") == len(mailbox.messages) == 1
    assert states.count("pending") == 4
    assert run(jobraker, mailbox.settings, "deliver", "--now", LATER)["sent"] == 4


HOSTILE = [
    "Python\r\nBcc: evil@example.com",
    "Python\nX-Injected: 1",
    "Python \u2028Bcc: e@x \u2029\u0085\x0b\x0c\x1c",
    "Python =?utf-8?q?a=0ABcc:_e@x?= =?utf-8?b?DQpCY2M6IGVAeA==?=",
    "Python <script>alert(1)</script>",
    "Python {{7*7}} {{cycler.__init__.__globals__}}",
    "Python [/] [link=https://evil]x\x1b]52;c;AAAA\x07\x9b2J",
    "Python \u202egnp.exe",
    "Python \n.\nMAIL FROM:<e@x>\r\n.\r\n",
    "Python " + "x" * 190,
]


def test_hostile_titles_change_no_header_and_stop_no_batch(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    users = people(board, 3)
    for user in users:
        board.update("users", user, first_name="Ada\r\nBcc: e@x")
    jobraker("init")
    for number, title in enumerate(HOSTILE):
        board.add_job(
            title=title[:200], company=f'Company {number}" onload="x', location=title[:100]
        )
    assert run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW)["sent"] == 3
    for message in mailbox.messages:
        assert message.parsed["Bcc"] is None
        assert message.parsed["X-Injected"] is None
        assert message.parsed.defects == []
        assert len(message.parsed.get_all("To", [])) == 1
        part = message.parsed.get_body(("html",))
        assert part is not None
        assert "<script>" not in part.get_content()
        text = message.parsed.get_body(("plain",))
        assert text is not None
        assert "{{7*7}}" in text.get_content()
    listed = jobraker("outbox", "list", env={"COLUMNS": "200"}).stdout
    dry = jobraker("run", "daily-alerts", "--now", NEXT_DAY, "--dry-run").stdout
    assert "\x1b" not in listed + dry


def test_the_file_backend_writes_the_bytes_that_smtp_sends(
    board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    people(board, 2)
    jobraker("init")
    board.add_job(title="Zürich: Python Engineer", location="東京")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW)
    board.execute("UPDATE jobraker_outbox SET state = 'pending', next_attempt_at = created_at")
    env = {"EMAIL_BACKEND": "file", "EMAIL_FILE_PATH": str(tmp_path / "mails")}
    assert run(jobraker, env, "deliver", "--now", NOW)["sent"] == 2
    written = sorted(path.read_bytes() for path in (tmp_path / "mails").glob("*.eml"))
    assert written == sorted(message.content for message in mailbox.messages)


def test_the_database_going_away_exits_69_and_the_next_run_goes_on(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(postgres_board, 3)
    jobraker("init")
    postgres_board.add_job(title="Python Engineer")
    mailbox.reply("RCPT", "250 slow", times=1, delay=2.0)
    env = {**mailbox.settings, "JOBRAKER_LEASE_SECONDS": "1"}
    process = jobraker.start("run", "daily-alerts", "--now", NOW, env=env)
    assert mailbox.reached("RCPT", timeout=20)
    postgres_board.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jobraker'"
    )
    assert process.wait(timeout=40) in (0, 69)
    time.sleep(1.2)
    run(jobraker, env, "deliver", "--now", datetime(2026, 11, 23, 11, tzinfo=UTC).isoformat())
    assert set(recipients(mailbox)) == {f"user{index}@example.org" for index in range(3)}
    assert len(mailbox.messages) <= 6


def queue_row(board: Board, **columns: str) -> str:
    """Insert an outbox row as the web application would; its id as it stands there.

    It is due at NOW: the column's own default is the real clock, which goes on.
    """
    row_id = str(uuid4()) if board.kind == "postgresql" else uuid4().hex
    values = {"id": row_id, "kind": "job_alert", "recipient": "ada@example.org"}
    values |= {"next_attempt_at": NOW, **columns}
    names = ", ".join(values)
    board.execute(
        f"INSERT INTO jobraker_outbox ({names}) VALUES ({', '.join(':' + n for n in values)})",
        **values,
    )
    return row_id


@pytest.mark.parametrize(
    "columns",
    [
        {"payload": "{}"},
        {"payload": "not json"},
        {"payload": "[" * 5_000},
        {"payload": '{"sections": [{"alert_id": "x", "jobs": [{"id": "y"}]}]}'},
        {"payload": '{"sections": [{"alert_id": 7, "jobs": ["y"]}]}'},
        {"payload": '{"sections": {"a": 1}}'},
        {"payload": "null"},
        {"payload": "{}", "kind": "newsletter"},
        {"payload": "{}", "recipient": "no address"},
        {"payload": "{}", "recipient": "a@example.org\r\nRCPT TO:<b@example.org>"},
    ],
)
def test_a_bad_row_of_the_web_application_is_dead_and_stops_nobody(
    board: Board, jobraker: Command, mailbox: Mailbox, columns: dict[str, str]
) -> None:
    people(board, 1)
    jobraker("init")
    bad = queue_row(board, **columns)
    board.add_job(title="Python Engineer")
    report = run(jobraker, mailbox.settings, "daily-alerts", check=3)
    assert (report["sent"], report["dead"]) == (1, 1)
    shown = jobraker("outbox", "show", bad, "--json").json
    assert shown["state"] == "dead"
    assert shown["last_reply"]
    assert jobraker("outbox", "show", bad).stdout


def test_the_console_backend_prints_mails_beside_the_json(
    sqlite_board: Board, jobraker: Command
) -> None:
    people(sqlite_board, 1)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    env = {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    result = jobraker("run", "daily-alerts", "--json", env=env)
    assert result.json["sent"] == 1
    assert "Subject: New job: Python Engineer" in result.stderr


def test_the_memory_backend_takes_mails_and_keeps_nothing(
    sqlite_board: Board, jobraker: Command
) -> None:
    people(sqlite_board, 1)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    assert run(jobraker, {"EMAIL_BACKEND": "memory"}, "daily-alerts")["sent"] == 1


@pytest.mark.parametrize(("policy", "state"), [("resend", "sent"), ("hold", "uncertain")])
def test_a_digest_whose_sender_died_is_sent_again_or_held_as_the_setting_says(
    board: Board, jobraker: Command, mailbox: Mailbox, policy: str, state: str
) -> None:
    people(board, 1)
    jobraker("init")
    board.add_job(title="Python Engineer")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    board.execute(
        "UPDATE jobraker_outbox SET state = 'sending', owner = 'gone:1:x', attempt = 1, "
        "lease_until = '2000-01-01 00:00:00.000000'"
    )
    env = {**mailbox.settings, "UNCERTAIN_DIGESTS": policy}
    run(jobraker, env, "deliver", "--now", LATER, check=3 if policy == "hold" else 0)
    (entry,) = jobraker("outbox", "list", "--json").json
    assert entry["state"] == state
    tries = jobraker("outbox", "show", entry["id"], "--json").json["attempts"]
    assert tries[0]["phase"] == "unknown"
    run(jobraker, env, "deliver", "--now", NEXT_DAY)
    assert len(mailbox.messages) == (1 if policy == "resend" else 0)


def test_a_lease_that_still_runs_is_left_alone(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 1)
    jobraker("init")
    board.add_job(title="Python Engineer")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    board.execute(
        "UPDATE jobraker_outbox SET state = 'sending', owner = 'busy:1:x', attempt = 1, "
        "lease_until = '2099-01-01 00:00:00.000000'"
    )
    assert run(jobraker, mailbox.settings, "deliver", "--now", NEXT_DAY)["sent"] == 0
    assert mailbox.messages == []


def test_a_domain_that_refuses_by_policy_rests_and_the_others_go_on(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    for address in ("a1@slow.example", "a2@slow.example", "b1@other.example"):
        board.add_alert(board.add_user(email=address), keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")
    mailbox.refuse_domain("slow.example", "550 5.7.1 not you")
    report = run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW)
    assert report["sent"] == 1
    assert mailbox.refused == 1
    assert run(jobraker, mailbox.settings, "deliver", "--now", "2026-11-23T09:30:00Z")["sent"] == 0
    mailbox.refuse_domain("slow.example", None)
    assert run(jobraker, mailbox.settings, "deliver", "--now", "2026-11-23T10:00:05Z")["sent"] == 2


def test_a_refused_login_stops_everything_and_exits_78(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(board, 2)
    jobraker("init")
    board.add_job(title="Python Engineer")
    env = {**mailbox.settings, "EMAIL_HOST_USER": "me", "EMAIL_HOST_PASSWORD": "hunter22"}
    result = jobraker("run", "daily-alerts", "--now", NOW, "--json", env=env, check=78)
    assert "hunter22" not in result.stdout + result.stderr
    assert (result.json["queued"], result.json["sent"]) == (2, 0)
    entries = jobraker("outbox", "list", "--json").json
    assert [(entry["state"], entry["attempt"]) for entry in entries] == [("pending", 0)] * 2


@pytest.mark.parametrize(("policy", "copies"), [("resend", 2), ("hold", 1)])
def test_silence_after_the_dot_is_uncertain_and_treated_as_the_setting_says(
    board: Board, jobraker: Command, policy: str, copies: int
) -> None:
    people(board, 1)
    jobraker("init")
    board.add_job(title="Python Engineer")
    server = SmtpServer()
    server.on("DOT", hang_up)
    env = {
        "EMAIL_BACKEND": "smtp",
        "EMAIL_HOST": server.host,
        "EMAIL_PORT": str(server.port),
        "UNCERTAIN_DIGESTS": policy,
    }
    try:
        report = run(jobraker, env, "daily-alerts", "--now", NOW, check=3)
        assert (report["sent"], report["uncertain"]) == (0, 1)
        (entry,) = jobraker("outbox", "list", "--json").json
        assert entry["state"] == "uncertain"
        run(jobraker, env, "deliver", "--now", LATER)
    finally:
        server.stop()
    bodies = [command for command in server.commands if command.verb == "DATA"]
    assert len(bodies) == copies
    assert len({received.content for received in server.received}) <= 1
    tries = jobraker("outbox", "show", entry["id"], "--json").json["attempts"]
    assert (tries[0]["phase"], tries[0]["code"]) == ("dot", None)


def test_a_slow_relay_and_a_short_lease_make_no_second_copies(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(sqlite_board, 6)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    mailbox.reply("RCPT", "250 OK", times=12, delay=0.7)
    env = {**mailbox.settings, "JOBRAKER_LEASE_SECONDS": "3"}
    first = jobraker.start("run", "deliver", "--now", NOW, env=env)
    time.sleep(3.6)
    run(jobraker, env, "deliver", "--now", NOW)
    assert first.wait(timeout=30) == 0
    ids = [message.parsed["Message-ID"] for message in mailbox.messages]
    assert len(ids) == len(set(ids)) == 6


def test_a_row_without_a_readable_moment_is_sent_or_dead_and_stops_nobody(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(sqlite_board, 2)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    queue_row(sqlite_board, payload="{}", created_at="zzz", priority="1")
    report = run(jobraker, mailbox.settings, "deliver", "--now", LATER, check=3)
    assert (report["sent"], report["dead"]) == (2, 1)
    assert len(jobraker("outbox", "list", "--json").json) == 3


def test_jobs_applied_to_or_dismissed_after_the_plan_are_left_out(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    (user,) = people(board, 1)
    jobraker("init")
    applied, dismissed = board.add_job(title="Python One"), board.add_job(title="Python Two")
    board.add_job(title="Python Three")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    board.add_application(user, applied)
    board.add_recommendation(user, dismissed, status="dismissed")
    assert run(jobraker, mailbox.settings, "deliver", "--now", LATER)["sent"] == 1
    content = mailbox.messages[0].content
    assert b"Python Three" in content
    assert b"Python One" not in content
    assert b"Python Two" not in content


def test_a_signal_ends_the_wait_for_another_planner(board: Board, jobraker: Command) -> None:
    people(board, 1)
    jobraker("init")
    url = board.url.replace("postgresql://", "postgresql+psycopg2://")
    engine = connect(url)
    with lock(engine, url, "planning", wait=False):
        process = jobraker.start("run", "daily-alerts", "--now", NOW)
        while jobraker("runs", "--json").json[0]["task"] != "daily-alerts":  # it listens by then
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 130
    engine.dispose()
    assert jobraker("runs", "--json").json[0]["outcome"] == "interrupted"


def test_deliver_takes_a_limit_and_its_dry_run_lists_what_waits(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(sqlite_board, 3)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    run(jobraker, mailbox.settings, "daily-alerts", "--now", NOW, "--no-deliver")
    dry = run(jobraker, mailbox.settings, "deliver", "--now", NOW, "--dry-run")
    assert (dry["planned"], len(dry["messages"])) == (3, 3)
    assert run(jobraker, mailbox.settings, "deliver", "--now", NOW, "--limit", "1")["sent"] == 1
    refused = jobraker("run", "deliver", "--shard", "1/2", check=2)
    assert "--shard" in refused.stderr
    assert run(jobraker, mailbox.settings, "deliver", "--now", NOW)["sent"] == 2


def test_the_senders_address_is_read_from_a_name_with_a_comma(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(sqlite_board, 1)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    env = {**mailbox.settings, "DEFAULT_FROM_EMAIL": "Acme, Inc. <alerts@acme.example>"}
    run(jobraker, env, "daily-alerts", "--now", NOW)
    (message,) = mailbox.messages
    assert message.envelope_from == "alerts@acme.example"
    assert message.parsed["Message-ID"].endswith("@acme.example>")


def test_no_address_is_in_an_error_of_the_database(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    people(postgres_board, 1)
    jobraker("init")
    postgres_board.add_job(title="Python Engineer")
    postgres_board.execute("ALTER TABLE jobraker_outbox ADD CHECK (recipient NOT LIKE '%@%')")
    failed = jobraker("run", "daily-alerts", "-vv", env=mailbox.settings, check=1)
    assert "user0@example.org" not in failed.stdout + failed.stderr
    assert "check constraint" in failed.stderr
