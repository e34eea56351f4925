"""A run of three messages, killed at its nth send or receive, whatever that is for.

strace ends the process at the nth sendto or recvfrom: every one with `make crash-sweep`, some here.
After each kill the next run goes on. Nothing may be lost; at most one message may go twice, with
the same Message-ID and the same bytes.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.test_faults import people, run
from tests.support.board import Board
from tests.support.command import UNMEASURED, Command
from tests.support.mailbox import Mailbox

ROOT = Path(__file__).parents[2]
STRIDE = int(os.environ.get("JOBRAKER_TEST_SWEEP_STRIDE", "29"))
REQUIRED = "JOBRAKER_TEST_REQUIRE_STRACE"


@pytest.fixture(scope="module")
def strace() -> str:
    """The strace program, if it may trace here; without it the test is skipped or fails."""
    program = shutil.which("strace")
    if program is not None:
        traced = [program, "-f", "-o", "/dev/null", "-e", "trace=sendto", "true"]
        if subprocess.run(traced, capture_output=True, check=False).returncode == 0:
            return program
    if os.environ.get(REQUIRED):
        pytest.fail(f"no usable strace, and {REQUIRED} is set", pytrace=False)
    pytest.skip("no usable strace here")


def killed_at(strace: str, number: int, jobraker: Command, env: dict[str, str], *args: str) -> bool:
    """Run the command and kill it at its nth send or receive; False when it ended before."""
    inject = f"inject=sendto,recvfrom:signal=SIGKILL:when={number}"
    process = subprocess.run(
        [
            *(strace, "-f", "-qq", "-o", "/dev/null"),
            *("-e", "trace=sendto,recvfrom", "-e", inject),
            *(sys.executable, "-m", "jobraker_cli", *args),
        ],
        env=jobraker.environment({**env, **UNMEASURED}),
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert process.returncode in (0, -signal.SIGKILL, 128 + signal.SIGKILL), process.stderr
    return process.returncode != 0


def test_a_kill_at_any_send_or_receive_loses_nothing_and_repeats_at_most_one(
    board: Board, jobraker: Command, mailbox: Mailbox, strace: str
) -> None:
    env = {**mailbox.settings, "EMAIL_CONNECTIONS": "1", "EMAIL_WORKERS": "1"}
    people(board, 3)
    jobraker("init")
    number, day, kills = 1, 1, 0
    while True:
        day += 1
        now = f"2026-{1 + day // 28:02}-{1 + day % 28:02}T09:00:00Z"
        board.add_job(title=f"Python {number}", company=f"Company {number}")
        before = len(mailbox.messages)
        if not killed_at(strace, number, jobraker, env, "run", "daily-alerts", "--now", now):
            assert len(mailbox.messages) - before == 3
            break
        kills += 1
        board.wait_until_left()
        board.execute("UPDATE jobraker_outbox SET lease_until = '2000-01-01 00:00:00.000000'")
        run(jobraker, env, "daily-alerts", "--now", now)
        sent = [(message.parsed["Message-ID"], message.content) for message in mailbox.messages]
        ids = [message_id for message_id, _ in sent[before:]]
        assert len(set(ids)) == 3, f"lost after a kill at {number}: {ids}"
        assert len(ids) <= 4, f"repeated after a kill at {number}: {ids}"
        assert len({message_id for message_id, _ in sent}) == len(set(sent))
        number += STRIDE
    assert kills > 0
    entries = jobraker("outbox", "list", "--json").json
    assert {entry["state"] for entry in entries} == {"sent"}
