"""Several processes that deliver one outbox: each message once, and a clean end by signals."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.delivery.smtp_server import (
    EVERY,
    SmtpServer,
    made_expired,
    make_certificate,
    say_and_later_stray,
    say_then_stray,
)
from tests.scenarios.test_faults import LATER, NOW, people, run
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

MANY = 320
# `make side-by-side`: 8 and 5000
SIDE_BY_SIDE = int(os.environ.get("JOBRAKER_TEST_DELIVERIES", "4"))
SIDE_BY_SIDE_MESSAGES = int(os.environ.get("JOBRAKER_TEST_MESSAGES", "60"))


def queued(board: Board, jobraker: Command, number: int) -> None:
    """So many digests that wait."""
    users = board.insert_many("users", number, email=lambda i: f"user{i}@example.org")
    board.insert_many(
        "job_alerts", number, user_id=lambda i: users[i], keywords=lambda _: ["python"]
    )
    jobraker("init")
    board.add_job(title="Python Engineer")
    run(jobraker, {}, "daily-alerts", "--now", NOW, "--no-deliver")


def test_several_processes_send_each_message_once(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(board, jobraker, MANY)
    env = {**mailbox.settings, "EMAIL_WORKERS": "2"}
    assert run(jobraker, env, "deliver", "--now", NOW)["sent"] == MANY
    ids = [message.parsed["Message-ID"] for message in mailbox.messages]
    assert len(ids) == len(set(ids)) == MANY


def test_deliveries_side_by_side_send_each_message_once(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(board, jobraker, SIDE_BY_SIDE_MESSAGES)
    env = {**mailbox.settings, "EMAIL_WORKERS": "1"}
    started = [jobraker.start("run", "deliver", "--now", NOW, env=env) for _ in range(SIDE_BY_SIDE)]
    assert {process.wait(timeout=300) for process in started} == {0}
    ids = [message.parsed["Message-ID"] for message in mailbox.messages]
    assert len(ids) == len(set(ids)) == SIDE_BY_SIDE_MESSAGES


def test_a_term_signal_ends_all_processes_and_gives_the_rest_back(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(postgres_board, jobraker, MANY)
    env = {**mailbox.settings, "EMAIL_WORKERS": "2"}
    mailbox.delay_domain("example.org", 0.05)
    process = jobraker.start("run", "deliver", "--now", NOW, env=env)
    assert mailbox.reached("DATA", timeout=30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 130
    entries = jobraker("outbox", "list", "--json").json
    states = [entry["state"] for entry in entries]
    assert states.count("sent") == len(mailbox.messages) < MANY
    assert states.count("pending") == MANY - states.count("sent")
    mailbox.delay_domain("example.org", 0.0)
    run(jobraker, env, "deliver", "--now", LATER)
    ids = [message.parsed["Message-ID"] for message in mailbox.messages]
    assert len(ids) == len(set(ids)) == MANY


def test_processes_whose_parent_was_killed_end_and_nothing_is_lost(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queued(postgres_board, jobraker, MANY)
    env = {**mailbox.settings, "EMAIL_WORKERS": "2", "JOBRAKER_LEASE_SECONDS": "5"}
    mailbox.delay_domain("example.org", 0.05)
    process = jobraker.start("run", "deliver", "--now", NOW, env=env)
    assert mailbox.reached("DATA", timeout=30)
    process.kill()
    process.wait()
    mailbox.delay_domain("example.org", 0.0)
    time.sleep(6)
    came = len(mailbox.messages)
    assert came < MANY
    run(jobraker, env, "deliver", "--now", LATER)
    ids = [message.parsed["Message-ID"] for message in mailbox.messages]
    assert len(set(ids)) == MANY
    assert len(ids) - MANY <= 2 * (2 + 10)  # two processes: a message a lane, and a group


@pytest.fixture
def sink() -> tuple[str, int, list[str]]:
    """Give Postfix's smtp-sink: its program, a free port, and how to run it here."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("no smtp-sink here (Debian: postfix)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    return program, port, [program, "-u", "nobody"] if os.getuid() == 0 else [program]


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ((), "sent"),
        (("-p",), "sent"),  # no PIPELINING offered
        (("-r", "rcpt"), "failed"),
        (("-f", "rcpt"), "dead"),
        (("-r", "."), "failed"),
        (("-q", "mail"), "failed"),
        (("-q", "."), "uncertain"),
    ],
)
def test_smtp_sink_as_it_refuses_and_hangs_up(
    sqlite_board: Board,
    jobraker: Command,
    sink: tuple[str, int, list[str]],
    flags: tuple[str, ...],
    state: str,
) -> None:
    _, port, command = sink
    people(sqlite_board, 1)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    process = subprocess.Popen([*command, *flags, f"127.0.0.1:{port}", "100"])
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        env = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), "EMAIL_TIMEOUT": "5"}
        run(jobraker, env, "daily-alerts", "--now", NOW, check=None)
    finally:
        process.kill()
        process.wait()
    (entry,) = jobraker("outbox", "list", "--json").json
    assert entry["state"] == state


@pytest.mark.parametrize(
    "trouble", ["self-signed", "wrong host", "expired", "stripped", "injected", "injected later"]
)
def test_a_relay_that_cannot_be_trusted_gets_nothing_and_the_run_exits_69(
    sqlite_board: Board, jobraker: Command, tmp_path: Path, trouble: str
) -> None:
    people(sqlite_board, 1)
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    name = "DNS:elsewhere.example" if trouble == "wrong host" else "IP:127.0.0.1"
    certificate = make_certificate(tmp_path, name)
    if trouble == "expired":
        certificate = made_expired(certificate)
    context: ssl.SSLContext | None = None if trouble == "stripped" else certificate.context()
    server = SmtpServer(tls=context)
    if trouble == "injected":
        server.on("STARTTLS", say_then_stray("220 go", "250 AUTH PLAIN"), nth=EVERY)
    if trouble == "injected later":
        stray = say_and_later_stray("220 go", "250 AUTH PLAIN", threading.Event())
        server.on("STARTTLS", stray, nth=EVERY)
    env = {
        "EMAIL_HOST": server.host,
        "EMAIL_PORT": str(server.port),
        "EMAIL_USE_TLS": "true",
        "EMAIL_HOST_USER": "me",
        "EMAIL_HOST_PASSWORD": "hunter22",
    }
    if trouble != "self-signed":
        env["EMAIL_CA_FILE"] = str(certificate.file)
    try:
        result = jobraker("run", "daily-alerts", "--now", NOW, env=env, check=69)
    finally:
        with suppress(OSError):
            server.stop()
    assert "hunter22" not in result.stderr
    assert not {"AUTH", "MAIL", "RCPT", "DATA"} & set(server.verbs)
    entries = jobraker("outbox", "list", "--json").json
    assert [(entry["state"], entry["attempt"]) for entry in entries] == [("pending", 0)]
