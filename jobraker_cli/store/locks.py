"""Locks between runs: advisory ones in PostgreSQL, locked files beside a SQLite database.

Both end with the process that holds them, however it ends. They are a courtesy (two runs need not
do the same work); what keeps a message from going twice are unique keys and row claims.
"""

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from jobraker_cli.errors import BusyError, ConfigError
from jobraker_cli.store.engine import sqlite_path

_SPACE = 7_227  # any constant: the class of our locks among PostgreSQL's advisory ones


@contextmanager
def lock(engine: Engine, database_url: str, name: str, *, wait: bool) -> Iterator[None]:
    """Hold the lock called `name`; raises BusyError when another has it and `wait` is false."""
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name, wait=wait):
            yield
        return
    path = sqlite_path(database_url)
    if path is None:
        yield
        return
    with _locked_file(path.with_name(f"{path.name}.{name.replace('/', '-')}.lock"), wait=wait):
        yield


@contextmanager
def _advisory(engine: Engine, name: str, *, wait: bool) -> Iterator[None]:
    key = {"space": _SPACE, "key": zlib.crc32(name.encode()) - 2**31}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if wait:
            connection.execute(text("SELECT pg_advisory_lock(:space, :key)"), key)
        elif not connection.scalar(text("SELECT pg_try_advisory_lock(:space, :key)"), key):
            raise BusyError(f"Another process holds the lock {name}")
        try:
            yield
        finally:
            if not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:space, :key)"), key)


@contextmanager
def _locked_file(path: Path, *, wait: bool) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError(f"The lock file {path} cannot be made: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise BusyError(f"Another process holds {path}") from None
        yield
    finally:
        os.close(descriptor)
