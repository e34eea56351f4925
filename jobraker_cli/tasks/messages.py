"""Messages that tasks plan: the outbox row and the in-app notification, always together."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.address import check_address
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.model import User
from jobraker_cli.store import notifications, outbox, queueing
from jobraker_cli.store.engine import reading
from jobraker_cli.store.notifications import Notification
from jobraker_cli.store.queueing import Queued
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.frozen import fingerprint
from jobraker_cli.tasks.message_ids import message_id
from jobraker_cli.tasks.report import PlannedJob, PlannedMessage, RunReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message for one person: what its row says. `key` may exist once.

    A user without an id is an address that belongs to nobody on the board: no notification. `page`
    is the page of the web application that the notification leads to, such as "applications".
    Without `by_mail` the person gets the notification only. `priority` is the kind's by default.
    """

    kind: str
    key: str
    user: User
    facts: Mapping[str, object]
    page: str
    by_mail: bool = True
    priority: int | None = None
    expires_at: datetime | None = None
    jobs: tuple[PlannedJob, ...] = field(default=())

    @property
    def id(self) -> str:
        """The id of the message and of its notification: the same key always has the same."""
        return message_id(self.key)


def write(
    connection: Connection, app: App, run: Run, report: RunReport, drafts: Sequence[Draft]
) -> set[str]:
    """Write messages and notifications down, and count them; the ids of those that are new.

    A person whose address takes no mail gets the notification, and one dead message that says so.
    """
    locales = app.locales.of(connection, {draft.user.id for draft in drafts if draft.user.id})
    written = {draft.id: _queued(app, run, draft, locales) for draft in drafts}
    rows = {draft.id: written[draft.id] for draft in drafts if draft.by_mail}
    new = queueing.queue(connection, list(rows.values()))
    queued = [row for row in rows.values() if row.id in new]
    dead = sum(row.state == "dead" for row in queued)
    report.counts["planned"] += len(queued)
    report.counts["queued"] += len(queued)
    report.counts["dead"] += dead
    known = [draft for draft in drafts if draft.user.id]
    notices = [_notice(app, run, draft, written[draft.id]) for draft in known]
    told = notifications.write(connection, notices)
    if run.options.detailed:
        found = [draft for draft in drafts if draft.by_mail and rows[draft.id].id in new]
        report.messages = [
            *report.messages,
            *(_described(app, draft, rows[draft.id]) for draft in found),
        ]
    return new | told


def preview(app: App, run: Run, report: RunReport, drafts: Sequence[Draft]) -> None:
    """Count and describe what a run would write, and write nothing."""
    mails = [draft for draft in drafts if draft.by_mail]
    report.counts["planned"] += len(mails)
    if run.options.counting:
        return
    with reading(app.engine) as connection:
        locales = app.locales.of(connection, {draft.user.id for draft in mails if draft.user.id})
    described = [_described(app, draft, _queued(app, run, draft, locales)) for draft in mails]
    report.messages = [*report.messages, *described]


def in_plan(app: App, run: Run, draft: Draft) -> bool:
    """Whether a run may write this: one with a frozen plan mails only what is in that."""
    frozen = run.options.plan
    return frozen is None or not draft.by_mail or frozen.holds(_queued(app, run, draft, {}))


def room(app: App, run: Run, report: RunReport) -> int | None:
    """How many more messages the run's limit and the setting allow; None is no bound."""
    bounds = [app.settings.max_per_run or None, run.options.limit]
    least = min((bound for bound in bounds if bound is not None), default=None)
    return None if least is None else max(0, least - report.counts["planned"])


def _queued(app: App, run: Run, draft: Draft, locales: Mapping[str, str]) -> Queued:
    kind = KINDS[draft.kind]
    key = draft.key
    try:
        recipient, state, reply = check_address(draft.user.email), "pending", ""
    except MessageError as error:
        # Said once, not at every run: the key changes when the address does.
        recipient, state, reply = draft.user.email, "dead", str(error)
        crc = zlib.crc32(recipient.encode(errors="replace"))
        key = f"{draft.kind}:no-address:{draft.user.id}:{crc}"
    row_id = message_id(key)
    return Queued(
        id=row_id,
        dedupe_key=key,
        kind=draft.kind,
        user_id=draft.user.id or None,
        recipient=recipient,
        payload=text({"name": draft.user.first_name, **draft.facts}),
        message_id=outbox.message_id_of(row_id, app.message_id_domain),
        created_at=run.now,
        priority=kind.priority if draft.priority is None else draft.priority,
        expires_at=draft.expires_at or run.now + kind.lifetime,
        run=run.id,
        state=state,
        last_reply=reply,
        locale=locales.get(draft.user.id, ""),
    )


def _notice(app: App, run: Run, draft: Draft, row: Queued) -> Notification:
    page = f"/{draft.page}" if draft.page else ""
    return Notification(
        id=draft.id,
        user_id=draft.user.id,
        kind=draft.kind,
        title=app.subject(row.letter),
        link=f"{app.settings.site_url}{page}",
        outbox_id=row.id if draft.by_mail else None,
        created_at=run.now,
    )


def _described(app: App, draft: Draft, queued: Queued) -> PlannedMessage:
    return PlannedMessage(
        id=queued.id,
        kind=queued.kind,
        to=queued.recipient,
        subject=app.subject(queued.letter),
        state="planned" if queued.state == "pending" else queued.state,
        jobs=draft.jobs,
        fingerprint=fingerprint(queued),
    )


def iso(moment: datetime | None) -> str | None:
    """A moment as payloads hold it."""
    return None if moment is None else moment.isoformat()


def text(facts: Mapping[str, object]) -> str:
    """The payload of these facts, as JSON text."""
    return json.dumps(facts, separators=(",", ":"))


def content(payload: str) -> Mapping[str, Any]:
    """A payload's JSON object; an empty one for anything else (the composer refuses that)."""
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_id(text: object) -> bool:
    """Whether it is an id in the spelling that we write."""
    try:
        return str(UUID(str(text))) == text
    except ValueError:
        return False
