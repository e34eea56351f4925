"""The tasks `daily-alerts`, `weekly-alerts`, `monthly-alerts`, `immediate-alerts`.

New jobs are those the ledger has not seen; an alert is served the intakes above its mark; a person
gets one mail a run and calendar period. Mark, sent jobs and outbox row commit together.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import time, timedelta
from functools import partial
from itertools import groupby
from typing import NamedTuple

from jobraker_cli.mail.consent import ONE_ALERT, Way
from jobraker_cli.matching.asked import asked_for
from jobraker_cli.matching.match import Ranked
from jobraker_cli.model import Alert, MatchRules
from jobraker_cli.store import alerts as store
from jobraker_cli.store import past, queueing, runs, vacancies
from jobraker_cli.store.alerts import Due
from jobraker_cli.store.engine import reading
from jobraker_cli.store.locks import lock
from jobraker_cli.store.past import History
from jobraker_cli.tasks import alert_mail, consents
from jobraker_cli.tasks.alert_group import Group, Writer
from jobraker_cli.tasks.alert_making import Found, Maker
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.collecting import collecting_seldom
from jobraker_cli.tasks.new_jobs import NewJobs, take_in
from jobraker_cli.tasks.periods import Schedule, period_label
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task

ALERT_BATCH = 40_000  # alerts matched together
KNOWN_BATCH = 10_000  # users whose pasts and choices are read together
USER_BATCH = 2_500  # users queued in one transaction


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


class _Known(NamedTuple):
    """What is known of some people: who was served this period, what they did, what they chose."""

    served: set[str]
    histories: Mapping[str, History]
    wishes: consents.Consents
    locales: Mapping[str, str]


class _Planner:
    """One run of one frequency."""

    def __init__(self, frequency: str, app: App, run: Run, report: RunReport) -> None:
        self.frequency = frequency
        self.app = app
        self.run = run
        self.report = report
        self.since = None  # of the jobs that are looked through for new ones
        if frequency == "immediate":
            self.since = run.now - timedelta(days=app.settings.job_lookback_days)
        self.mailed_since = run.now - timedelta(days=app.settings.alert_repost_days)

    def plan(self) -> None:
        """Take in what is new, then match, compose and queue, batch by batch."""
        dry_run = self.run.options.dry_run
        through = take_in(
            self.app.engine,
            created_since=self.since,
            dry_run=dry_run,
            now=self.run.now,
            gone_since=self.mailed_since,
            only=None if self.run.options.plan is None else self.run.options.plan.unseen,
        )
        self.jobs = self._new_jobs(through)
        self.make = Maker(
            self.app,
            self.run,
            frequency=self.frequency,
            label=period_label(self.frequency, self.run.now, self.app.settings.timezone),
            through=through,
            reposts=self.jobs.reposts,
        )
        with Writer(
            self.app, self.run, self.report, through=through, notice=self.make.of_mail
        ) as self.writer:
            complete = all(self._batch(batch) for batch in self._batches())
        self.report.messages = self.writer.messages
        if complete and not dry_run:
            with self.app.engine.begin() as connection:
                runs.note_planned(connection, self.run.id, through)

    def _new_jobs(self, through: int) -> NewJobs:
        with reading(self.app.engine) as connection:
            long_texts = store.searches_everywhere(connection, self.frequency)
        return NewJobs(
            self.app.engine,
            rules_of(self.app),
            through=through,
            now=self.run.now,
            max_posted_age=timedelta(days=self.app.settings.alert_max_posted_age),
            with_unseen=self.run.options.dry_run,
            created_since=self.since,
            long_texts=long_texts,
        )

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
        found: dict[str, list[tuple[Alert, Ranked]]] = {}
        answers = search.answers(asked_for([(one.wish, one.floor) for one in batch]))
        for number, one in enumerate(batch):
            matches = answers and answers.matches(number)
            if matches:
                found.setdefault(one.user_id, []).append((one.alert, matches))
        users = [list(group) for _, group in groupby(batch, key=lambda one: one.user_id)]
        return all(self._people(part, found) for part in _parts(users, KNOWN_BATCH))

    def _people(self, users: Sequence[list[Due]], found: Mapping[str, Found]) -> bool:
        """Queue the digests of some users, group by group; False at the limit or a signal."""
        if self.app.stop.is_set():
            return False
        known = self._known([one[0].user_id for one in users], found)
        return all(
            not self.app.stop.is_set() and self._users(part, found, known)
            for part in _parts(users, USER_BATCH)
        )

    def _users(self, users: Sequence[list[Due]], found: Mapping[str, Found], known: _Known) -> bool:
        """Compose and queue the digests of some users in one transaction."""
        group = Group()
        for subscriptions in users:
            if subscriptions[0].user_id in known.served:
                group.waiting += subscriptions  # the next period goes on
        for subscriptions in users:
            user_id = subscriptions[0].user_id
            if user_id in known.served:
                continue
            if not self.writer.has_room(group):
                self.writer.write(group)
                return False
            self._serve(user_id, subscriptions, found.get(user_id, ()), known, group)
        self.writer.write(group)
        return True

    def _known(self, user_ids: Sequence[str], found: Mapping[str, Found]) -> _Known:
        with reading(self.app.engine) as connection:
            keys = {self.make.key(user_id): user_id for user_id in user_ids}
            served = {keys[key] for key in queueing.taken_keys(connection, keys)}
            wanted = [one for one in user_ids if one in found and one not in served]
            known = vacancies.mailed(connection, wanted, self.jobs.reposts, since=self.mailed_since)
            histories = past.histories(connection, wanted, among=self.jobs.ids)
            return _Known(
                served=served,
                histories=past.with_vacancies(histories, known),
                wishes=consents.read(connection, wanted, self.run.now, self.app.settings.timezone),
                locales=self.app.locales.of(connection, wanted),
            )

    def _serve(
        self, user_id: str, alerts: Sequence[Due], found: Found, known: _Known, group: Group
    ) -> None:
        """Compose what one person gets of what their alerts found."""
        if not found:
            group.add(alerts, None)
            return
        ways = _ways(alerts, known.wishes)
        if Way.LATER in ways.values():  # the weekly cap: it comes with the next digest
            group.waiting += alerts
            return
        mailed = {one.alert_id for one in alerts if one.by_mail and ways[one.alert_id] is Way.MAIL}
        locale = known.locales.get(user_id, "")
        mail = None
        by_mail = [one for one in found if one[0].id in mailed]
        if by_mail:
            mail = self.make.mail(alerts[0].user, by_mail, known.histories[user_id], locale)
        frozen = self.run.options.plan
        if mail is not None and frozen is not None and not frozen.holds(mail.queued):
            group.waiting += alerts  # it is not in the plan: the next run looks again
            return
        group.add(alerts, mail)
        in_app = [one for one in found if one[0].id not in mailed]
        if in_app:
            history = known.histories[user_id]
            group.notices += self.make.in_app(user_id, in_app, history, mail, locale)


def _ways(alerts: Sequence[Due], wishes: consents.Consents) -> dict[str, Way]:
    """How one person wants to be told of what each alert finds, by its id."""
    if alerts[0].user_id not in wishes.chosen:
        return {one.alert_id: Way.MAIL for one in alerts}
    return {
        one.alert_id: wishes.of(one.user_id, f"{ONE_ALERT}{one.alert_id}").way for one in alerts
    }


def _parts(users: Sequence[list[Due]], size: int) -> Iterator[Sequence[list[Due]]]:
    return (users[start : start + size] for start in range(0, len(users), size))


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
