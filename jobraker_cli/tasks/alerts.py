"""The tasks `daily-alerts`, `weekly-alerts`, `monthly-alerts`, `immediate-alerts`.

New jobs are those the ledger has not seen; an alert is served the intakes above its mark; a person
gets one mail a run and calendar period. Mark, sent jobs and outbox row commit together.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import cache, partial

from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import JobrakerError
from jobraker_cli.model import MatchRules
from jobraker_cli.processes import Died, Processes, Tell, may_fork, meanwhile
from jobraker_cli.store import alerts as store
from jobraker_cli.store import runs
from jobraker_cli.store.engine import reading
from jobraker_cli.store.locks import lock
from jobraker_cli.tasks import alert_mail
from jobraker_cli.tasks.alert_group import Writer
from jobraker_cli.tasks.alert_making import Maker
from jobraker_cli.tasks.alert_serving import Serving
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.collecting import collecting_seldom
from jobraker_cli.tasks.new_jobs import NewJobs, take_in
from jobraker_cli.tasks.periods import Schedule, period_label
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task

ALERT_BATCH = 20_000  # alerts matched together

Range = tuple[str | None, str | None]  # of users: from the one after the first, through the second


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one process did of a plan; `error` is what ended it early."""

    counts: Counter[str]
    complete: bool
    error: Exception | None = None


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
        if self._serve_all(self._prepare()) and not self.run.options.dry_run:
            with self.app.engine.begin() as connection:
                runs.note_planned(connection, self.run.id, self.through)

    def _prepare(self) -> Sequence[Range]:
        """Take in and index what is new; the ranges of users to serve, none if nobody has an alert.

        PostgreSQL counts the alerts meanwhile; in SQLite a reader would be in the writer's way.
        """
        with reading(self.app.engine) as connection:
            shard = self.run.options.shard_words
            self.floor = runs.planned_floor(connection, self.run.task, shard)
        at_once = self.app.engine.dialect.name == "postgresql"
        with meanwhile() if at_once else nullcontext(cache) as begin:
            scope: Callable[[], store.Scope] = begin(self._scope)
            bounds: Callable[[], Sequence[str]] = begin(lambda: self._bounds(scope()))
            self.through = self._take_in()
            if not scope().alerts:
                return ()
            self.jobs = self._new_jobs(long_texts=scope().everywhere)
            self.search = self.jobs.search(scope().floor)
            return list(zip((None, *bounds()), (*bounds(), None), strict=True))

    def _scope(self) -> store.Scope:
        with reading(self.app.engine) as connection:
            return store.scope(connection, self.frequency, self.floor)

    def _bounds(self, scope: store.Scope) -> Sequence[str]:
        if scope.alerts <= ALERT_BATCH:
            return ()
        with reading(self.app.engine) as connection:
            return store.bounds(connection, self.frequency, ALERT_BATCH)

    def _take_in(self) -> int:
        return take_in(
            self.app.engine,
            created_since=self.since,
            dry_run=self.run.options.dry_run,
            now=self.run.now,
            gone_since=self.mailed_since,
            only=None if self.run.options.plan is None else self.run.options.plan.unseen,
        )

    def _serve_all(self, ranges: Sequence[Range]) -> bool:
        """Serve every alert that may be mailed; False if the limit or a signal ended it early."""
        processes = self._worth(len(ranges))
        if processes > 1:
            return self._shared([ranges[number::processes] for number in range(processes)])
        return self._serve(ranges, self.report) if ranges else True

    def _worth(self, ranges: int) -> int:
        """How many processes share the ranges; what is to be shown or bounded, one does alone."""
        options = self.run.options
        alone = options.detailed or (
            not options.counting and (options.dry_run or options.limit is not None)
        )
        if alone or self.app.engine.dialect.name != "postgresql" or not may_fork():
            return 1
        return min(self.app.settings.alert_workers, ranges)

    def _new_jobs(self, *, long_texts: bool) -> NewJobs:
        return NewJobs(
            self.app.engine,
            rules_of(self.app),
            through=self.through,
            now=self.run.now,
            max_posted_age=timedelta(days=self.app.settings.alert_max_posted_age),
            with_unseen=self.run.options.dry_run,
            created_since=self.since,
            long_texts=long_texts,
        )

    def _shared(self, shares: Sequence[Sequence[Range]]) -> bool:
        """Serve ranges in a process for each share; what ends one early ends all."""
        processes = Processes(
            after_fork=lambda: self.app.engine.dispose(close=False), stop=self.app.stop
        )
        for share in shares:
            processes.start(partial(self._part, share))
        complete, error = True, None
        for part in processes.outcomes():
            if isinstance(part, _Part):
                self.report.counts.update(part.counts)
                error = error or part.error
                complete &= part.complete
            else:
                error = error or _died(part)
            if error:
                processes.tell_to_stop()
        if error:
            raise error
        limit, counts = self.run.options.limit, self.report.counts
        if limit is not None:  # each process counted up to it
            counts["planned"] = min(limit, counts["planned"])
            counts["of_everything"] = min(limit, counts["of_everything"])
        return complete

    def _part(self, ranges: Sequence[Range], _: Tell) -> _Part:
        """What a process of several does; what it wrote counts however it ends."""
        report = replace(self.report, counts=Counter())
        try:
            complete = self._serve(ranges, report)
        except (JobrakerError, DBAPIError) as error:
            return _Part(counts=report.counts, complete=False, error=error)
        return _Part(counts=report.counts, complete=complete)

    def _serve(self, ranges: Sequence[Range], report: RunReport) -> bool:
        make = Maker(
            self.app,
            self.run,
            frequency=self.frequency,
            label=period_label(self.frequency, self.run.now, self.app.settings.timezone),
            through=self.through,
            reposts=self.jobs.reposts,
        )
        writer = Writer(self.app, self.run, report, through=self.through, notice=make.of_mail)
        serving = Serving(
            self.app,
            self.run,
            jobs=self.jobs,
            search=self.search,
            make=make,
            writer=writer,
            mailed_since=self.mailed_since,
        )
        complete = all(serving.batch(batch) for batch in self._batches(ranges))
        report.messages = writer.messages
        return complete

    def _batches(self, ranges: Sequence[Range]) -> Iterator[Sequence[store.Due]]:
        """The alerts that may be mailed, many at a time, each user's together."""
        for after, through in ranges:
            with reading(self.app.engine) as connection:
                batch = store.served(
                    connection,
                    self.frequency,
                    after_user=after,
                    through_user=through,
                    floor=self.floor,
                )
            yield [one for one in batch if in_shard(one.user_id, self.run.options.shard)]


def _died(outcome: object) -> JobrakerError:
    code = outcome.exit_code if isinstance(outcome, Died) else outcome
    return JobrakerError(
        f"A planning process ended early (exit {code}); the next run does what it left"
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
