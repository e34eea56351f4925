"""One message now: `jobraker send`. It goes the way of all others, ahead of what waits."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from jobraker_cli.errors import JobrakerError
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.mail.password_reset import checked_link
from jobraker_cli.model import User
from jobraker_cli.store import entries, welcomes
from jobraker_cli.store.engine import reading
from jobraker_cli.store.entries import Entry
from jobraker_cli.tasks import messages, password_reset, welcome
from jobraker_cli.tasks.app import App, Run, RunOptions
from jobraker_cli.tasks.messages import Draft
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.runner import run_task
from jobraker_cli.tasks.task import Task, all_checks

AT_ONCE = -100  # ahead of every priority that a kind has
TRIES = 20  # deliveries of one message each until it is this one's turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The message as it stands after its delivery, and what ended that early."""

    entry: Entry
    error: JobrakerError | None


def send_welcome(app: App, user: User) -> Sent:
    """Send a welcome, also to somebody who was welcomed before."""
    with reading(app.engine) as connection:
        (newcomer,) = welcomes.newcomers(connection, limit=1, user=user.id)
    with app.engine.begin() as connection:
        welcomes.note(connection, [user.id], app.clock())
    return _send(app, welcome.draft_of(newcomer, again=_unique()))


def send_password_reset(app: App, user: User, reset_url: str, expires_at: datetime | None) -> Sent:
    """Send a link to set a new password; MessageError for one that must not be mailed."""
    link = checked_link(reset_url, app.settings.site_url)
    until = expires_at or app.clock() + KINDS[password_reset.KIND].lifetime
    return _send(
        app, password_reset.draft_of(user, reset_url=link, expires_at=until, key=_unique())
    )


def send_test(app: App, user: User) -> Sent:
    """Send a message that says that mail arrives."""
    return _send(
        app, Draft(kind="test", key=f"test:{user.id}:{_unique()}", user=user, facts={}, page="")
    )


def _send(app: App, draft: Draft) -> Sent:
    first = replace(draft, priority=AT_ONCE)

    def plan(app: App, run: Run, report: RunReport) -> None:
        with app.engine.begin() as connection:
            messages.write(connection, app, run, report, [first])

    task = Task(
        name="send",
        about="One message now",
        schedule=Schedule(every_minutes=1),
        plan=plan,
        exclusive=False,
    )
    queued = run_task(app, task, RunOptions(deliver=False, confirmed=True, detailed=True))
    if queued.error is not None:
        raise queued.error
    row_id = queued.messages[0].id if queued.messages else draft.id
    return _delivered(app, row_id, _state(app, row_id))


def _delivered(app: App, row_id: str, entry: Entry) -> Sent:
    """Deliver until this message has had its turn: others may be as urgent, and earlier."""
    error: JobrakerError | None = None
    for _ in range(TRIES):
        if entry.state != "pending" or error is not None:
            break
        report = app.crew(all_checks(app.settings.timezone)).deliver(1)
        error, entry = report.error, _state(app, row_id)
        if not report.counts:
            break
    return Sent(entry=entry, error=error)


def _state(app: App, row_id: str) -> Entry:
    with reading(app.engine) as connection:
        (entry,) = entries.search(connection, limit=1, row_id=row_id)
    return entry


def _unique() -> str:
    return secrets.token_hex(8)
