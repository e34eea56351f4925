"""The command line itself: help, formats, streams, exit codes."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jobraker_cli.cli.root import COMMANDS, root
from tests.support.board import Board
from tests.support.command import Command

ROOT = Path(__file__).parent.parent.parent
NOW = "2026-11-23T09:00:00Z"


def commands(group: click.Group = root, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand with its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


ALL = dict(commands())


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = ALL[name]
    assert command.help
    assert "Example" in (command.epilog or "")
    assert f"jobraker {name.partition(' ')[0]}" in (command.epilog or "")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.show_default, f"{name} {parameter.opts}"


@pytest.mark.parametrize("name", ALL)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"jobraker {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_what_the_command_itself_says(name: str) -> None:
    about = COMMANDS[name][1].rstrip(".")
    assert (ALL[name].help or "").startswith(about.split(":")[0])


@pytest.fixture
def ready(sqlite_board: Board, jobraker: Command) -> Command:
    """The command on a board with one sent mail."""
    user = sqlite_board.add_user(email="ada@example.org")
    sqlite_board.add_alert(user, name="=cmd()", keywords=["python"])
    jobraker("init")
    sqlite_board.add_job(title="Python \x1b[2J Engineer")
    jobraker("run", "daily-alerts", "--now", NOW)
    return jobraker


def test_common_options_work_before_and_after_the_command(ready: Command) -> None:
    for arguments in (
        ("--json", "outbox", "list"),
        ("outbox", "--json", "list"),
        ("outbox", "list", "--json"),
        ("--format", "json", "outbox", "list"),
    ):
        assert len(ready(*arguments).json) == 1


def test_the_documented_keys_are_there(ready: Command) -> None:
    run = ready("run", "daily-alerts", "--now", NOW, "--json", "-v").json
    assert set(run) >= {
        "task", "run_id", "dry_run", "outcome", "planned", "queued", "sent", "failed", "dead",
        "uncertain", "suppressed", "cancelled", "duration_seconds", "messages",
    }  # fmt: skip
    assert isinstance(run["run_id"], str)
    (entry,) = ready("outbox", "list", "--json").json
    keys = {
        "id", "kind", "to", "subject", "state", "attempt", "message_id", "created_at",
        "next_attempt_at", "sent_at", "last_reply",
    }  # fmt: skip
    assert set(entry) >= keys
    assert entry["to"] == "ada@example.org"
    shown = ready("outbox", "show", entry["id"], "--json").json
    assert set(shown) >= {*keys, "attempts", "payload"}
    assert set(shown["attempts"][0]) >= {
        "at", "phase", "code", "enhanced_code", "text", "provider", "seconds",
    }  # fmt: skip
    tasks = ready("tasks", "--json").json
    assert {"daily-alerts", "weekly-alerts", "monthly-alerts", "immediate-alerts", "deliver"} <= {
        one["task"] for one in tasks
    }
    assert all(set(one) >= {"task", "last_run", "outcome", "next_due"} for one in tasks)
    runs = ready("runs", "--json").json
    assert all(
        set(one) >= {"run_id", "task", "started_at", "finished_at", "outcome", "counts"}
        for one in runs
    )
    doctor = ready("doctor", "--json").json
    assert set(doctor) >= {"ok", "checks"}
    assert set(doctor["checks"][0]) >= {"name", "status", "detail", "fix"}


def test_ndjson_is_one_object_a_line_and_csv_is_defused(
    ready: Command, sqlite_board: Board
) -> None:
    lines = ready("runs", "--format", "ndjson").stdout.splitlines()
    assert {json.loads(line)["task"] for line in lines} == {"init", "daily-alerts"}
    rows = list(csv.DictReader(io.StringIO(ready("alerts", "list", "--format", "csv").stdout)))
    assert rows[0]["name"] == "'=cmd()"


def test_no_escape_sequence_reaches_a_terminal(ready: Command) -> None:
    (entry,) = ready("outbox", "list", "--json").json
    for arguments in (
        ("outbox", "list"),
        ("outbox", "show", entry["id"]),
        ("runs",),
        ("--color", "never", "alerts", "list"),
    ):
        main, follower = pty.openpty()
        subprocess.run(
            [sys.executable, "-m", "jobraker_cli", *arguments],
            stdout=follower,
            stderr=subprocess.STDOUT,
            env=ready.environment({"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "120"}),
            check=True,
            cwd=ROOT,
        )
        os.close(follower)
        printed = b""
        try:
            while chunk := os.read(main, 65_536):
                printed += chunk
        except OSError:
            pass
        os.close(main)
        assert b"Python" in printed or arguments[0] != "outbox" or b"daily" in printed
        assert b"\x1b[2J" not in printed


def test_a_broken_pipe_is_no_error(ready: Command) -> None:
    process = ready.start("config", "show")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("frobnicate",), 2),
        (("run",), 2),
        (("run", "nightly-alerts"), 2),
        (("run", "daily-alerts", "--now", "yesterday"), 2),
        (("run", "daily-alerts", "--shard", "3/2"), 2),
        (("run", "daily-alerts", "--limit", "-1"), 2),
        (("outbox", "show", "7"), 66),
        (("outbox", "show", "00000000-0000-4000-8000-000000000000"), 66),
        (("alerts", "show", "00000000-0000-4000-8000-000000000000"), 66),
        (("alerts", "explain"), 2),
        (("alerts", "check", "nowhere.jsonl"), 66),
        (("--env-file", "nowhere", "runs"), 78),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    ready: Command, arguments: tuple[str, ...], code: int
) -> None:
    result = ready(*arguments, check=code)
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_explain_says_clause_by_clause_why(ready: Command, sqlite_board: Board) -> None:
    alert = str(sqlite_board.rows("SELECT id FROM job_alerts")[0]["id"])
    job = str(sqlite_board.rows("SELECT id FROM jobs")[0]["id"])
    found = ready("alerts", "explain", alert, job, "--json").json
    assert set(found) >= {"match", "clauses", "eligible", "eligibility"}
    assert found["match"] is True
    assert found["eligible"] is False  # it was mailed already
    failed = [one["name"] for one in found["eligibility"] if not one["holds"]]
    assert failed == ["not_mailed"]
    other = sqlite_board.add_job(title="Nurse")
    found = ready("alerts", "explain", alert, other, "--json").json
    assert found["match"] is False
    assert [one["holds"] for one in found["clauses"]] == [False]


def test_explain_reads_files(jobraker: Command, sqlite_board: Board) -> None:
    alert, job = jobraker.cwd / "alert.json", jobraker.cwd / "job.json"
    alert.write_text('{"keywords": ["c++"]}', encoding="utf-8")
    job.write_text('{"title": "Senior C++ Developer"}', encoding="utf-8")
    files = ("--alert", str(alert), "--job", str(job))
    assert jobraker("alerts", "explain", *files, "--json").json["match"] is True
    job.write_text('{"title": 7}', encoding="utf-8")
    assert "job.json" in jobraker("alerts", "explain", *files, check=2).stderr


def test_check_counts_cases_and_exits_1_on_a_miss(jobraker: Command, tmp_path: Path) -> None:
    cases = jobraker.cwd / "cases.jsonl"
    good = {
        "id": "a",
        "alert": {"keywords": ["go"]},
        "job": {"title": "Go Engineer"},
        "match": True,
    }
    cases.write_text(json.dumps(good) + "\n\n", encoding="utf-8")
    assert jobraker("alerts", "check", str(cases), "--json").json == {
        "cases": 1, "passed": 1, "failed": 0, "failures": [],
    }  # fmt: skip
    cases.write_text(json.dumps({**good, "match": False, "why": "x"}), encoding="utf-8")
    report = jobraker("alerts", "check", str(cases), "--json", check=1).json
    assert (report["failed"], report["failures"][0]["id"]) == (1, "a")
    assert set(report["failures"][0]) >= {"id", "expected", "got", "why", "clauses"}
    cases.write_text("not json", encoding="utf-8")
    assert "line 1" in jobraker("alerts", "check", str(cases), check=2).stderr


def test_ids_may_be_written_with_or_without_dashes(ready: Command) -> None:
    (entry,) = ready("outbox", "list", "--json").json
    plain = entry["id"].replace("-", "").upper()
    assert ready("outbox", "show", plain, "--json").json["id"] == entry["id"]


def test_show_prints_the_mail_as_it_went(ready: Command) -> None:
    (entry,) = ready("outbox", "list", "--json").json
    raw = ready("outbox", "show", entry["id"], "--raw").stdout
    assert f"Message-ID: {entry['message_id']}" in raw
    text = ready("outbox", "show", entry["id"]).stdout
    assert "Engineer" in text
    assert "\x1b" not in text


def test_list_finds_by_address_state_and_kind(ready: Command) -> None:
    def found(*arguments: str) -> int:
        return len(ready("outbox", "list", "--json", *arguments).json)

    assert found("--to", "ADA@example") == 1
    assert found("--to", "%") == 0
    assert found("--state", "sent", "--kind", "job_alert") == 1
    assert found("--state", "dead") == 0
    assert found("--since", "2026-11-23") == 1
    assert found("--since", "2026-11-24") == 0
