"""Tools that write: create, change and pause an alert of the user's, after the person said yes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jobraker_cli.assistant.arguments import Parameter
from jobraker_cli.assistant.desk import Desk, text_of
from jobraker_cli.assistant.job_tools import CRITERIA, criteria_of
from jobraker_cli.assistant.own_tools import alert_row, open_matches, own_alert
from jobraker_cli.assistant.toolbox import Found, Tool
from jobraker_cli.errors import NotFoundError, UsageError
from jobraker_cli.model import Alert
from jobraker_cli.store import mine
from jobraker_cli.store.engine import reading

FREQUENCIES = ("immediate", "daily", "weekly", "monthly")
_MOST_ALERTS = 50  # of one person, made by the chat
_NAME = Parameter(name="name", about="A short name for the alert", most=100)
_FREQUENCY = Parameter(name="frequency", about="How often to mail", choices=FREQUENCIES)
_ID = Parameter(name="alert_id", about="Id of the alert", required=True, most=64)


def alert_tools(desk: Desk) -> Sequence[Tool]:
    """The tools that write job_alerts."""
    return (
        Tool(
            name="create_alert",
            about="Create a job alert for the user, who is asked first.",
            parameters=(replace(_NAME, required=True), _FREQUENCY, *CRITERIA),
            run=lambda values: _create(desk, values),
        ),
        Tool(
            name="change_alert",
            about="Change what is given of one of the user's alerts; the user is asked first.",
            parameters=(_ID, _NAME, _FREQUENCY, *CRITERIA),
            run=lambda values: _change(desk, values),
        ),
        Tool(
            name="pause_alert",
            about="Pause one of the user's alerts, or let it go on; the user is asked first.",
            parameters=(
                _ID,
                Parameter(name="go_on", kind="boolean", about="true: make it active again"),
            ),
            run=lambda values: _pause(desk, values),
        ),
    )


def _create(desk: Desk, values: Mapping[str, Any]) -> Found:
    blank = Alert(id="", user_id=desk.user.id, name=text_of(values, "name"))
    alert = _checked(replace(blank, **_given(values, blank)))
    with reading(desk.engine) as connection:
        if len(mine.own_alerts(connection, desk.user.id)) >= _MOST_ALERTS:
            raise UsageError(f"You have {_MOST_ALERTS} alerts or more; change one instead")
    matches = open_matches(desk, [alert]).get("", 0)
    _ask(desk, f"Create the alert {_said(alert)}? It matches {matches} open jobs now.")
    with desk.engine.begin() as connection:
        alert_id = mine.add_alert(connection, alert, desk.clock())
    return Found([alert_row(replace(alert, id=alert_id))], "The alert was created")


def _change(desk: Desk, values: Mapping[str, Any]) -> Found:
    before = own_alert(desk, text_of(values, "alert_id"))
    after = _checked(replace(before, **_given(values, before)))
    if after == before:
        return Found([alert_row(before)], "The alert is like that already")
    _ask(desk, f"Change the alert {_said(before)} to {_said(after)}?")
    return _write(desk, after, "The alert was changed")


def _pause(desk: Desk, values: Mapping[str, Any]) -> Found:
    before = own_alert(desk, text_of(values, "alert_id"))
    after = replace(before, is_active=bool(values.get("go_on")))
    if after == before:
        return Found([alert_row(before)], "The alert is like that already")
    verb = "Resume" if after.is_active else "Pause"
    _ask(desk, f"{verb} the alert {_said(before)}?")
    return _write(desk, after, "The alert is active" if after.is_active else "The alert is paused")


def _given(values: Mapping[str, Any], alert: Alert) -> dict[str, Any]:
    given = {name: values.get(name, getattr(alert, name)) for name in ("name", "frequency")}
    return {**given, **criteria_of(values, alert)}


def _checked(alert: Alert) -> Alert:
    low, high = alert.min_salary, alert.max_salary
    if not alert.name.strip():
        raise UsageError("An alert needs a name")
    if low is not None and high is not None and low > high:
        raise UsageError("min_salary is above max_salary")
    return replace(alert, keywords=tuple(alert.keywords))


def _ask(desk: Desk, question: str) -> None:
    if not desk.confirm(question):
        raise UsageError("The person did not say yes, so nothing was written")


def _write(desk: Desk, alert: Alert, remark: str) -> Found:
    with desk.engine.begin() as connection:
        if not mine.change_alert(connection, alert, desk.clock()):
            raise NotFoundError(f"There is no alert {alert.id!r}")
    return Found([alert_row(alert)], remark)


def _said(alert: Alert) -> str:
    told = {name: value for name, value in alert_row(alert).items() if name not in ("id", "name")}
    conditions = ", ".join(
        f"{name.replace('_', ' ')}: {' or '.join(value) if isinstance(value, list) else value}"
        for name, value in told.items()
    )
    return f"{alert.name!r} ({conditions})"
