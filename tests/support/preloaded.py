"""Commands without the start of an interpreter: forked from a server that has loaded jobraker.

Each is a process of its own all the same, with its own group, environment, folder and output. What
it costs is the command's work; loading the libraries, most of a short command's time, is done once.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_LOADED = [
    "email_validator",
    "jobraker_cli.chat.talk",
    "jobraker_cli.cli.run",
    "jobraker_cli.delivery.sender",
    "jobraker_cli.delivery.smtp",
    "jobraker_cli.mail.compose",
    "jobraker_cli.matching.matcher",
    "jobraker_cli.operations.observed",
    "jobraker_cli.tasks.alerts",
    "jobraker_cli.tasks.follow_ups",
    "jobraker_cli.tasks.outlook",
    "jobraker_cli.tasks.password_reset",
    "jobraker_cli.tasks.prune",
    "jobraker_cli.tasks.recommendations",
    "jobraker_cli.tasks.status_updates",
    "jobraker_cli.tasks.welcome",
    "jobraker_cli.wiring_delivery",
    "numpy",
    "openai.resources.chat.completions",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "tests.support.preloaded",
]
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(_LOADED)


def run(
    args: Sequence[str], *, cwd: Path, environment: Mapping[str, str], timeout: float
) -> tuple[int | None, str, str]:
    """Run a command to its end: exit code (None: it took too long), output, errors."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _processes.Process(
            target=_command, args=(list(args), str(cwd), dict(environment), str(out), str(err))
        )
        process.start()
        process.join(timeout)
        code = process.exitcode
        if code is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid or 0, signal.SIGKILL)
            process.kill()
            process.join()
        process.close()
        return code, _text(out), _text(err)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _command(args: list[str], cwd: str, environment: dict[str, str], out: str, err: str) -> None:
    """What the forked process does: become the command."""
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, (path, flags) in enumerate(
        [
            (os.devnull, os.O_RDONLY),
            (out, os.O_WRONLY | os.O_CREAT),
            (err, os.O_WRONLY | os.O_CREAT),
        ]
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    warnings.simplefilter("error")
    sys.argv = ["jobraker", *args]
    from jobraker_cli.cli import main

    main()
