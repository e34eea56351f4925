"""A full disk: one sentence, exit 69 or none, nothing half written; the next run goes on."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.board import Board
from tests.support.command import Command
from tests.support.databases import SqliteDatabase

PEOPLE = 60
NOW = "2026-11-23T09:00:00Z"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of three megabytes; skip where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, *, free: int = 0) -> None:
    """Leave nothing, or so many octets."""
    with (disk / "ballast").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            file.truncate(max(0, file.tell() - free))


def fill_board(board: Board, jobraker: Command) -> None:
    users = board.insert_many("users", PEOPLE)
    board.insert_many(
        "job_alerts", PEOPLE, user_id=lambda i: users[i], keywords=lambda _: ["python"]
    )
    jobraker("init", "--database-url", board.url)
    board.insert_jobs(20, title=lambda i: f"Python {i}", company=lambda i: f"Company {i}")


def mails(folder: Path) -> list[bytes]:
    """Every file in the outbox; none before there was any."""
    return [path.read_bytes() for path in folder.iterdir()] if folder.is_dir() else []


def test_a_ledger_without_room_writes_nothing_and_loses_nothing(
    disk: Path, sqlite_file: Path, jobraker: Command
) -> None:
    board = Board(SqliteDatabase(disk / "board.db", sqlite_file))
    fill_board(board, jobraker)
    command = ("run", "daily-alerts", "--now", NOW, "--database-url", board.url)
    env = {"EMAIL_FILE_PATH": str(jobraker.cwd / "mail")}
    for free in (0, 100_000):
        fill(disk, free=free)
        before = board.counts()
        result = jobraker(*command, env=env, check=69)
        assert result.stderr.count("\n") == 1
        assert "make room on its disk, and the next run goes on from here" in result.stderr
        assert board.counts()["jobraker_outbox"] == before["jobraker_outbox"] == 0
    assert mails(jobraker.cwd / "mail") == []
    (disk / "ballast").unlink()
    jobraker(*command, env=env)
    assert len(mails(jobraker.cwd / "mail")) == PEOPLE
    jobraker(*command, env=env)
    assert len(mails(jobraker.cwd / "mail")) == PEOPLE
    board.close()


def test_an_outbox_without_room_has_whole_mails_and_the_others_wait(
    disk: Path, sqlite_board: Board, jobraker: Command
) -> None:
    fill_board(sqlite_board, jobraker)
    fill(disk, free=600_000)
    env = {"EMAIL_FILE_PATH": str(disk / "mail")}
    result = jobraker("run", "daily-alerts", "--now", NOW, env=env, check=69)
    assert "No space left on device; check EMAIL_FILE_PATH" in result.stderr
    states = {
        str(row["state"]): int(str(row["n"]))
        for row in sqlite_board.rows("SELECT state, count(*) AS n FROM jobraker_outbox GROUP BY 1")
    }
    written = mails(disk / "mail")
    assert 0 < len(written) < PEOPLE
    assert states == {"sent": len(written), "pending": PEOPLE - len(written)}
    assert all(mail.rstrip().endswith(b"--") for mail in written), "no mail is cut"
    (disk / "ballast").unlink()
    jobraker("run", "deliver", "--now", NOW, env=env)
    assert len(mails(disk / "mail")) == PEOPLE


def test_log_and_metrics_without_room_fail_no_run(
    disk: Path, sqlite_board: Board, jobraker: Command
) -> None:
    fill_board(sqlite_board, jobraker)
    figures = disk / "jobraker.prom"
    env = {
        "EMAIL_FILE_PATH": str(jobraker.cwd / "mail"),
        "JOBRAKER_LOG": str(disk / "jobraker.log"),
        "JOBRAKER_METRICS_FILE": str(figures),
    }
    jobraker("run", "deliver", env=env)
    before = figures.read_bytes()
    fill(disk)
    result = jobraker("run", "daily-alerts", "--now", NOW, env=env)
    assert (result.stdout, result.stderr) == ("", "")
    assert len(mails(jobraker.cwd / "mail")) == PEOPLE
    assert figures.read_bytes() == before, "the old figures are whole"
    names = {path.name for path in disk.iterdir()}
    assert names == {"ballast", "jobraker.log", "jobraker.prom"}
