"""The command as users and cron run it: a process with an environment of its own."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

import jobraker_cli
from tests.support import preloaded

_SOURCE = Path(jobraker_cli.__file__).parents[1]
# For a process that will be killed: coverage would learn nothing of it, and slows it down.
UNMEASURED: Mapping[str, None] = {"COVERAGE_PROCESS_CONFIG": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command left behind."""

    args: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Return standard output, read as one JSON document."""
        try:
            return json.loads(self.stdout)
        except ValueError as error:
            raise AssertionError(f"not JSON ({error}):\n{self}") from error

    def __str__(self) -> str:
        command = shlex.join(("jobraker", *self.args))
        return f"$ {command}\n{self.stdout}--- stderr\n{self.stderr}--- exit {self.returncode}"


class Command:
    """Runs jobraker in a clean environment, by default on the test's board.

    `env` is added to that environment; a value of None takes a variable away.
    """

    def __init__(self, *, cwd: Path, home: Path, database_url: str | None = None) -> None:
        self.cwd = cwd
        self.home = home
        self._database_url = database_url
        self._started: list[subprocess.Popen[str]] = []

    def __call__(
        self,
        *args: str,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        timeout: float = 60,
        input: str | None = None,  # noqa: A002 - as subprocess.run has it
        check: int | None = 0,
        fresh: bool = False,
    ) -> Result:
        """Run to the end; any exit code but `check` is an error (None: every code will do).

        With `fresh` in an interpreter of its own, else forked from one that has loaded jobraker.
        """
        own = env or {}
        if input is None and not fresh and not any(name.startswith("PYTHON") for name in own):
            environment = self.environment(own)
            code, stdout, stderr = preloaded.run(
                args, cwd=cwd or self.cwd, environment=environment, timeout=timeout
            )
        else:
            code, stdout, stderr = self._run_fresh(args, env, cwd, timeout, input)
        if code is None:
            stderr += f"(killed after {timeout} seconds)\n"
            code, check = -signal.SIGKILL, 0
        result = Result(args=args, returncode=code, stdout=stdout, stderr=stderr)
        if check is not None and result.returncode != check:
            raise AssertionError(f"exit {result.returncode} instead of {check}:\n{result}")
        return result

    def _run_fresh(
        self,
        args: tuple[str, ...],
        env: Mapping[str, str | None] | None,
        cwd: Path | None,
        timeout: float,
        input: str | None,  # noqa: A002 - as subprocess.run has it
    ) -> tuple[int | None, str, str]:
        stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
        process = self.start(*args, env=env, cwd=cwd, stdin=stdin)
        code: int | None
        try:
            stdout, stderr = process.communicate(input, timeout=timeout)
            code = process.returncode
        except subprocess.TimeoutExpired:
            _kill_group(process)
            stdout, stderr = process.communicate()
            code = None
        self._started.remove(process)
        return code, stdout, stderr

    def start(
        self,
        *args: str,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> "subprocess.Popen[str]":
        """Start without waiting; it leads a process group, killed when the test ends."""
        process = subprocess.Popen(
            [sys.executable, "-m", "jobraker_cli", *args],
            cwd=cwd or self.cwd,
            env=self.environment(env or {}),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def environment(self, extra: Mapping[str, str | None]) -> dict[str, str]:
        """Return the whole environment of a process."""
        variables: dict[str, str | None] = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "share"),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_SOURCE),
            "PYTHONWARNINGS": "error",
            "DATABASE_URL": self._database_url,
        }
        # How coverage tells the processes below it that they are measured too.
        variables |= {k: v for k, v in os.environ.items() if k.startswith("COVERAGE_")}
        variables |= extra
        return {name: value for name, value in variables.items() if value is not None}

    def close(self) -> None:
        """Kill what is still running, with its children, and close its pipes."""
        for process in self._started:
            _kill_group(process)
            process.communicate()


def _kill_group(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def lines_of(stream: IO[str] | None) -> Queue[str]:
    """The lines that a process prints, as they come: to be waited for with a timeout."""
    assert stream is not None
    lines: Queue[str] = Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)

    Thread(target=read, daemon=True).start()
    return lines
