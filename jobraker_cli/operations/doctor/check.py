"""One check of `doctor` as a value, and the way from an expected failure to one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError
from jobraker_cli.store.engine import translate


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check: status is ok, warn or fail; `fix` says what to do next, or nothing.

    `stops` is true where the checks after it could not look at anything.
    """

    name: str
    status: str
    detail: str
    fix: str = ""
    exit_code: int = ConfigError.exit_code
    stops: bool = False


def ok(name: str, detail: str) -> CheckResult:
    """A check that found nothing to do."""
    return CheckResult(name=name, status="ok", detail=detail)


def warn(name: str, detail: str, fix: str) -> CheckResult:
    """A check that found something to know of."""
    return CheckResult(name=name, status="warn", detail=detail, fix=fix)


def fail(name: str, detail: str, fix: str) -> CheckResult:
    """A check that found what keeps jobraker from working, or from being safe."""
    return CheckResult(name=name, status="fail", detail=detail, fix=fix)


def failed(name: str, error: JobrakerError, fix: str) -> CheckResult:
    """An expected failure as a check, with the exit code that it has elsewhere."""
    return CheckResult(
        name=name, status="fail", detail=str(error), fix=fix, exit_code=error.exit_code
    )


def misset(name: str, error: JobrakerError) -> CheckResult:
    """An error that says what is wrong, and after its last semicolon what to do, as a check."""
    detail, _, fix = str(error).rpartition("; ")
    return fail(name, detail or fix, fix if detail else "correct it")


def safely(name: str, look: Callable[[], Iterable[CheckResult]]) -> list[CheckResult]:
    """The results of a look at the database, or the one that says why it cannot be read."""
    try:
        return list(look())
    except ConfigError as error:
        return [replace(misset(name, error), stops=True)]
    except DBAPIError as error:
        known: JobrakerError | None = translate(error)
        if known is None:
            raise
    gone = isinstance(known, UnreachableError)
    return [
        CheckResult(
            name=name,
            status="fail",
            detail=str(known),
            fix="check the network, and that the server is up" if gone else "check DATABASE_URL",
            exit_code=known.exit_code,
            stops=True,
        )
    ]
