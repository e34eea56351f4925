"""What one transaction of an alert task writes, and how it is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from jobraker_cli.store import marks, notifications, past, queueing
from jobraker_cli.store.alerts import Due
from jobraker_cli.store.notifications import Notification
from jobraker_cli.store.past import SentJobs
from jobraker_cli.store.queueing import Queued
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.digest import Digest
from jobraker_cli.tasks.frozen import fingerprint
from jobraker_cli.tasks.report import PlannedJob, PlannedMessage, RunReport

EVERYTHING = ("everything",)  # the reason that matching gives where an alert asks for nothing


class Mail(NamedTuple):
    """A digest that would go out: its outbox row and what to remember with it."""

    queued: Queued
    digest: Digest

    @property
    def of_everything(self) -> bool:
        """Whether only alerts that ask for nothing made it."""
        return all(item.reasons == EVERYTHING for item in self.digest.items)

    def sent_jobs(self) -> SentJobs:
        """What to remember of every posting behind what the mail shows."""
        shown = [item.advert for section in self.digest.sections for item in section.items]
        return SentJobs(str(self.queued.user_id), self.queued.id, shown)


@dataclass(slots=True)
class Group:
    """What one transaction writes: mails, alerts that were served, alerts that go on waiting."""

    mails: list[Mail] = field(default_factory=list)
    served: list[tuple[Due, str | None]] = field(default_factory=list)  # each with its mail
    waiting: list[Due] = field(default_factory=list)
    notices: list[Notification] = field(default_factory=list)  # of digests without a mail
    counted: list[bool] = field(default_factory=list)  # mails only counted: those of everything

    def add(self, subscriptions: Sequence[Due], mail: Mail | None) -> None:
        """Take in one person's alerts and what came of them."""
        if mail is not None:
            self.mails.append(mail)
            if mail.queued.state != "pending":
                self.waiting += subscriptions
                return
        row_id = None if mail is None else mail.queued.id
        self.served += [(one, row_id) for one in subscriptions]


class Writer:
    """Writes groups down and counts them; `notice` is the notification that goes with a mail."""

    def __init__(
        self,
        app: App,
        run: Run,
        report: RunReport,
        *,
        through: int,
        notice: Callable[[Mail], Notification],
    ) -> None:
        self._app = app
        self._run = run
        self._report = report
        self._through = through
        self._notice = notice
        self.messages: list[PlannedMessage] = []

    def has_room(self, group: Group) -> bool:
        """Whether the run's limit allows one more mail."""
        limit = self._run.options.limit
        mails = len(group.mails) + len(group.counted)
        return limit is None or self._report.counts["planned"] + mails < limit

    def write(self, group: Group) -> None:
        """Outbox rows, sent jobs and marks, in one transaction; a dry run only reports."""
        options, counts = self._run.options, self._report.counts
        if (options.dry_run and not options.counting) or options.detailed:
            self.messages += [self._described(mail) for mail in group.mails]
        if options.dry_run:
            found = [*group.counted, *(mail.of_everything for mail in group.mails)]
            counts["planned"] += len(found)
            counts["of_everything"] += sum(found)
        else:
            with self._app.engine.begin() as connection:
                queued = self._queue(connection, group)
            counts["planned"] += len(queued)
            counts["queued"] += len(queued)
            counts["dead"] += sum(mail.queued.state != "pending" for mail in queued)

    def _queue(self, connection: Connection, group: Group) -> list[Mail]:
        """Write a group; the mails that are new."""
        new = queueing.queue(connection, [mail.queued for mail in group.mails])
        queued = [mail for mail in group.mails if mail.queued.id in new]
        pending = [mail for mail in queued if mail.queued.state == "pending"]
        notifications.write(connection, [*map(self._notice, queued), *group.notices])
        served = [one for one, mail_id in group.served if mail_id is None or mail_id in new]
        past.write_sent_jobs(connection, [mail.sent_jobs() for mail in pending])
        marks.write_marks(connection, [one.id for one in served if one.marked], self._through)
        marks.write_new_marks(
            connection, [one.id for one in served if not one.marked], self._through
        )
        marks.write_first_marks(connection, {one.id: one.floor for one in group.waiting})
        if self._app.settings.write_last_run:
            marks.write_last_run(connection, [one.id for one in served], self._run.now)
        return queued

    def _described(self, mail: Mail) -> PlannedMessage:
        queued = mail.queued
        return PlannedMessage(
            id=queued.id,
            kind=queued.kind,
            to=queued.recipient,
            subject=self._app.subject(queued.letter),
            state="planned" if queued.state == "pending" else queued.state,
            fingerprint=fingerprint(queued),
            alerts=tuple(section.alert.id for section in mail.digest.sections),
            jobs=tuple(
                PlannedJob(id=item.job.id, title=item.job.title, reasons=item.reasons)
                for item in mail.digest.items
            ),
        )
