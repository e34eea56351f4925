"""`jobraker alerts list|show|check`, and where its other commands are."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.alert_input import (
    FILE,
    clause_row,
    clause_words,
    object_of,
    subscription,
    text_of,
)
from jobraker_cli.cli.alert_reports import backtest, health
from jobraker_cli.cli.explain import explain
from jobraker_cli.cli.options import MOST, Group
from jobraker_cli.cli.output import show_record, show_rows
from jobraker_cli.errors import UsageError

if TYPE_CHECKING:
    from jobraker_cli.store.alerts import Subscription
    from jobraker_cli.tasks.app import App

COLUMNS = ("id", "user", "name", "frequency", "keywords", "location", "mail", "active")


@click.group(
    cls=Group,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker alerts explain 3f0c... 9a1e...                  ids of an alert and a job\n"
        "  jobraker alerts explain ada@example.org 9a1e...          why did she get no mail?\n"
        "  jobraker alerts backtest --query 'data engineer'\n"
        "  jobraker alerts health"
    ),
)
def alerts() -> None:
    """Look at alerts, and explain what they match and what not."""


alerts.add_command(explain)
alerts.add_command(backtest)
alerts.add_command(health)


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
    found = subscription(_ready_app(), alert_id)
    record = _row(found)
    show_record(record, [f"{name.replace('_', ' ')}: {value}" for name, value in record.items()])


@alerts.command("check", epilog="\b\nExample:\n  jobraker alerts check cases.jsonl --json")
@click.argument("cases_file", metavar="CASES.jsonl", type=FILE)
def check(cases_file: Path) -> None:
    """Run a file of labelled cases: {"id", "alert", "job", "match"} a line; exit 1 on any miss."""
    from jobraker_cli.matching.explain import explain
    from jobraker_cli.matching.rows import alert_from_json, job_from_json
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
            alert = alert_from_json(object_of(case["alert"]))
            job = job_from_json(object_of(case["job"]))
            expected = _verdict(case["match"])
        except KeyError as error:
            raise UsageError(f"{cases_file}, line {number} has no {error}") from None
        except (TypeError, ValueError) as error:
            raise UsageError(f"{cases_file}, line {number}: {error}") from None
        found = explain(alert, job, rules)
        if found.match != expected:
            failures.append(
                {
                    "id": str(case.get("id", number)),
                    "expected": expected,
                    "got": found.match,
                    "why": case.get("why", ""),
                    "clauses": [clause_row(one) for one in found.clauses],
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


def _verdict(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError('"match" is true or false')
    return value


def _ready_app() -> "App":
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    return app


def _cases(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects of a file of JSON lines; UsageError for a line that is none."""
    for number, line in enumerate(text_of(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file}, line {number} is not JSON: {error}") from None
        if not isinstance(case, dict):
            raise UsageError(f"{file}, line {number} is no JSON object")
        yield number, case


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


def _checked(record: Mapping[str, Any]) -> list[str]:
    lines = []
    for miss in record["failures"]:
        wanted = "a match" if miss["expected"] else "no match"
        lines.append(f"{miss['id']}: expected {wanted} ({miss['why']})")
        lines += [clause_words(one) for one in miss["clauses"]]
    return [*lines, f"{record['passed']} of {record['cases']} cases pass"]
