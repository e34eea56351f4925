"""The task `status-updates`: a message for each application whose status has changed.

New is what differs from the ledger. What was seen, the outbox row and the notification commit
together, by compare-and-set on the ledger's row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Checked
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.store import applications, baselines, outbox
from jobraker_cli.store.applications import Submitted
from jobraker_cli.store.engine import reading
from jobraker_cli.store.outbox import Claimed
from jobraker_cli.tasks import applying, consents, messages
from jobraker_cli.tasks.alerts import in_shard
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.application_facts import INTERVIEW, OFFER, facts
from jobraker_cli.tasks.consents import Consents
from jobraker_cli.tasks.messages import Draft
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.status_rules import Decision, decide
from jobraker_cli.tasks.task import Task

KIND = "application_status_update"
BASELINE = "applications"
BATCH = 500  # applications read, decided and written together
WITHDRAWN = "the status changed again before this was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An application with what comes of it, and the message to its owner (None: no message)."""

    found: Submitted
    decision: Decision
    draft: Draft | None


def plan(app: App, run: Run, report: RunReport) -> None:
    """Tell people what became of their applications; the first run ever only takes the baseline."""
    with reading(app.engine) as connection:
        known = BASELINE in baselines.taken(connection)
    if not known:
        if not run.options.dry_run:
            with app.engine.begin() as connection:
                take_baseline(connection)
        return
    for batch in _batches(app, run):
        changes = [
            one
            for one in _decided(app, run, batch)
            if one.draft is None or messages.in_plan(app, run, one.draft)
        ]
        left = messages.room(app, run, report)
        kept, complete = _within(changes, left)
        if run.options.dry_run:
            drafts = [one.draft for one in kept]
            messages.preview(app, run, report, [one for one in drafts if one is not None])
        else:
            _write(app, run, report, kept)
        if not complete or app.stop.is_set():
            return


def take_baseline(connection: Connection) -> None:
    """Take the applications as they are for known: what they were before is not news."""
    applications.take_baseline(connection)
    baselines.note(connection, BASELINE)


def _batches(app: App, run: Run) -> Iterator[Sequence[Submitted]]:
    after: str | None = None
    while True:
        with reading(app.engine) as connection:
            batch = applications.changed(connection, after=after, limit=BATCH)
        if not batch:
            return
        after = batch[-1].application.id
        yield [one for one in batch if in_shard(one.user.id, run.options.shard)]


def _decided(app: App, run: Run, batch: Sequence[Submitted]) -> list[_Change]:
    settings = app.settings
    owners = {found.user.id for found in batch}
    with reading(app.engine) as connection:
        wishes = consents.read(connection, owners, run.now, settings.timezone)
    changes = []
    for found in batch:
        decision = decide(
            found.application,
            found.seen,
            told=settings.status_mails,
            settle=timedelta(seconds=settings.status_settle_seconds),
            now=run.now,
        )
        if decision is not None:
            draft = _draft(found, decision, wishes)
            changes.append(_Change(found=found, decision=decision, draft=draft))
    return changes


def _draft(found: Submitted, decision: Decision, wishes: Consents) -> Draft | None:
    """The message to the owner, if they are told."""
    if not decision.tell or not found.user.is_active:
        return None
    return Draft(
        kind=KIND,
        key=f"{KIND}:{found.application.id}:{decision.seen.version}",
        user=found.user,
        facts=_facts(found, decision.before),
        page="applications",
        by_mail=wishes.of(found.user.id, KINDS[KIND].scope).may_mail,
    )


def _within(changes: Sequence[_Change], left: int | None) -> tuple[Sequence[_Change], bool]:
    """The changes up to the run's limit of messages, and whether these are all."""
    if left is None:
        return changes, True
    kept: list[_Change] = []
    for one in changes:
        if one.draft is not None:
            if left == 0:
                return kept, False
            left -= 1
        kept.append(one)
    return kept, True


def _write(app: App, run: Run, report: RunReport, changes: Sequence[_Change]) -> None:
    """What was seen, messages and notifications of a batch, in one transaction."""
    drafts = {one.found.application.id: one.draft for one in changes}
    with app.engine.begin() as connection:
        unsent = [one.found.seen for one in changes if one.decision.withdraw]
        old = {one.outbox_id for one in unsent if one is not None and one.outbox_id is not None}
        outbox.withdraw(connection, old, WITHDRAWN)
        took = applications.note(
            connection,
            {
                one.found.application.id: replace(
                    one.decision.seen, outbox_id=_message_of(one.draft)
                )
                for one in changes
            },
        )
        kept = [draft for row_id, draft in drafts.items() if draft is not None and row_id in took]
        messages.write(connection, app, run, report, kept)


def _message_of(draft: Draft | None) -> str | None:
    return draft.id if draft is not None and draft.by_mail else None


def _facts(found: Submitted, before: str) -> Mapping[str, object]:
    """The payload: raw facts, worded when the mail is rendered."""
    application = found.application
    return {
        "application_id": application.id,
        "job_id": application.job_id,
        "title": application.title,
        "company": application.company,
        "status": application.status,
        "before": before,
        "applied_at": messages.iso(application.applied_at),
        "interview_at": messages.iso(application.interview_at),
        "interview": facts(application.interview_details, INTERVIEW),
        "offer": facts(application.offer_details, OFFER),
    }


def check(
    connection: Connection, claimed: Sequence[Claimed], now: datetime
) -> Mapping[str, Checked]:
    """Cancel what is not true any more, or has nobody to go to."""
    return applying.check(connection, claimed, _stale)


def _stale(content: Mapping[str, object], found: Submitted) -> str:
    """Why a message is no longer true; empty where it is."""
    return "" if found.application.status == content.get("status") else WITHDRAWN


TASKS = (
    Task(
        name="status-updates",
        about="What became of people's applications",
        schedule=Schedule(every_minutes=5),
        plan=plan,
        checks={KIND: check},
    ),
)
