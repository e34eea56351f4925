"""The jobs of a run: taken in once, read and indexed once."""

import gc
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from jobraker_cli.matching.eligible import is_fresh, is_open
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.model import Job, MatchRules
from jobraker_cli.store import jobs, runs, vacancies
from jobraker_cli.store.engine import reading

BLOCK = 5_000


class NewJobs:
    """Open jobs that came in above a floor, up to the intake of this run.

    `ids` and `fingerprints` are the jobs that were read and their vacancies; `reposts` says of
    those that an earlier intake knew, since when.
    """

    def __init__(
        self,
        engine: Engine,
        rules: MatchRules,
        *,
        through: int,
        now: datetime,
        max_posted_age: timedelta,
        with_unseen: bool,
        created_since: datetime | None,
        long_texts: bool,
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._through = through
        self._now = now
        self._posted_since = now - max_posted_age
        self._with_unseen = with_unseen
        self._created_since = created_since
        self._long_texts = long_texts
        self.reposts: dict[str, datetime] = {}
        self.ids: set[str] = set()
        self.fingerprints: set[str] = set()

    def search(self, after: int) -> Search:
        """The jobs of the intakes above `after`, indexed."""
        search = Search(self._rules)
        for block in self._read(after):
            search.feed(block)
        search.index()
        gc.freeze()  # what is indexed stays: it need not be looked through again
        return search

    def _read(self, after: int) -> Iterator[Sequence[PreparedJob]]:
        with reading(self._engine) as connection:
            for block in jobs.new_jobs(
                connection,
                self._rules,
                after=after,
                through=self._through,
                with_unseen=self._with_unseen,
                unseen_since=self._created_since,
                long_texts=self._long_texts,
                block=BLOCK,
            ):
                prepared = [prepare(job, self._rules) for job in block if self._fit(job)]
                self._recognize(connection, prepared)
                self.ids.update(one.job.id for one in prepared)
                self.fingerprints.update(one.fingerprint for one in prepared)
                yield prepared

    def _recognize(self, connection: Connection, block: Sequence[PreparedJob]) -> None:
        """Note which vacancies of a block were posted before."""
        known = vacancies.known(connection, {one.fingerprint for one in block})
        for one in block:
            vacancy = known.get(one.fingerprint)
            if vacancy is not None and vacancy.run_seq < one.job.run_seq:
                self.reposts[one.fingerprint] = vacancy.first_seen

    def _fit(self, job: Job) -> bool:
        return is_fresh(job, self._posted_since) and is_open(job, self._now)


def take_in(
    engine: Engine,
    *,
    created_since: datetime | None,
    dry_run: bool,
    now: datetime,
    gone_since: datetime,
    only: Collection[str] | None = None,
) -> int:
    """Write down the jobs that are new with their vacancies; the number of this intake.

    A vacancy without any posting since `gone_since` is new again. With `only`, jobs that are not
    among these stay new. A dry run writes nothing and gives the number that the intake would have.
    """
    if dry_run:
        with reading(engine) as connection:
            return runs.peek_number(connection, "run_seq") + 1
    with engine.begin() as connection:
        run_seq = runs.next_number(connection, "run_seq")
        if jobs.take_in(connection, run_seq, created_since=created_since, only=only):
            vacancies.remember(connection, run_seq, now=now, gone_since=gone_since)
        return run_seq
