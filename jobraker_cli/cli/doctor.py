"""`jobraker doctor`."""

import sys
from typing import Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command
from jobraker_cli.cli.output import show_record
from jobraker_cli.errors import JobrakerError


@click.command(cls=Command, epilog="\b\nExamples:\n  jobraker doctor\n  jobraker doctor --json")
def doctor() -> None:
    """Check the settings, the database and the ledger.

    Exit codes: 0 all is well; 69 the database cannot be reached; 78 something must be set right.
    """
    from jobraker_cli.tasks.health import CheckResult, examine

    try:
        settings = session.loaded().settings
        app = session.app(readonly=True)
    except JobrakerError as error:
        checks = [CheckResult(name="settings", status="fail", detail=str(error), fix="correct it")]
    else:
        checks = examine(app, settings)
    failed = [check for check in checks if check.status == "fail"]
    record: dict[str, Any] = {
        "ok": not failed,
        "checks": [
            {"name": one.name, "status": one.status, "detail": one.detail, "fix": one.fix}
            for one in checks
        ],
    }
    words = [f"{one.status:4}  {one.name}: {one.detail}{_fix(one.fix)}" for one in checks]
    show_record(record, words)
    sys.exit(failed[0].exit_code if failed else 0)


def _fix(words: str) -> str:
    return f" -> {words}" if words else ""
