"""The task `admin-digest`: yesterday in numbers to those who run the board (ADMIN_EMAIL)."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from jobraker_cli.model import User
from jobraker_cli.store import runs, summary
from jobraker_cli.store.engine import reading
from jobraker_cli.store.summary import Day
from jobraker_cli.tasks import messages
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.messages import Draft
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task, all_tasks

KIND = "admin_digest"
LATE = timedelta(hours=1)  # a message that is due for longer, or a task that is: somebody must look


def plan(app: App, run: Run, report: RunReport) -> None:
    """Queue the summary of the calendar day before, one a day and address; none without any."""
    addresses = [one for one in app.settings.admin_email.split(",") if one]
    if not addresses:
        return
    zone = app.settings.timezone
    today = datetime.combine(run.now.astimezone(zone).date(), time(), tzinfo=zone)
    yesterday = datetime.combine(today.date() - timedelta(days=1), time(), tzinfo=zone)
    with reading(app.engine) as connection:
        day = summary.day(connection, yesterday, today, run.now)
        last = {name: one.believed_at for name, one in runs.last_of_each(connection).items()}
    facts = _facts(day, yesterday, run.now, _overdue(app, last, run.now))
    drafts = [
        Draft(
            kind=KIND,
            key=f"{KIND}:{address.lower()}:{yesterday.date()}",
            user=User(id="", email=address),
            facts=facts,
            page="",
        )
        for address in addresses[: messages.room(app, run, report)]
    ]
    drafts = [one for one in drafts if messages.in_plan(app, run, one)]
    if run.options.dry_run:
        messages.preview(app, run, report, drafts)
        return
    with app.engine.begin() as connection:
        messages.write(connection, app, run, report, drafts)


def _facts(day: Day, yesterday: datetime, now: datetime, overdue: int) -> dict[str, object]:
    """The payload: numbers, worded when the mail is rendered."""
    late = timedelta(0) if day.oldest_due is None else now - day.oldest_due
    return {
        "day": yesterday.isoformat(),
        "messages": dict(day.states),
        "kinds": dict(day.kinds),
        "runs": day.runs,
        "users": day.users,
        "jobs": day.jobs,
        "applications": day.applications,
        "oldest_minutes": int(late / timedelta(minutes=1)),
        "needs": {
            "dead": day.states.get("dead", 0),
            "uncertain": day.states.get("uncertain", 0),
            "runs": day.bad_runs,
            "overdue": overdue,
            "late": int(late / timedelta(hours=1)) if late >= LATE else 0,
        },
    }


def _overdue(app: App, last: Mapping[str, datetime], now: datetime) -> int:
    """How many tasks that have run before did not run when they were due."""
    zone = app.settings.timezone
    return sum(
        last[name] < task.schedule.latest(now - LATE, zone)
        for name, task in all_tasks().items()
        if name in last
    )


TASKS = (
    Task(
        name="admin-digest",
        about="Yesterday in numbers, and what needs a person, to ADMIN_EMAIL",
        schedule=Schedule(at=time(7, 0)),
        plan=plan,
    ),
)
