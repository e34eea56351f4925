"""`jobraker alerts list|show|explain|check`."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Group
from jobraker_cli.cli.outbox import uuid_of
from jobraker_cli.cli.output import show_record, show_rows
from jobraker_cli.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.model import Alert, Clause, Job
    from jobraker_cli.store.alerts import Subscription
    from jobraker_cli.tasks.app import App

T = TypeVar("T")
COLUMNS = ("id", "user", "name", "frequency", "keywords", "location", "mail", "active")
_FILE = click.Path(exists=False, dir_okay=False, path_type=Path)
_EXPLAIN = (
    "\b\nExamples:\n"
    "  jobraker alerts explain 3f0c... 9a1e...                  ids of an alert and a job\n"
    "  jobraker alerts explain --alert alert.json --job job.json\n"
    "  jobraker alerts explain 3f0c... 9a1e... --json"
)


@click.group(cls=Group, epilog=_EXPLAIN)
def alerts() -> None:
    """Look at alerts, and explain what they match and what not."""


@alerts.command("list", epilog="\b\nExample:\n  jobraker alerts list --user ada@example.org")
@click.option("--user", "email", help="Only alerts of the user with this address.")
@click.option("--limit", type=click.IntRange(min=1, max=MOST), default=100, show_default=True)
def list_alerts(email: str | None, limit: int) -> None:
    """List alerts with their owners."""
    from jobraker_cli.store.alerts import subscriptions
    from jobraker_cli.store.engine import reading

    app = _ready_app()
    with reading(app.engine) as connection:
        found = subscriptions(connection, email=email, limit=limit)
    show_rows([_row(one) for one in found], COLUMNS, empty="No alert fits.")


@alerts.command("show", epilog="\b\nExample:\n  jobraker alerts show 3f0c...")
@click.argument("alert_id", metavar="ALERT")
def show(alert_id: str) -> None:
    """Show one alert with all its conditions."""
    found = _subscription(_ready_app(), alert_id)
    record = _row(found)
    show_record(record, [f"{name.replace('_', ' ')}: {value}" for name, value in record.items()])


@alerts.command("explain", epilog=_EXPLAIN)
@click.argument("alert_id", metavar="[ALERT]", required=False)
@click.argument("job_id", metavar="[JOB]", required=False)
@click.option("--alert", "alert_file", type=_FILE, help="An alert as JSON instead of an id.")
@click.option("--job", "job_file", type=_FILE, help="A job as JSON instead of an id.")
def explain(
    alert_id: str | None, job_id: str | None, alert_file: Path | None, job_file: Path | None
) -> None:
    """Say clause by clause why an alert matches a job, or why not, and whether it may be mailed."""
    if (alert_id is None) == (alert_file is None) or (job_id is None) == (job_file is None):
        raise UsageError("Give an alert and a job, as ids or as files: see alerts explain --help")
    from jobraker_cli import matching
    from jobraker_cli.tasks.alerts import rules_of

    app = session.app(readonly=True)
    alert, user_id = _alert(app, alert_id, alert_file)
    job = _job(app, job_id, job_file)
    found = matching.explain(alert, job, rules_of(app))
    eligibility = _eligibility(app, user_id, job)
    record = {
        "match": found.match,
        "clauses": [_clause(one) for one in found.clauses],
        "eligible": all(one.holds for one in eligibility),
        "eligibility": [_clause(one) for one in eligibility],
    }
    show_record(record, _explained(record))


@alerts.command("check", epilog="\b\nExample:\n  jobraker alerts check cases.jsonl --json")
@click.argument("cases_file", metavar="CASES.jsonl", type=_FILE)
def check(cases_file: Path) -> None:
    """Run a file of labelled cases: {"id", "alert", "job", "match"} a line; exit 1 on any miss."""
    from jobraker_cli import matching
    from jobraker_cli.model import MatchRules

    settings = session.loaded().settings
    rules = MatchRules(
        match_fields=settings.alert_match_fields,
        currency=settings.alert_currency,
        require_salary=settings.alert_require_salary,
    )
    cases, failures = 0, []
    for number, case in _cases(cases_file):
        cases += 1
        try:
            alert = matching.alert_from_json(_object(case["alert"]))
            job = matching.job_from_json(_object(case["job"]))
            expected = _verdict(case["match"])
        except KeyError as error:
            raise UsageError(f"{cases_file}, line {number} has no {error}") from None
        except (TypeError, ValueError) as error:
            raise UsageError(f"{cases_file}, line {number}: {error}") from None
        found = matching.explain(alert, job, rules)
        if found.match != expected:
            failures.append(
                {
                    "id": str(case.get("id", number)),
                    "expected": expected,
                    "got": found.match,
                    "why": case.get("why", ""),
                    "clauses": [_clause(one) for one in found.clauses],
                }
            )
    if not cases:
        raise UsageError(f"{cases_file} has no cases")
    record = {
        "cases": cases, "passed": cases - len(failures), "failed": len(failures),
        "failures": failures,
    }  # fmt: skip
    show_record(record, _checked(record))
    sys.exit(1 if failures else 0)


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("an alert and a job are JSON objects")
    return value


def _verdict(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError('"match" is true or false')
    return value


def _ready_app() -> "App":
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    return app


def _subscription(app: "App", alert_id: str) -> "Subscription":
    from jobraker_cli.store.alerts import subscriptions
    from jobraker_cli.store.engine import reading

    with reading(app.engine) as connection:
        found = subscriptions(connection, alert_id=uuid_of(alert_id, "alert"), limit=1)
    if not found:
        raise NotFoundError(f"There is no alert {alert_id}; see: jobraker alerts list")
    return found[0]


def _alert(app: "App", alert_id: str | None, file: Path | None) -> tuple["Alert", str | None]:
    """The alert and, where it is one of the board's, its user's id."""
    from jobraker_cli import matching

    if alert_id is not None:
        found = _subscription(app, alert_id)
        return found.alert, found.user.id
    assert file is not None  # noqa: S101 - for the type checker
    return _from_json(file, matching.alert_from_json), None


def _job(app: "App", job_id: str | None, file: Path | None) -> "Job":
    from jobraker_cli import matching
    from jobraker_cli.store import jobs
    from jobraker_cli.store.engine import reading

    if job_id is None:
        assert file is not None  # noqa: S101 - for the type checker
        return _from_json(file, matching.job_from_json)
    wanted = uuid_of(job_id, "job")
    with reading(app.engine) as connection:
        found = jobs.by_id(connection, [wanted])
    if wanted not in found:
        raise NotFoundError(f"There is no job {job_id}")
    return found[wanted]


def _from_json(file: Path, make: Callable[[Mapping[str, object]], T]) -> T:
    try:
        return make(_object(json.loads(_text(file))))
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{file} cannot be used: {error}") from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise NotFoundError(f"{file} cannot be read: {words}") from None


def _cases(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects of a file of JSON lines; UsageError for a line that is none."""
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file}, line {number} is not JSON: {error}") from None
        if not isinstance(case, dict):
            raise UsageError(f"{file}, line {number} is no JSON object")
        yield number, case


def _eligibility(app: "App", user_id: str | None, job: "Job") -> "tuple[Clause, ...]":
    from jobraker_cli import matching
    from jobraker_cli.store.alerts import History, histories
    from jobraker_cli.store.engine import reading
    from jobraker_cli.wiring import system_now

    history, now = History(), system_now()
    if user_id is not None:
        now = app.clock()
        with reading(app.engine) as connection:
            history = histories(connection, [user_id])[user_id]
    return matching.eligibility(
        job,
        now=now,
        applied=job.id in history.applied,
        dismissed=job.id in history.dismissed,
        mailed=job.id in history.mailed,
    )


def _row(found: "Subscription") -> dict[str, Any]:
    alert = found.alert
    return {
        "id": alert.id,
        "user": found.user.email,
        "user_id": alert.user_id,
        "name": alert.name,
        "frequency": alert.frequency,
        "keywords": list(alert.keywords),
        "location": alert.location,
        "remote_only": alert.remote_only,
        "job_type": alert.job_type,
        "experience_level": alert.experience_level,
        "min_salary": alert.min_salary,
        "max_salary": alert.max_salary,
        "mail": alert.email_notifications,
        "active": alert.is_active and found.user.is_active,
    }


def _clause(one: "Clause") -> dict[str, Any]:
    return {"name": one.name, "holds": one.holds, "detail": one.detail}


def _explained(record: Mapping[str, Any]) -> list[str]:
    verdict = "It matches." if record["match"] else "It does not match."
    mailable = "It may be mailed." if record["eligible"] else "It would not be mailed."
    return [
        verdict,
        *[_clause_words(one) for one in record["clauses"]],
        mailable,
        *[_clause_words(one) for one in record["eligibility"]],
    ]


def _clause_words(one: Mapping[str, Any]) -> str:
    return f"  {'yes' if one['holds'] else 'NO '} {one['name'].replace('_', ' ')}: {one['detail']}"


def _checked(record: Mapping[str, Any]) -> list[str]:
    lines = []
    for miss in record["failures"]:
        wanted = "a match" if miss["expected"] else "no match"
        lines.append(f"{miss['id']}: expected {wanted} ({miss['why']})")
        lines += [_clause_words(one) for one in miss["clauses"]]
    return [*lines, f"{record['passed']} of {record['cases']} cases pass"]
