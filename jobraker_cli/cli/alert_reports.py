"""`jobraker alerts backtest` and `jobraker alerts health`: alerts on the board's past."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.alert_input import FILE, alert_and_keywords_in, subscription
from jobraker_cli.cli.options import MOST, Command
from jobraker_cli.cli.output import show_record, show_rows
from jobraker_cli.errors import UsageError
from jobraker_cli.mail.clean import terminal_line

if TYPE_CHECKING:
    from jobraker_cli.matching.backtest import Effect
    from jobraker_cli.matching.backtest import Report as BacktestReport
    from jobraker_cli.matching.faults import Fault
    from jobraker_cli.model import Alert
    from jobraker_cli.tasks.alert_health import Finding

_DAYS = click.IntRange(min=1, max=3650)
PROBLEMS = (
    "silent", "flood", "everything", "broken_keywords", "cannot_match", "unknown_place",
)  # fmt: skip
FINDINGS = ("alert", "user", "name", "problem", "detail", "per_week")


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker alerts backtest 3f0c...\n"
        "  jobraker alerts backtest --query 'data engineer' --days 30\n"
        "  jobraker alerts backtest --alert alert.json --json"
    ),
)
@click.argument("alert_id", metavar="[ALERT]", required=False)
@click.option("--query", help="Try these keywords instead of an alert of the board.")
@click.option("--alert", "alert_file", type=FILE, help="Try an alert from a JSON file.")
@click.option("--days", type=_DAYS, default=90, show_default=True, help="Of jobs made since.")
def backtest(alert_id: str | None, query: str | None, alert_file: Path | None, days: int) -> None:
    """Try an alert on the board's past: how many jobs a week, and what would change that."""
    if sum(one is not None for one in (alert_id, query, alert_file)) != 1:
        raise UsageError("Give one alert: by id, with --query, or with --alert FILE")
    from jobraker_cli.matching.faults import faults
    from jobraker_cli.tasks.backtest import backtest as look_back

    app = session.app(readonly=True)
    alert, keywords = _tried(alert_id, query, alert_file)
    record = _report_row(alert, faults(alert, keywords), look_back(app, alert, days))
    show_record(record, _reported(record))


class _Tried(NamedTuple):
    """An alert, and its keywords as they were given."""

    alert: "Alert"
    keywords: object


def _tried(alert_id: str | None, query: str | None, file: Path | None) -> _Tried:
    from jobraker_cli.matching.rows import keywords_of
    from jobraker_cli.model import Alert
    from jobraker_cli.tasks.runner import require_baseline

    if query is not None:
        return _Tried(Alert(id="", user_id="", name=query, keywords=keywords_of(query)), query)
    if file is not None:
        return _Tried(*alert_and_keywords_in(file))
    app = session.app(readonly=True)
    require_baseline(app)
    alert = subscription(app, str(alert_id)).alert
    return _Tried(alert, alert.keywords)


def _report_row(
    alert: "Alert", found: Iterable["Fault"], report: "BacktestReport"
) -> dict[str, Any]:
    return {
        "alert": alert.id or None,
        "name": alert.name,
        "faults": [{"problem": one.problem, "detail": one.detail} for one in found],
        "days": report.days,
        "jobs": report.jobs,
        "matches": report.matches,
        "vacancies": report.vacancies,
        "per_week": report.per_week,
        "weeks": [{"week": week, "matches": count} for week, count in report.weeks],
        "clauses": [_effect_row(one) for one in report.clauses],
        "suggestions": [_effect_row(one) for one in report.suggestions],
        "samples": [
            {
                "id": one.job.id,
                "title": one.job.title,
                "company": one.job.company,
                "location": one.job.location,
                "reasons": list(one.reasons),
            }
            for one in report.samples
        ],
    }


def _effect_row(one: "Effect") -> dict[str, Any]:
    return {
        "change": one.change,
        "matches": one.matches,
        "per_week": one.per_week,
        "times": one.times,
    }


def _reported(record: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"{_jobs(record['per_week'])} a week: {record['matches']:,} of {record['jobs']:,} jobs in "
        f"{record['days']:g} days match, {record['vacancies']:,} different ones."
    )
    if record["faults"]:
        yield from ("", "What is wrong with it:")
        yield from (f"  {one['detail']}" for one in record["faults"])
    widest = max(one["matches"] for one in record["weeks"]) or 1
    yield ""
    for one in record["weeks"]:
        bar = "#" * -(-one["matches"] * 40 // widest)
        yield f"  {one['week']}  {one['matches']:>7,}  {bar}".rstrip()
    for title, effects in (
        ("What each condition costs:", record["clauses"]),
        ("What would change it:", record["suggestions"]),
    ):
        if effects:
            yield from ("", title)
            yield from map(_effect_words, effects)
    if record["samples"]:
        yield from ("", "The newest:")
    for one in record["samples"]:
        about = "; ".join(filter(None, (one["company"], one["location"])))
        yield f"  {one['title']}{f' ({about})' if about else ''}: {'; '.join(one['reasons'])}"


def _effect_words(one: Mapping[str, Any]) -> str:
    times = one["times"]
    beside = "" if times is None or 0.99 < times < 1.01 else f", {times:g} times as many"
    return f"  {one['change']}: {_jobs(one['per_week'])} a week{beside}"


def _jobs(per_week: float) -> str:
    return f"{per_week:,g} {'job' if per_week == 1 else 'jobs'}"


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker alerts health\n"
        "  jobraker alerts health --days 14 --flood 50 --format csv"
    ),
)
@click.option("--days", type=_DAYS, default=30, show_default=True, help="Of jobs made since.")
@click.option(
    "--flood", type=click.IntRange(min=1, max=MOST), default=100, show_default=True,
    help="More jobs a week than this are a flood.",
)  # fmt: skip
@click.option("--problem", type=click.Choice(PROBLEMS), help="Only alerts with this problem.")
def health(days: int, flood: int, problem: str | None) -> None:
    """Find the alerts that match nothing, flood, or cannot be what was meant."""
    from jobraker_cli.tasks.alert_health import survey_alerts
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    found = survey_alerts(app, days=days, flood=flood)
    rows = [_finding_row(one) for one in found.findings if problem in (None, one.problem)]
    if session.output_format() == "json":
        record = {
            "alerts": found.alerts,
            "jobs": found.jobs,
            "days": found.days,
            "problems": dict(found.problems),
            "findings": rows,
        }
        show_record(record, ())
        return
    if rows and session.output_format() == "table" and session.on_terminal():
        _show_findings(rows)
        return
    well = f"No alert has the problem {problem}." if problem else "All {:,} alerts are well."
    show_rows(rows, FINDINGS, empty=well.format(found.alerts))


def _show_findings(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print each alert with its problems under it, in lines that a terminal need not break."""
    from shutil import get_terminal_size
    from textwrap import TextWrapper

    wrapper = TextWrapper(
        get_terminal_size().columns,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in _finding_words(rows):
        click.echo(wrapper.fill(terminal_line(line)))


def _finding_words(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for _, group in groupby(rows, key=itemgetter("alert")):
        findings = list(group)
        one = findings[0]
        who = "  ".join(filter(None, (one["alert"], one["user"], one["name"])))
        yield f"{who}: {_jobs(one['per_week'])} a week"
        yield from (f"  {found['problem']}: {found['detail']}" for found in findings)


def _finding_row(one: "Finding") -> dict[str, Any]:
    alert = one.surveyed.alert
    return {
        "alert": alert.id,
        "user": one.surveyed.email,
        "user_id": alert.user_id,
        "name": alert.name,
        "problem": one.problem,
        "detail": one.detail,
        "matches": one.matches,
        "per_week": one.per_week,
    }
