"""The checks of `doctor`, each a value: what was looked at, how it is, what to do."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError
from jobraker_cli.settings import Settings
from jobraker_cli.store import contract, runs, schema
from jobraker_cli.store.engine import reading, translate
from jobraker_cli.tasks.app import App


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


def examine(app: App, settings: Settings) -> list[CheckResult]:
    """All checks, in order; those that need the database end with the first that cannot read it."""
    results = []
    for name, look in (
        ("shared_tables", _shared_tables),
        ("ledger", _ledger),
        ("baseline", _baseline),
    ):
        results.append(_safely(name, look, app))
        if results[-1].stops:
            break
    return [*results, _mail(settings), _secret_key(settings)]


def _safely(name: str, look: Callable[[App], CheckResult], app: App) -> CheckResult:
    try:
        return look(app)
    except ConfigError as error:
        return CheckResult(name=name, status="fail", detail=str(error), stops=True)
    except DBAPIError as error:
        known: JobrakerError | None = translate(error)
        if known is None:
            raise
        gone = isinstance(known, UnreachableError)
        fix = "check the network, and that the server is up" if gone else "check DATABASE_URL"
        return CheckResult(
            name=name,
            status="fail",
            detail=str(known),
            fix=fix,
            exit_code=known.exit_code,
            stops=True,
        )


def _shared_tables(app: App) -> CheckResult:
    with reading(app.engine) as connection:
        lacking = contract.missing(connection)
    if lacking:
        return CheckResult(
            name="shared_tables",
            status="fail",
            detail=f"missing: {', '.join(lacking)}",
            fix="check DATABASE_URL; run the web application's migrations, or jobraker init on an "
            "empty SQLite file",
        )
    detail = "every table and column that jobraker reads is there"
    return CheckResult(name="shared_tables", status="ok", detail=detail)


def _ledger(app: App) -> CheckResult:
    with reading(app.engine) as connection:
        found = schema.status(connection)
    states = {one.name: one.state for one in found}
    edited = [name for name, state in states.items() if state == "edited"]
    pending = [name for name, state in states.items() if state == "pending"]
    if edited:
        return CheckResult(
            name="ledger",
            status="fail",
            detail=f"sql/{edited[0]} was changed after it was applied",
            fix="restore the file of the version that was installed",
        )
    if pending:
        return CheckResult(
            name="ledger",
            status="fail",
            detail=f"not applied: {', '.join(pending)}",
            fix="run: jobraker init, or after an upgrade: jobraker db upgrade",
        )
    return CheckResult(name="ledger", status="ok", detail=f"{len(found)} files applied")


def _baseline(app: App) -> CheckResult:
    with reading(app.engine) as connection:
        if not runs.is_baselined(connection):
            return CheckResult(
                name="baseline",
                status="fail",
                detail="not taken, so no task runs",
                fix="run: jobraker init",
            )
        taken = runs.baseline(connection)
    when = "" if taken is None else f"{taken.started_at:%F %T} UTC"
    return CheckResult(name="baseline", status="ok", detail=f"taken {when}")


def _mail(settings: Settings) -> CheckResult:
    if settings.email_backend != "smtp":
        return CheckResult(
            name="mail",
            status="warn",
            detail=f"EMAIL_BACKEND is {settings.email_backend}: no mail leaves this machine",
            fix="set EMAIL_HOST and its neighbours to send for real",
        )
    from jobraker_cli.delivery.smtp_settings import smtp_settings, tls_context

    try:
        tls_context(smtp_settings(settings))
    except ConfigError as error:
        return CheckResult(name="mail", status="fail", detail=str(error), fix="correct the setting")
    if settings.site_url == "https://jobs.example.com":
        return CheckResult(
            name="mail",
            status="warn",
            detail=f"SITE_URL is {settings.site_url}, so the links in the mails lead nowhere",
            fix="set SITE_URL to the web application's address",
        )
    detail = f"smtp to {settings.email_host}:{settings.email_port}"
    return CheckResult(name="mail", status="ok", detail=detail)


def _secret_key(settings: Settings) -> CheckResult:
    if settings.secret_key:
        return CheckResult(name="secret_key", status="ok", detail="JOBRAKER_SECRET_KEY is set")
    return CheckResult(
        name="secret_key",
        status="warn",
        detail="unsubscribe links are signed with a key kept in the ledger",
        fix="set JOBRAKER_SECRET_KEY before going live",
    )
