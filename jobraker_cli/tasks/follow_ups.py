"""The task `follow-ups`: reminders to ask how an application stands."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Checked
from jobraker_cli.mail.consent import Way
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.store import reminders
from jobraker_cli.store.applications import Submitted
from jobraker_cli.store.engine import reading
from jobraker_cli.store.outbox import Claimed
from jobraker_cli.tasks import applying, consents, messages
from jobraker_cli.tasks import follow_up_rules as rules
from jobraker_cli.tasks.alerts import in_shard
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.consents import Consents
from jobraker_cli.tasks.follow_up_rules import Reminder
from jobraker_cli.tasks.messages import Draft
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task

KIND = "application_follow_up"
BATCH = 500  # applications read, decided and written together


def plan(app: App, run: Run, report: RunReport) -> None:
    """Queue the reminders that are due."""
    for batch in _batches(app, run):
        drafts = [one for one in _drafts(app, run, batch) if messages.in_plan(app, run, one)]
        left = messages.room(app, run, report)
        kept = drafts if left is None else drafts[:left]
        if run.options.dry_run:
            messages.preview(app, run, report, kept)
        else:
            _write(app, run, report, kept)
        if len(kept) < len(drafts) or app.stop.is_set():
            return


def _batches(app: App, run: Run) -> Iterator[Sequence[Submitted]]:
    after: str | None = None
    while True:
        with reading(app.engine) as connection:
            batch = reminders.candidates(
                connection,
                now=run.now,
                dates_since=run.now - rules.DATE_STALE,
                silent_since=run.now - timedelta(days=app.settings.follow_up_days),
                closed=rules.CLOSED,
                waiting=rules.WAITING,
                after=after,
                limit=BATCH,
            )
        if not batch:
            return
        after = batch[-1].application.id
        yield [one for one in batch if in_shard(one.user.id, run.options.shard)]


def _drafts(app: App, run: Run, batch: Sequence[Submitted]) -> list[Draft]:
    owners = {one.user.id for one in batch}
    with reading(app.engine) as connection:
        known = reminders.known(connection, [one.application.id for one in batch])
        wishes = consents.read(connection, owners, run.now, app.settings.timezone)
    drafts = []
    for one in batch:
        due = rules.reminder(
            one.application,
            status_since=None if one.seen is None else one.seen.since,
            known=known.get(one.application.id, ()),
            now=run.now,
            after_days=app.settings.follow_up_days,
        )
        draft = None if due is None else _draft(one, due, wishes)
        drafts += [] if draft is None else [draft]
    return drafts


def _draft(found: Submitted, due: Reminder, wishes: Consents) -> Draft | None:
    """The reminder; None where the person has had their mails of this week: it comes later."""
    application, scope = found.application, KINDS[KIND].scope
    way = wishes.of(found.user.id, scope).way
    if way is Way.LATER:
        return None
    if way is Way.MAIL:
        wishes.count(found.user.id, scope)
    return Draft(
        kind=KIND,
        key=f"{KIND}:{application.id}:{due.cause}",
        user=found.user,
        facts={
            "application_id": application.id,
            "job_id": application.job_id,
            "title": application.title,
            "company": application.company,
            "status": application.status,
            "applied_at": messages.iso(application.applied_at),
            "cause": "date" if due.own_date else "silence",
            "date": messages.iso(application.follow_up_at),
            "days": due.days,
        },
        page="applications",
        by_mail=way is Way.MAIL,
    )


def _write(app: App, run: Run, report: RunReport, drafts: Sequence[Draft]) -> None:
    """Reminders, messages, notifications and the web application's column, in one transaction."""
    if not drafts:
        return
    with app.engine.begin() as connection:
        new = reminders.note(connection, [_made(draft) for draft in drafts])
        kept = [draft for draft in drafts if draft.id in new]
        messages.write(connection, app, run, report, kept)
        if app.settings.write_reminder_sent:
            ids = [str(draft.facts["application_id"]) for draft in kept]
            reminders.write_reminded(connection, ids, run.now)


def _made(draft: Draft) -> dict[str, str]:
    row_id = str(draft.facts["application_id"])
    cause = draft.key.removeprefix(f"{KIND}:{row_id}:")
    return {"application_id": row_id, "cause": cause, "outbox_id": draft.id}


def check(
    connection: Connection, claimed: Sequence[Claimed], now: datetime
) -> Mapping[str, Checked]:
    """Cancel reminders that nobody needs any more."""
    return applying.check(connection, claimed, _stale)


def _stale(content: Mapping[str, object], found: Submitted) -> str:
    """Why a reminder is not needed any more; empty where it is."""
    application = found.application
    if application.status in rules.CLOSED:
        return "the application is closed"
    if content.get("cause") == "silence" and application.status != content.get("status"):
        return "there is news about the application"
    if messages.iso(application.follow_up_at) != content.get("date"):
        return "the person has set another date"
    return ""


TASKS = (
    Task(
        name="follow-ups",
        about="Reminders of applications: on people's own dates, and after a week without news",
        schedule=Schedule(at=time(11, 0)),
        plan=plan,
        checks={KIND: check},
    ),
)
