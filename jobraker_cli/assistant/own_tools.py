"""Tools about what is the user's own: applications, alerts, recommendations."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jobraker_cli.assistant.arguments import Parameter
from jobraker_cli.assistant.desk import Desk, Row, day, job_row
from jobraker_cli.assistant.job_tools import ALL, SEARCHED, uuid_of
from jobraker_cli.assistant.toolbox import Found, Tool
from jobraker_cli.errors import NotFoundError
from jobraker_cli.mail.clean import safe_url
from jobraker_cli.matching.eligible import is_open
from jobraker_cli.matching.matcher import Matcher
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.model import Alert
from jobraker_cli.store import jobs, mine, notifications
from jobraker_cli.store.engine import reading
from jobraker_cli.store.mine import OwnApplication, OwnMail

_MOST = 100  # applications, mails
_APPLICATION_MAIL = ("application_status_update", "application_follow_up")
_STATUSES = ("before", "status")  # of a status update: from and to
_LIMIT = Parameter(name="limit", kind="integer", about="How many at most", least=1, most=_MOST)


def own_tools(desk: Desk) -> Sequence[Tool]:
    """The tools about the user's own rows."""
    return (
        Tool(
            name="my_applications",
            about="The user's job applications: status, dates, and the mails that told of them.",
            parameters=(_LIMIT,),
            run=lambda values: _applications(desk, values),
        ),
        Tool(
            name="my_alerts",
            about="The user's job alerts, and with backtest how many open jobs each matches now.",
            parameters=(
                Parameter(name="backtest", kind="boolean", about="Count the jobs that match"),
            ),
            run=lambda values: _alerts(desk, values),
        ),
        Tool(
            name="backtest_alert",
            about="What one of the user's alerts would have found: jobs a week, what changes that.",
            parameters=(
                Parameter(name="alert_id", about="Id of the alert", required=True, most=64),
                Parameter(
                    name="days", kind="integer", about="Days to look back", least=7, most=365
                ),
            ),
            run=lambda values: _backtest(desk, values),
        ),
        Tool(
            name="my_recommendations",
            about="Jobs that the board recommends to the user, best first.",
            parameters=(_LIMIT,),
            run=lambda values: _recommendations(desk, values),
        ),
        Tool(
            name="my_notifications",
            about="What the board told the user lately, the newest first.",
            parameters=(
                _LIMIT,
                Parameter(name="unread", kind="boolean", about="Only what was not read yet"),
            ),
            run=lambda values: _notifications(desk, values),
        ),
    )


def alert_row(alert: Alert) -> Row:
    """An alert as a tool tells of it: what it does not ask for is left out."""
    asked: Row = {
        "keywords": list(alert.keywords),
        "location": alert.location,
        "remote_only": alert.remote_only,
        "job_type": alert.job_type,
        "experience_level": alert.experience_level,
        "min_salary": alert.min_salary,
        "max_salary": alert.max_salary,
    }
    return {
        "id": alert.id,
        "name": alert.name,
        "frequency": alert.frequency,
        "active": alert.is_active,
        "mail": alert.email_notifications,
        **{name: value for name, value in asked.items() if value},
    }


def _applications(desk: Desk, values: Mapping[str, Any]) -> Found:
    with reading(desk.engine) as connection:
        found = mine.own_applications(connection, desk.user.id, limit=values.get("limit", 25))
        mails = mine.own_mails(connection, desk.user.id, kinds=_APPLICATION_MAIL, limit=500)
    trails: dict[str, list[Row]] = {}
    for mail in reversed(mails):
        content = _content(mail)
        trails.setdefault(str(content.get("application_id")), []).append(_step(mail, content))
    return Found([_application(one, trails.get(one.id, [])) for one in found])


def _application(one: OwnApplication, trail: list[Row]) -> Row:
    row: Row = {
        "id": one.id,
        "job_id": one.job_id,
        "title": one.title,
        "company": one.company,
        "status": one.status.replace("_", " "),
        "begun": day(one.created_at),
        "applied": day(one.applied_at),
        "interview": day(one.interview_at),
        "follow_up": day(one.follow_up_at),
        "mails": trail,
    }
    return {name: value for name, value in row.items() if value}


def _step(mail: OwnMail, content: Mapping[str, Any]) -> Row:
    step: Row = {"kind": mail.kind, "state": mail.state}
    step["day"] = day(mail.sent_at or mail.created_at)
    said = {name: str(content[name]).replace("_", " ") for name in _STATUSES if content.get(name)}
    return step | said


def _content(mail: OwnMail) -> Mapping[str, Any]:
    """A mail's payload, empty where it is no JSON object."""
    try:
        content = json.loads(mail.payload)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _alerts(desk: Desk, values: Mapping[str, Any]) -> Found:
    with reading(desk.engine) as connection:
        alerts = mine.own_alerts(connection, desk.user.id)
    rows = [alert_row(alert) for alert in alerts]
    if not values.get("backtest"):
        return Found(rows)
    counts = open_matches(desk, alerts)
    return Found([row | {"open_jobs_that_match": counts.get(row["id"], 0)} for row in rows])


def _backtest(desk: Desk, values: Mapping[str, Any]) -> Found:
    alert = own_alert(desk, str(values["alert_id"]))
    return Found([alert_row(alert) | desk.backtest(alert, int(values.get("days", 90)))])


def own_alert(desk: Desk, alert_id: str) -> Alert:
    """One of the user's alerts; NotFoundError for all else."""
    wanted = uuid_of(alert_id, "alert")
    with reading(desk.engine) as connection:
        found = [one for one in mine.own_alerts(connection, desk.user.id) if one.id == wanted]
    if not found:
        raise NotFoundError(f"There is no alert {wanted!r}")
    return found[0]


def open_matches(desk: Desk, alerts: Sequence[Alert]) -> dict[str, int]:
    """How many of the newest open jobs each alert matches, by its id."""
    matcher = Matcher([replace(one, floor=ALL) for one in alerts], desk.rules)
    now = desk.clock()
    with reading(desk.engine) as connection:
        for block in jobs.newest_active(connection, desk.rules, limit=SEARCHED):
            matcher.feed(prepare(job, desk.rules) for job in block if is_open(job, now))
    return {alert.id: len(found) for alert, found in matcher.results()}


def _recommendations(desk: Desk, values: Mapping[str, Any]) -> Found:
    with reading(desk.engine) as connection:
        scored = mine.own_recommendations(connection, desk.user.id, limit=values.get("limit", 10))
        found = jobs.by_id(connection, [job_id for job_id, _ in scored])
    now = desk.clock()
    return Found(
        [
            {**job_row(found[job_id], desk.settings), "score": round(score, 2)}
            for job_id, score in scored
            if job_id in found and is_open(found[job_id], now)
        ]
    )


def _notifications(desk: Desk, values: Mapping[str, Any]) -> Found:
    with reading(desk.engine) as connection:
        found = notifications.search(
            connection,
            user_id=desk.user.id,
            unread=bool(values.get("unread")),
            limit=values.get("limit", 20),
        )
    return Found(
        [
            {
                "text": one.title,
                "kind": one.kind.replace("_", " "),
                "day": day(one.created_at),
                "link": safe_url(one.link),
                "read": one.read_at is not None,
            }
            for one, _ in found
        ]
    )
