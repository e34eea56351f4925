"""The tasks `daily-alerts`, `weekly-alerts`, `monthly-alerts`, `immediate-alerts`.

New jobs are those the ledger has not seen; an alert is served the intakes above its mark; a person
gets one mail a run and calendar period. Mark, sent jobs and outbox row commit together.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial
from itertools import groupby
from uuid import UUID, uuid5

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.address import check_address
from jobraker_cli.mail.consent import Way
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.mail.wording import Words
from jobraker_cli.matching.asked import asked_for
from jobraker_cli.matching.match import Match
from jobraker_cli.model import Alert, MatchRules, User
from jobraker_cli.store import alerts as store
from jobraker_cli.store import notifications, outbox, runs, vacancies
from jobraker_cli.store.alerts import Due, History
from jobraker_cli.store.engine import reading
from jobraker_cli.store.locks import lock
from jobraker_cli.store.notifications import Notification
from jobraker_cli.store.outbox import Queued
from jobraker_cli.tasks import alert_mail, consents
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.collecting import collecting_seldom
from jobraker_cli.tasks.digest import Digest, DigestLimits, compose
from jobraker_cli.tasks.frozen import fingerprint
from jobraker_cli.tasks.new_jobs import NewJobs, take_in
from jobraker_cli.tasks.periods import Schedule, period_label
from jobraker_cli.tasks.report import PlannedJob, PlannedMessage, RunReport
from jobraker_cli.tasks.task import Task

ALERT_BATCH = 40_000  # alerts matched together
USER_BATCH = 1_000  # users queued in one transaction
MESSAGE_IDS = UUID("5b3a8f4e-8f0e-4c0e-9a53-3f6f0d1c7b11")  # any constant: our own name space

EVERYTHING = ("everything",)  # the reason that matching gives where an alert asks for nothing
Found = Sequence[tuple[Alert, Sequence[Match]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """A digest that would go out: its outbox row and what to remember with it."""

    queued: Queued
    digest: Digest

    @property
    def of_everything(self) -> bool:
        """Whether only alerts that ask for nothing made it."""
        return all(item.reasons == EVERYTHING for item in self.digest.items)

    def sent_jobs(self) -> Iterator[dict[str, str]]:
        """A row of jobraker_sent_job for every posting behind what the mail shows."""
        for item in self.digest.items:
            for job_id in item.job_ids:
                yield {
                    "user_id": str(self.queued.user_id),
                    "job_id": job_id,
                    "fingerprint": item.fingerprint,
                    "outbox_id": self.queued.id,
                }


@dataclass(slots=True)
class _Group:
    """What one transaction writes: mails, alerts that were served, alerts that go on waiting."""

    mails: list[_Mail] = field(default_factory=list)
    served: list[tuple[str, str | None]] = field(default_factory=list)  # alert, its mail
    waiting: list[Due] = field(default_factory=list)
    notices: list[Notification] = field(default_factory=list)  # of digests without a mail

    def add(self, subscriptions: Sequence[Due], mail: _Mail | None) -> None:
        """Take in one person's alerts and what came of them."""
        if mail is not None:
            self.mails.append(mail)
            if mail.queued.state != "pending":
                self.waiting += subscriptions
                return
        row_id = None if mail is None else mail.queued.id
        self.served += [(one.alert_id, row_id) for one in subscriptions]


def rules_of(app: App) -> MatchRules:
    """The matching rules that the settings ask for."""
    return MatchRules(
        match_fields=app.settings.alert_match_fields,
        currency=app.settings.alert_currency,
        require_salary=app.settings.alert_require_salary,
    )


def plan(frequency: str, app: App, run: Run, report: RunReport) -> None:
    """Queue the digests of a frequency that are due."""
    with collecting_seldom():
        _plan(frequency, app, run, report)


def _plan(frequency: str, app: App, run: Run, report: RunReport) -> None:
    if run.options.dry_run:
        _Planner(frequency, app, run, report).plan()
        return
    # Two alert tasks at once could both show a person the same job: one plans after the other.
    with lock(app.engine, app.settings.database_url, "planning", wait=True, stop=app.stop):
        _Planner(frequency, app, run, report).plan()


class _Planner:
    """One run of one frequency."""

    def __init__(self, frequency: str, app: App, run: Run, report: RunReport) -> None:
        self.frequency = frequency
        self.app = app
        self.run = run
        self.report = report
        self.label = period_label(frequency, run.now, app.settings.timezone)
        self.messages: list[PlannedMessage] = []

    def plan(self) -> None:
        """Take in what is new, then match, compose and queue, batch by batch."""
        since = None
        if self.frequency == "immediate":
            since = self.run.now - timedelta(days=self.app.settings.job_lookback_days)
        dry_run = self.run.options.dry_run
        self.mailed_since = self.run.now - timedelta(days=self.app.settings.alert_repost_days)
        self.through = take_in(
            self.app.engine,
            created_since=since,
            dry_run=dry_run,
            now=self.run.now,
            gone_since=self.mailed_since,
            only=None if self.run.options.plan is None else self.run.options.plan.unseen,
        )
        with reading(self.app.engine) as connection:
            long_texts = store.searches_everywhere(connection, self.frequency)
        self.jobs = NewJobs(
            self.app.engine,
            rules_of(self.app),
            through=self.through,
            now=self.run.now,
            max_posted_age=timedelta(days=self.app.settings.alert_max_posted_age),
            with_unseen=dry_run,
            created_since=since,
            long_texts=long_texts,
        )
        complete = all(self._batch(batch) for batch in self._batches())
        self.report.messages = self.messages
        if complete and not dry_run:
            with self.app.engine.begin() as connection:
                runs.note_planned(connection, self.run.id, self.through)

    def _batches(self) -> Iterator[Sequence[Due]]:
        """The alerts that may be mailed, many at a time, each user's together."""
        after: str | None = None
        with reading(self.app.engine) as connection:
            shard = self.run.options.shard_words
            floor = runs.planned_floor(connection, self.run.task, shard)
        while True:
            with reading(self.app.engine) as connection:
                batch = store.served(
                    connection, self.frequency, after_user=after, floor=floor, limit=ALERT_BATCH
                )
            if not batch:
                return
            after = batch[-1].user_id
            yield [one for one in batch if in_shard(one.user_id, self.run.options.shard)]

    def _batch(self, batch: Sequence[Due]) -> bool:
        """Match a batch of alerts and queue its digests; False at the limit or a signal."""
        if not batch:
            return True
        search = self.jobs.search(min(one.floor for one in batch))
        found: dict[str, list[tuple[Alert, Sequence[Match]]]] = {}
        answers = search.answers(asked_for([(one.wish, one.floor) for one in batch]))
        for number, one in enumerate(batch):
            matches = answers and answers.matches(number)
            if matches:
                found.setdefault(one.user_id, []).append((one.alert, matches))
        users = [list(group) for _, group in groupby(batch, key=lambda one: one.user_id)]
        return all(
            not self.app.stop.is_set() and self._users(users[start : start + USER_BATCH], found)
            for start in range(0, len(users), USER_BATCH)
        )

    def _users(self, users: Sequence[list[Due]], found: Mapping[str, Found]) -> bool:
        """Compose and queue the digests of some users in one transaction."""
        with reading(self.app.engine) as connection:
            keys = {one[0].user_id: self._key(one[0].user_id) for one in users}
            taken = outbox.taken_keys(connection, list(keys.values()))
            due = [one for one in users if keys[one[0].user_id] not in taken]
            wanted = [one[0].user_id for one in due if one[0].user_id in found]
            histories = store.histories(connection, wanted, among=self.jobs.ids)
            known = vacancies.mailed(connection, wanted, self.jobs.reposts, since=self.mailed_since)
            histories = store.with_vacancies(histories, known)
            wishes = consents.read(connection, wanted, self.run.now, self.app.settings.timezone)
            locales = self.app.locales.of(connection, wanted)
        held = [one for one in users if keys[one[0].user_id] in taken]
        group = _Group(waiting=[due for one in held for due in one])  # the next period goes on
        for subscriptions in due:
            if self._limit_reached(len(group.mails)):
                self._write(group)
                return False
            user_id = subscriptions[0].user_id
            ways = {
                one.alert_id: wishes.of(user_id, f"alert:{one.alert_id}").way
                for one in subscriptions
            }
            if Way.LATER in ways.values():  # the weekly cap: it comes with the next digest
                group.waiting += subscriptions
                continue
            mailed = {
                one.alert_id
                for one in subscriptions
                if one.by_mail and ways[one.alert_id] is Way.MAIL
            }
            by_mail = [one for one in found.get(user_id, ()) if one[0].id in mailed]
            mail = None
            locale = locales.get(user_id, "")
            if by_mail:
                user = subscriptions[0].user
                mail = self._mail(user, by_mail, histories[user_id], locale)
            frozen = self.run.options.plan
            if mail is not None and frozen is not None and not frozen.holds(mail.queued):
                group.waiting += subscriptions  # it is not in the plan: the next run looks again
                continue
            group.add(subscriptions, mail)
            in_app = [one for one in found.get(user_id, ()) if one[0].id not in mailed]
            if in_app:
                group.notices += self._in_app(user_id, in_app, histories[user_id], mail, locale)
        self._write(group)
        return True

    def _limit_reached(self, more: int) -> bool:
        limit = self.run.options.limit
        return limit is not None and self.report.counts["planned"] + more >= limit

    def _key(self, user_id: str) -> str:
        return f"{alert_mail.KIND}:{self.frequency}:{user_id}:{self.label or self.through}"

    def _mail(self, user: User, found: Found, history: History, locale: str) -> _Mail | None:
        """A user's digest as a message; None when there is nothing to say."""
        digest = compose(
            found,
            excluded=lambda prepared: history.excludes(prepared.job.id, prepared.fingerprint),
            limits=DigestLimits(
                max_jobs=self.app.settings.alert_max_jobs,
                max_per_company=self.app.settings.alert_max_per_company,
            ),
        )
        if digest is None:
            return None
        return _Mail(queued=self._row(user, digest, locale), digest=digest)

    def _in_app(
        self, user_id: str, found: Found, history: History, mail: _Mail | None, locale: str
    ) -> Iterator[Notification]:
        """What a person wants to see without a mail, but for what a mail shows them already."""
        shown = {item.fingerprint for item in mail.digest.items} if mail else set()
        digest = compose(
            found,
            excluded=lambda prepared: (
                prepared.fingerprint in shown
                or history.excludes(prepared.job.id, prepared.fingerprint)
            ),
            limits=DigestLimits(max_jobs=self.app.settings.alert_max_jobs),
        )
        if digest is not None:
            row_id = str(uuid5(MESSAGE_IDS, f"{self._key(user_id)}:in-app:{self.through}"))
            yield self._notice(row_id, user_id, digest, locale, outbox_id=None)

    def _notice(
        self, row_id: str, user_id: str, digest: Digest, locale: str, *, outbox_id: str | None
    ) -> Notification:
        settings = self.app.settings
        words = Words.of(locale or settings.locale, settings.timezone, self.run.now)
        return Notification(
            id=row_id,
            user_id=user_id,
            kind=alert_mail.KIND,
            title=alert_mail.title(digest, words),
            link=f"{settings.site_url}/alerts",
            outbox_id=outbox_id,
            created_at=self.run.now,
        )

    def _of_mail(self, mail: _Mail) -> Notification:
        """The notification that goes with a mail."""
        row = mail.queued
        user_id = str(row.user_id)
        return self._notice(row.id, user_id, mail.digest, row.locale, outbox_id=row.id)

    def _row(self, user: User, digest: Digest, locale: str) -> Queued:
        kind = KINDS[alert_mail.KIND]
        key = self._key(user.id)
        try:
            recipient, state, reply = check_address(user.email), "pending", ""
        except MessageError as error:
            # Said once, not at every run: the key changes when the address does.
            recipient, state, reply = user.email, "dead", str(error)
            key = (
                f"{kind.name}:no-address:{user.id}:{zlib.crc32(recipient.encode(errors='replace'))}"
            )
        row_id = str(uuid5(MESSAGE_IDS, key))
        return Queued(
            id=row_id,
            dedupe_key=key,
            kind=kind.name,
            user_id=user.id,
            recipient=recipient,
            payload=alert_mail.payload(
                user,
                digest,
                frequency=self.frequency,
                period=self.label or f"{self.run.now:%F}",
                reposts=self.jobs.reposts,
            ),
            message_id=outbox.message_id_of(row_id, self.app.message_id_domain),
            created_at=self.run.now,
            priority=kind.priority,
            expires_at=self.run.now + kind.lifetime,
            run=self.run.id,
            state=state,
            last_reply=reply,
            locale=locale,
        )

    def _write(self, group: _Group) -> None:
        """Outbox rows, sent jobs and marks, in one transaction; a dry run only reports."""
        options = self.run.options
        if (options.dry_run and not options.counting) or options.detailed:
            self.messages += [self._described(mail) for mail in group.mails]
        if options.dry_run:
            self.report.counts["planned"] += len(group.mails)
            self.report.counts["of_everything"] += sum(mail.of_everything for mail in group.mails)
            return
        with self.app.engine.begin() as connection:
            new = outbox.queue(connection, [mail.queued for mail in group.mails])
            queued = [mail for mail in group.mails if mail.queued.id in new]
            pending = [mail for mail in queued if mail.queued.state == "pending"]
            notices = [*map(self._of_mail, queued), *group.notices]
            notifications.write(connection, notices)
            served = [alert for alert, mail_id in group.served if mail_id is None or mail_id in new]
            store.write_sent_jobs(connection, [row for mail in pending for row in mail.sent_jobs()])
            store.write_marks(connection, served, self.through)
            store.write_first_marks(connection, {one.alert_id: one.floor for one in group.waiting})
            if self.app.settings.write_last_run:
                store.write_last_run(connection, served, self.run.now)
        self.report.counts["planned"] += len(queued)
        self.report.counts["queued"] += len(queued)
        self.report.counts["dead"] += len(queued) - len(pending)

    def _described(self, mail: _Mail) -> PlannedMessage:
        queued = mail.queued
        return PlannedMessage(
            id=queued.id,
            kind=queued.kind,
            to=queued.recipient,
            subject=self.app.subject(queued.letter),
            state="planned" if queued.state == "pending" else queued.state,
            fingerprint=fingerprint(queued),
            alerts=tuple(section.alert.id for section in mail.digest.sections),
            jobs=tuple(
                PlannedJob(id=item.job.id, title=item.job.title, reasons=item.reasons)
                for item in mail.digest.items
            ),
        )


def in_shard(user_id: str, shard: tuple[int, int]) -> bool:
    """Whether a user belongs to part K of N: a stable hash, the same on every host."""
    part, parts = shard
    return parts == 1 or zlib.crc32(user_id.encode()) % parts == part - 1


def _task(frequency: str, about: str, schedule: Schedule) -> Task:
    return Task(
        name=f"{frequency}-alerts",
        about=about,
        schedule=schedule,
        plan=partial(plan, frequency),
        checks={alert_mail.KIND: alert_mail.check},
    )


TASKS = (
    _task("immediate", "New jobs for alerts that want them at once", Schedule(every_minutes=5)),
    _task("daily", "The day's new jobs, one mail a person", Schedule(at=time(9, 0))),
    _task("weekly", "The week's new jobs", Schedule(at=time(9, 0), weekday=0)),
    _task("monthly", "The month's new jobs", Schedule(at=time(9, 0), day=1)),
)
