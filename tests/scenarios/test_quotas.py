"""Quotas, urgency and the relay that stands in, with real servers and several processes."""

import time
from typing import Any

import pytest

from tests.delivery.smtp_server import SmtpServer
from tests.scenarios.test_faults import LATER, NEXT_DAY, NOW, people, recipients, run
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox


def queued(board: Board, jobraker: Command, number: int) -> None:
    """A board with so many digests that wait."""
    people(board, number)
    jobraker("init")
    board.add_job(title="Python Engineer")
    run(jobraker, {}, "daily-alerts", "--now", NOW, "--no-deliver")


def test_an_hours_limit_holds_over_runs_and_ends_with_the_hour(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(board, jobraker, 5)
    env = {**mailbox.settings, "EMAIL_RATE_PER_HOUR": "2"}
    assert run(jobraker, env, "deliver", "--now", NOW)["sent"] == 2
    assert run(jobraker, env, "deliver", "--now", "2026-11-23T09:59:59Z")["sent"] == 0
    assert run(jobraker, env, "deliver", "--now", LATER)["sent"] == 2
    entries = jobraker("outbox", "list", "--state", "pending", "--json").json
    assert [entry["attempt"] for entry in entries] == [0]


def test_a_days_limit_of_one_domain_leaves_the_others_alone(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    for name in ("a@gmail.test", "b@gmail.test", "c@other.test", "d@other.test"):
        board.add_alert(board.add_user(email=name), keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")
    env = {**mailbox.settings, "EMAIL_DOMAIN_RATES": "gmail.test=1/day"}
    assert run(jobraker, env, "daily-alerts", "--now", NOW)["sent"] == 3
    assert run(jobraker, env, "deliver", "--now", LATER)["sent"] == 0
    assert run(jobraker, env, "deliver", "--now", NEXT_DAY)["sent"] == 1
    assert recipients(mailbox) == ["a@gmail.test", "b@gmail.test", "c@other.test", "d@other.test"]


def test_several_processes_together_keep_to_the_limit(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(postgres_board, jobraker, 40)
    env = {**mailbox.settings, "EMAIL_RATE_PER_HOUR": "25", "EMAIL_RATE_PER_SECOND": "50"}
    started = [jobraker.start("run", "deliver", "--now", NOW, env=env) for _ in range(3)]
    assert [process.wait(timeout=90) for process in started] == [0, 0, 0]
    assert len(mailbox.messages) == 25


def test_a_rate_a_second_spaces_the_mails(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(board, jobraker, 6)
    env = {**mailbox.settings, "EMAIL_RATE_PER_SECOND": "4"}
    report = run(jobraker, env, "deliver", "--now", NOW)
    assert report["sent"] == 6
    assert report["duration_seconds"] >= 5 / 4


@pytest.mark.parametrize("deliveries", [1, 3])
def test_a_rate_a_second_of_a_domain_spaces_its_mails_and_lets_the_others_pass(
    board: Board, jobraker: Command, mailbox: Mailbox, deliveries: int
) -> None:
    for number in range(16):
        board.add_alert(board.add_user(email=f"u{number}@slow.test"), keywords=["python"])
    for number in range(16):
        board.add_alert(board.add_user(email=f"u{number}@other.test"), keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")
    assert run(jobraker, {}, "daily-alerts", "--now", NOW, "--no-deliver")["queued"] == 32
    board.execute("UPDATE jobraker_outbox SET expires_at = NULL, next_attempt_at = '2020-01-01'")
    env = {**mailbox.settings, "EMAIL_DOMAIN_RATES": "slow.test=5/second"}
    started = [jobraker.start("run", "deliver", env=env) for _ in range(deliveries)]
    assert 0 in {process.wait(timeout=90) for process in started}
    domains = [message.envelope_to[0].rpartition("@")[2] for message in mailbox.messages]
    assert sorted(domains) == ["other.test"] * 16 + ["slow.test"] * 16
    paced = [one.at for one in mailbox.messages if one.envelope_to[0].endswith("@slow.test")]
    assert all(later - sooner > 0.7 for sooner, later in zip(paced, paced[4:], strict=False))
    assert domains[:27].count("other.test") == 16


def test_what_is_urgent_goes_first_also_while_a_run_is_at_work(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(board, jobraker, 30)
    board.execute("UPDATE jobraker_outbox SET expires_at = NULL, next_attempt_at = '2020-01-01'")
    env = {**mailbox.settings, "EMAIL_RATE_PER_SECOND": "5"}
    process = jobraker.start("run", "deliver", env=env)
    assert mailbox.reached("DATA", timeout=20)
    row = board.rows("SELECT payload, user_id FROM jobraker_outbox LIMIT 1")[0]
    payload: Any = row["payload"]
    board.execute(
        "INSERT INTO jobraker_outbox (id, kind, user_id, recipient, payload, priority) VALUES"
        " (:id, 'job_alert', :user, 'urgent@example.org', :payload, 0)",
        id="0123456789abcdef0123456789abcdef",
        user=row["user_id"],
        payload=payload,
    )
    assert process.wait(timeout=60) == 0
    order = [message.envelope_to[0] for message in mailbox.messages]
    assert len(order) == 31
    assert order.index("urgent@example.org") < 25


def test_another_relay_stands_in_while_the_first_is_down_and_the_first_comes_back(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(board, jobraker, 3)
    fallback = f"smtp://127.0.0.1:{mailbox.port}"
    down = {**mailbox.settings, "EMAIL_PORT": "1", "EMAIL_FALLBACK_URL": fallback}
    result = jobraker("run", "deliver", "--now", NOW, "--json", env=down)
    assert result.json["sent"] == 3
    assert "another relay stood in" in result.stderr
    assert len(mailbox.messages) == 3
    (entry, *_) = jobraker("outbox", "list", "--json").json
    tries = jobraker("outbox", "show", entry["id"], "--json").json["attempts"]
    assert [one["provider"] for one in tries] == [f"127.0.0.1:{mailbox.port}"]
    first = SmtpServer()
    board.add_job(title="Python Tester")
    up = {**down, "EMAIL_PORT": str(first.port)}
    try:
        assert run(jobraker, up, "daily-alerts", "--now", NEXT_DAY)["sent"] == 3
    finally:
        first.stop()
    assert len(first.received) == 3


def test_another_relay_stands_in_for_one_that_is_over_quota(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(board, jobraker, 5)
    first = SmtpServer()
    env = {
        "EMAIL_HOST": first.host,
        "EMAIL_PORT": str(first.port),
        "EMAIL_RATE_PER_DAY": "2",
        "EMAIL_FALLBACK_URL": f"smtp://127.0.0.1:{mailbox.port}?per_hour=2",
    }
    try:
        assert run(jobraker, env, "deliver", "--now", NOW)["sent"] == 4
    finally:
        first.stop()
    assert (len(first.received), len(mailbox.messages)) == (2, 2)


def test_both_relays_down_leave_everything_waiting(sqlite_board: Board, jobraker: Command) -> None:
    queued(sqlite_board, jobraker, 2)
    env = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": "1",
        "EMAIL_FALLBACK_URL": "smtp://127.0.0.1:2",
    }
    jobraker("run", "deliver", "--now", NOW, env=env, check=69)
    entries = jobraker("outbox", "list", "--json").json
    assert [(entry["state"], entry["attempt"]) for entry in entries] == [("pending", 0)] * 2


@pytest.mark.parametrize(
    ("provider", "host", "day"),
    [
        ("gmail", "smtp.gmail.com", "500"),
        ("sendgrid", "smtp.sendgrid.net", ""),
        ("ses", "email-smtp.us-east-1.amazonaws.com", "200"),
    ],
)
def test_a_preset_knows_host_port_and_limits(
    jobraker: Command, provider: str, host: str, day: str
) -> None:
    shown = jobraker("config", "show", "--json", env={"EMAIL_PROVIDER": provider}).json
    found = {one["setting"]: one["value"] for one in shown}
    assert (found["EMAIL_BACKEND"], found["EMAIL_HOST"]) == ("smtp", host)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("587", "true")
    assert (found["EMAIL_RATE_PER_DAY"] or "") == day


def test_a_slow_domain_does_not_hold_the_others(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    for number in range(6):
        user = sqlite_board.add_user(email=f"u{number}@slow.test")
        sqlite_board.add_alert(user, keywords=["python"])
    people(sqlite_board, 14)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    run(jobraker, {}, "daily-alerts", "--now", NOW, "--no-deliver")
    mailbox.delay_domain("slow.test", 5.5)
    process = jobraker.start("run", "deliver", "--now", NOW, env=mailbox.settings)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        got = recipients(mailbox)
        others = [one for one in got if one.endswith("@example.org")]
        if len(others) == 14:
            break
        time.sleep(0.05)
    assert len(others) == 14
    assert len(got) - len(others) < 4
    process.terminate()
    process.wait(timeout=30)
