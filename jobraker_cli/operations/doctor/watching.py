"""Is there room on the disks, and can metrics and log be written, which never fail a run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from jobraker_cli.operations.doctor.check import CheckResult, fail, ok, warn
from jobraker_cli.settings import Settings
from jobraker_cli.store.engine import sqlite_path

LEAST_FREE = 100 * 2**20


def disks(settings: Settings) -> Iterator[CheckResult]:
    """How much is free where jobraker writes: a SQLite file, mails in a folder."""
    database = sqlite_path(settings.database_url)
    folders = [] if database is None else [database.absolute().parent]
    if settings.email_backend == "file":
        folders.append(settings.email_file_path.absolute())
    there = {_existing(folder) for folder in folders}
    free = {folder: shutil.disk_usage(folder).free for folder in there}
    if free:
        yield judge_space(*min(free.items(), key=lambda one: one[1]))


def judge_space(folder: Path, free: int) -> CheckResult:
    """Whether so many bytes are enough for runs to come."""
    words = f"{free // 2**20} MiB free at {folder}"
    if free < LEAST_FREE:
        return warn(
            "disk", words, "make room: a run on a full disk ends with 69, and goes on later"
        )
    return ok("disk", words)


def _existing(folder: Path) -> Path:
    """The folder, or where it would be made."""
    return folder if folder.is_dir() or folder == folder.parent else _existing(folder.parent)


def watching(settings: Settings) -> Iterator[CheckResult]:
    """A check for each of JOBRAKER_METRICS_FILE and a file in JOBRAKER_LOG that is set."""
    if settings.metrics_file is not None:
        # It is written beside its place and moved there, so the folder must take it.
        yield _of_file("metrics_file", "JOBRAKER_METRICS_FILE", settings.metrics_file, whole=True)
    if settings.log not in ("", "stderr", "syslog"):
        yield _of_file("log_file", "JOBRAKER_LOG", Path(settings.log), whole=False)


def _of_file(name: str, setting: str, path: Path, *, whole: bool) -> CheckResult:
    folder = path.absolute().parent
    if not folder.is_dir():
        fix = f"make it, for the user that runs jobraker: install -d {folder}"
        return fail(name, f"{setting} names {path}, whose folder does not exist", fix)
    needed = path if path.exists() and not whole else folder
    if path.is_dir() or not os.access(needed, os.W_OK):
        fix = f"give {needed} to the user that runs jobraker, or change {setting}"
        return fail(name, f"{setting} names {path}, which this user cannot write", fix)
    return ok(name, f"{path} can be written")
