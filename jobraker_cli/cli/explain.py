"""`jobraker alerts explain`: an alert and a job, or a person and a job."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.alert_input import (
    FILE,
    alert_in,
    clause_row,
    clause_words,
    job_in,
    job_of,
)
from jobraker_cli.cli.options import Command
from jobraker_cli.cli.outbox import uuid_of
from jobraker_cli.cli.output import iso, show_record
from jobraker_cli.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.model import Alert, Clause, Job
    from jobraker_cli.store.told import Told
    from jobraker_cli.tasks.answers import AlertAnswer, Answer
    from jobraker_cli.tasks.app import App


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker alerts explain 3f0c... 9a1e...                  ids of an alert and a job\n"
        "  jobraker alerts explain ada@example.org 9a1e...          why did she get no mail?\n"
        "  jobraker alerts explain --alert alert.json --job job.json\n"
        "  jobraker alerts explain 3f0c... 9a1e... --json"
    ),
)
@click.argument("who", metavar="[ALERT|USER]", required=False)
@click.argument("job_id", metavar="[JOB]", required=False)
@click.option("--alert", "alert_file", type=FILE, help="An alert as JSON instead of an id.")
@click.option("--job", "job_file", type=FILE, help="A job as JSON instead of an id.")
def explain(
    who: str | None, job_id: str | None, alert_file: Path | None, job_file: Path | None
) -> None:
    """Say clause by clause why an alert matches a job, or why not, and whether it may be mailed.

    With a person (an address or a user's id) and a job: whether they were mailed it, and every
    reason why not.
    """
    if who is not None and job_id is None and alert_file is not None and job_file is None:
        who, job_id = None, who  # one id beside --alert names the job
    if (who is None) == (alert_file is None) or (job_id is None) == (job_file is None):
        raise UsageError("Give an alert and a job, as ids or as files: see alerts explain --help")
    app = session.app(readonly=True)
    user_id = None if who is None else _user(app, who)
    if user_id is not None:
        if job_id is None:
            raise UsageError("A person goes with a job's id: alerts explain USER JOB")
        record = _answer_row(_why(app, user_id, uuid_of(job_id, "job")))
        show_record(record, _answered(record))
        return
    job = job_in(job_file) if job_file is not None else job_of(app, str(job_id))
    alert, owner = _alert(app, who, alert_file)
    record = _pair(app, alert, owner, job)
    show_record(record, _explained(record))


def _user(app: "App", who: str) -> str | None:
    """The id of the person meant; None where an alert has this id."""
    from jobraker_cli.store import told
    from jobraker_cli.store.alerts import subscriptions
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks.runner import require_baseline

    require_baseline(app)
    with reading(app.engine) as connection:
        if "@" in who:
            found = told.user_id_of(connection, who)
            if found is None:
                raise NotFoundError(f"There is no user {who}")
            return found
        wanted = uuid_of(who, "alert or user")
        if subscriptions(connection, alert_id=wanted, limit=1):
            return None
        if told.user(connection, wanted) is None:
            raise NotFoundError(f"There is no alert or user {who}; see: jobraker alerts list")
        return wanted


def _alert(app: "App", who: str | None, file: Path | None) -> tuple["Alert", str | None]:
    """The alert and, where it is one of the board's, its user's id."""
    from jobraker_cli.cli.alert_input import subscription

    if who is None:
        assert file is not None  # noqa: S101 - for the type checker
        return alert_in(file), None
    found = subscription(app, who)
    return found.alert, found.user.id


def _pair(app: "App", alert: "Alert", owner: str | None, job: "Job") -> dict[str, Any]:
    from jobraker_cli.matching import explain
    from jobraker_cli.tasks.alerts import rules_of

    found = explain.explain(alert, job, rules_of(app))
    eligibility = _eligibility(app, owner, job)
    return {
        "match": found.match,
        "clauses": [clause_row(one) for one in found.clauses],
        "eligible": all(one.holds for one in eligibility),
        "eligibility": [clause_row(one) for one in eligibility],
    }


def _eligibility(app: "App", user_id: str | None, job: "Job") -> "tuple[Clause, ...]":
    """About the alert's person; without one, about somebody who never did anything with jobs."""
    from jobraker_cli.matching import eligible
    from jobraker_cli.tasks import why
    from jobraker_cli.wiring import system_now

    if user_id is not None:
        return why.eligibility(app, user_id, job)
    return eligible.eligibility(job, now=system_now(), applied=False, dismissed=False)


def _explained(record: Mapping[str, Any]) -> Iterator[str]:
    yield "It matches." if record["match"] else "It does not match."
    yield from map(clause_words, record["clauses"])
    yield "It may be mailed." if record["eligible"] else "It would not be mailed."
    yield from map(clause_words, record["eligibility"])


def _why(app: "App", user_id: str, job_id: str) -> "Answer":
    from jobraker_cli.tasks.why import why

    return why(app, user_id, job_id)


def _answer_row(answer: "Answer") -> dict[str, Any]:
    nearest = answer.nearest
    return {
        "match": answer.match,
        "clauses": [clause_row(one) for one in nearest.explanation.clauses] if nearest else [],
        "eligible": answer.eligible,
        "eligibility": [clause_row(one) for one in answer.eligibility],
        "user": {"id": answer.user.id, "email": answer.user.email},
        "job": {"id": answer.job.id, "title": answer.job.title, "company": answer.job.company},
        "mailed": _told_row(answer.mailed) if answer.mailed else None,
        "messages": [_told_row(one) for one in answer.messages],
        "reasons": [
            {"name": one.name, "detail": one.detail, "alert": None} for one in answer.hindrances
        ]
        + [
            {"name": one.name, "detail": one.detail, "alert": found.alert.id}
            for found in answer.alerts
            for one in found.hindrances
        ],
        "alerts": [_alert_row(one) for one in answer.alerts],
    }


def _told_row(one: "Told") -> dict[str, Any]:
    return {
        "id": one.id,
        "message_id": one.message_id,
        "state": one.state,
        "created_at": iso(one.created_at),
        "sent_at": iso(one.sent_at),
        "last_reply": one.last_reply,
        "same_posting": one.same_posting,
        "shows": one.shows,
    }


def _alert_row(found: "AlertAnswer") -> dict[str, Any]:
    return {
        "id": found.alert.id,
        "name": found.alert.name,
        "frequency": found.alert.frequency,
        "match": found.explanation.match,
        "clauses": [clause_row(one) for one in found.explanation.clauses],
        "reasons": [{"name": one.name, "detail": one.detail} for one in found.hindrances],
    }


def _when(mailed: Mapping[str, Any]) -> str:
    """When and in which message somebody was mailed a job."""
    known = f", at {mailed['sent_at']}" if mailed["sent_at"] else "; the message itself was pruned"
    return f"{known} ({mailed['id']})"


def _answered(record: Mapping[str, Any]) -> Iterator[str]:
    job, mailed = record["job"], record["mailed"]
    at = f" at {job['company']}" if job["company"] else ""
    who = f"{record['user']['email']} was {'' if mailed else 'not '}mailed {job['title']}{at}"
    yield f"{who}{_when(mailed)}." if mailed else f"{who}."
    for one in record["reasons"]:
        if one["alert"] is None and not (mailed and one["name"] == "already_sent"):
            yield f"  {one['name'].replace('_', ' ')}: {one['detail']}"
    for alert in record["alerts"]:
        verdict = "matches" if alert["match"] else "does not match"
        yield f'The {alert["frequency"]} alert "{alert["name"]}" {verdict}.'
        yield from map(clause_words, alert["clauses"])
        for one in [] if mailed else alert["reasons"]:
            if one["name"] != "no_match":  # the clauses have said it
                yield f"  {one['name'].replace('_', ' ')}: {one['detail']}"
    yield f"The job itself {'may' if record['eligible'] else 'may not'} be mailed to the person."
    yield from map(clause_words, record["eligibility"])
