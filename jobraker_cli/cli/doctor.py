"""`jobraker doctor`."""

import sys
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command
from jobraker_cli.cli.output import show_record
from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError

if TYPE_CHECKING:
    from jobraker_cli.operations.doctor import CheckResult

_EPILOG = (
    "\b\nExamples:\n"
    "  jobraker doctor\n"
    "  jobraker doctor --json\n"
    "  jobraker doctor --offline    ask nobody but the database"
)


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--offline", is_flag=True, help="Do not call the relay, DNS or the chat's server.")
def doctor(offline: bool) -> None:
    """Check settings, database, ledger, rights, relay, DNS, templates, runs and messages.

    No mail is sent. Exit codes: 0 all is well; 69 the database or the relay cannot be reached; 78
    something must be set right. What is worth knowing and no more is a warning.
    """
    from jobraker_cli.operations.doctor import Examination, examine
    from jobraker_cli.operations.doctor.check import misset
    from jobraker_cli.wiring import system_now

    try:
        loaded = session.loaded()
        app = session.app(readonly=True)
    except JobrakerError as error:
        checks = [misset("settings", error)]
    else:
        checks = examine(
            Examination(app=app, loaded=loaded, machine_now=system_now(), network=not offline)
        )
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
    sys.exit(_exit_code(failed))


def _fix(words: str) -> str:
    return f" -> {words}" if words else ""


def _exit_code(failed: "list[CheckResult]") -> int:
    """0, 78 when a person must act, else 69 when something is out of reach."""
    codes = {one.exit_code for one in failed}
    if not codes:
        return 0
    unreachable = codes == {UnreachableError.exit_code}
    return UnreachableError.exit_code if unreachable else ConfigError.exit_code
