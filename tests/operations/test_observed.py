"""Metrics, pings and logs: what they say, and that they never fail a run."""

import json
import logging
import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from jobraker_cli.errors import ConfigError
from jobraker_cli.operations import logs, metrics, pings
from jobraker_cli.settings import load
from jobraker_cli.store.engine import connect
from jobraker_cli.store.locks import lock
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox


class PingServer:
    """A web server on loopback that keeps what it is told."""

    def __init__(self, status: int = 200) -> None:
        self.told: list[tuple[str, Any]] = []
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.append((self.path, json.loads(body)))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def ping_server() -> Iterator[PingServer]:
    server = PingServer()
    yield server
    server.close()


@pytest.fixture
def restored_log() -> Iterator[None]:
    """Leave the logger as it was."""
    logger = logging.getLogger("jobraker")
    kept = (logger.level, logger.propagate, list(logger.handlers), logging.raiseExceptions)
    yield
    for handler in logger.handlers:
        if handler not in kept[2]:
            handler.close()
    logger.level, logger.propagate, logger.handlers, logging.raiseExceptions = kept


def ready(board: Board, jobraker: Command) -> None:
    board.add_alert(board.add_user(email="ada@example.org"), keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")


def samples(path: Path) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of a file, as Prometheus' own parser reads it."""
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


def test_the_metrics_file_is_written_after_every_task(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ready(board, jobraker)
    path = jobraker.cwd / "metrics" / "jobraker.prom"
    env = {**mailbox.settings, "JOBRAKER_METRICS_FILE": str(path)}
    jobraker("run", "daily-alerts", "--dry-run", env=env)
    assert not path.exists()
    jobraker("run", "daily-alerts", "--no-deliver", env=env)
    found = samples(path)
    assert found["jobraker_backlog", ()] == 1
    assert found["jobraker_messages", (("kind", "job_alert"), ("state", "pending"))] == 1
    jobraker("run", "deliver", env=env)
    found = samples(path)
    assert found["jobraker_backlog", ()] == 0
    assert found["jobraker_sent_last_24h", ()] == 1
    assert found["jobraker_last_run_messages", (("count", "sent"), ("task", "deliver"))] == 1
    assert found["jobraker_last_run_outcome", (("outcome", "done"), ("task", "deliver"))] == 1
    age = (
        datetime.now(UTC).timestamp()
        - found["jobraker_last_success_time_seconds", (("task", "deliver"),)]
    )
    assert 0 <= age < 300
    assert found["jobraker_last_due_time_seconds", (("task", "monthly-alerts"),)] > 0
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in path.parent.iterdir()] == [path.name], "no half-written file"


def test_a_metrics_file_that_cannot_be_written_fails_no_run(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ready(sqlite_board, jobraker)
    (jobraker.cwd / "file").write_text("")
    env = {
        **mailbox.settings,
        "JOBRAKER_METRICS_FILE": str(jobraker.cwd / "file" / "jobraker.prom"),
        "JOBRAKER_LOG": "stderr",
    }
    said = jobraker("run", "daily-alerts", env=env).stderr
    assert "metrics file was not written" in said
    assert len(mailbox.messages) == 1


@given(st.dictionaries(st.just("kind"), st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_label_is_read_back_as_it_was(labels: dict[str, str]) -> None:
    family = metrics.Family(name="jobraker_x", about="X.", samples=[(labels, 1.5)])
    (parsed,) = text_string_to_metric_families(metrics.render([family]))
    (sample,) = parsed.samples
    assert sample.labels == labels
    assert sample.value == 1.5


def test_a_run_pings_its_start_and_its_end(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox, ping_server: PingServer
) -> None:
    ready(sqlite_board, jobraker)
    env = {**mailbox.settings, "JOBRAKER_PING_URL": f"{ping_server.url}/key/{{task}}"}
    jobraker("run", "daily-alerts", "--dry-run", env=env)
    assert ping_server.told == []
    jobraker("run", "daily-alerts", env=env)
    (started, opened), (ended, summary) = ping_server.told
    assert opened == {"task": "daily-alerts", "run_id": summary["run_id"]}
    assert (started, ended) == ("/key/daily-alerts/start", "/key/daily-alerts")
    assert summary["sent"] == 1
    assert summary["outcome"] == "done"
    assert "ada@" not in json.dumps(ping_server.told)
    sqlite_board.add_job(title="Python Nurse")
    away = {**env, "EMAIL_PORT": "1"}
    jobraker("run", "daily-alerts", "--now", "2030-01-01T09:00:00Z", env=away, check=69)
    assert [path for path, _ in ping_server.told[2:]] == [
        "/key/daily-alerts/start",
        "/key/daily-alerts/fail",
    ]
    assert ping_server.told[-1][1]["outcome"] == "stopped"


def test_what_kept_a_run_from_beginning_is_pinged_too(
    sqlite_board: Board, jobraker: Command, ping_server: PingServer
) -> None:
    env = {"JOBRAKER_PING_URL": ping_server.url}
    jobraker("run", "deliver", env=env, check=78)
    ((path, summary),) = ping_server.told
    assert path == "/fail"
    assert "baseline" in summary["error"]


def test_a_run_that_another_keeps_from_beginning_pings_nothing(
    sqlite_board: Board, jobraker: Command, ping_server: PingServer
) -> None:
    jobraker("init")
    engine = connect(sqlite_board.url)
    with lock(engine, sqlite_board.url, "daily-alerts-1/1", wait=False):
        env = {"JOBRAKER_PING_URL": ping_server.url, "JOBRAKER_LOG": "stderr"}
        said = jobraker("run", "daily-alerts", env=env, check=75).stderr
    engine.dispose()
    assert "WARNING busy task=daily-alerts" in said
    assert ping_server.told == []


def test_a_ping_that_does_not_get_through_fails_no_run(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ready(sqlite_board, jobraker)
    env = {**mailbox.settings, "JOBRAKER_PING_URL": "http://127.0.0.1:1/secret-key"}
    quiet = jobraker("run", "daily-alerts", env=env)
    assert (quiet.stdout, quiet.stderr) == ("", "")
    said = jobraker("run", "deliver", env={**env, "JOBRAKER_LOG": "stderr"}).stderr
    assert "the ping (success) did not get through" in said
    assert "secret-key" not in said
    assert len(mailbox.messages) == 1


def test_a_server_that_says_no_or_elsewhere_is_one_sentence() -> None:
    for status in (500, 302):
        server = PingServer(status)
        try:
            assert (
                pings.send(server.url, "success", "{}")
                == f"the ping (success) was answered with {status}"
            )
            assert len(server.told) == 1, "no redirect is followed"
        finally:
            server.close()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert "did not get through" in pings.send(
            f"http://127.0.0.1:{silent.getsockname()[1]}", "start", ""
        )


def test_the_suffix_goes_behind_the_path() -> None:
    assert pings.target("https://hc.test/key/?rid=1", "start") == "https://hc.test/key/start?rid=1"
    assert pings.target("https://hc.test/key", "success") == "https://hc.test/key"


@pytest.mark.parametrize(
    "address",
    [
        "http://hc.test/key",
        "ftp://hc.test",
        "https://",
        "https://me@hc.test/",
        "http://127.0.0.1.evil.test/",
    ],
)
def test_a_ping_goes_by_https_or_stays_on_this_machine(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="JOBRAKER_PING_URL"):
        load(flags={}, environ={"JOBRAKER_PING_URL": address}, directory=tmp_path)


# Logs


def test_a_run_is_two_lines_in_the_log_and_no_address_is_in_it(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ready(sqlite_board, jobraker)
    log = jobraker.cwd / "jobraker.log"
    env = {**mailbox.settings, "JOBRAKER_LOG": str(log), "JOBRAKER_LOG_FORMAT": "json"}
    mailbox.reply("RCPT", "550 5.1.1 <ada@example.org>: no such user\\nhere")
    jobraker("run", "daily-alerts", env=env, check=3)
    started, finished = map(json.loads, log.read_text().splitlines())
    assert (started["event"], started["task"]) == ("started", "daily-alerts")
    assert (finished["event"], finished["level"], finished["dead"]) == ("finished", "warning", 1)
    assert finished["run_id"] == started["run_id"] > 0
    assert "ada@" not in log.read_text()
    log.rename(log.with_suffix(".1"))  # as logrotate does
    jobraker("run", "deliver", env={**env, "JOBRAKER_LOG_FORMAT": "text"})
    first, second = log.read_text().splitlines()
    run_id = started["run_id"] + 1
    assert first.endswith(f"INFO started task=deliver run_id={run_id}")
    assert f"INFO finished task=deliver run_id={run_id} " in second


def test_a_failure_is_in_the_log(sqlite_board: Board, jobraker: Command) -> None:
    env = {"JOBRAKER_LOG": "stderr"}
    said = jobraker("run", "deliver", env=env, check=78).stderr
    assert 'ERROR failed task=deliver error="This database has no baseline' in said


def test_a_log_that_cannot_be_opened_is_a_setting_to_correct(
    sqlite_board: Board, jobraker: Command
) -> None:
    said = jobraker("run", "deliver", env={"JOBRAKER_LOG": "/nowhere/x.log"}, check=78).stderr
    assert "JOBRAKER_LOG names /nowhere/x.log" in said


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.usefixtures("restored_log")
def test_an_event_is_one_line_whatever_is_in_it(form: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    logs.start(str(path), form, ["hunter22"])
    hostile = "x\n2026-01-01 INFO sent\r\x1b[2J\u2028\u0085 to ada@example.org with hunter22"
    logging.getLogger("jobraker").error("failed", extra={"task": "a b", "error": hostile})
    os.rename(path, tmp_path / "old")
    logging.getLogger("jobraker").info("again")
    (line,) = (tmp_path / "old").read_bytes().decode().splitlines()
    assert "ada@" not in line
    assert "hunter22" not in line
    assert "\x1b" not in line
    assert "again" in path.read_text()
    if form == "json":
        assert json.loads(line)["error"].startswith("x 2026-01-01 INFO sent")


@pytest.mark.usefixtures("restored_log")
def test_syslog_gets_one_datagram_an_event() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        handler = logs.syslog_handler(daemon.getsockname())
        try:
            record = logging.makeLogRecord({"msg": "finished", "levelno": logging.INFO})
            handler.emit(record)
            assert daemon.recv(1000).endswith(b"jobraker: finished")
        finally:
            handler.close()
