"""Can what is watched be written: the metrics' file and the log, which never fail a run."""

import os
from collections.abc import Iterator
from pathlib import Path

from jobraker_cli.operations.doctor.check import CheckResult, fail, ok
from jobraker_cli.settings import Settings


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
