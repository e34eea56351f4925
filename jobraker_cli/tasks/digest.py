"""What a person is shown: one digest of all their alerts, every vacancy once, fairly shared."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from jobraker_cli.matching.match import Ranked
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.matching.ranks import JOBS, job_of
from jobraker_cli.model import Alert, Job

SCANNED = 500  # matches of a person that are looked through to count what is not shown

Found = Sequence[tuple[Alert, Ranked]]
Queue = Sequence[tuple[int, int]]  # ranks, the best first, each with the number of its company


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLimits:
    """How much one digest shows: of all jobs, and of one company while others are left."""

    max_jobs: int = 10
    max_per_company: int = 2


class Item(NamedTuple):
    """A vacancy: near-identical postings as one.

    `job` is the best of them, `places` their distinct location texts and `job_ids` their ids, best
    first.
    """

    job: Job
    places: tuple[str, ...]
    job_ids: tuple[str, ...]
    fingerprint: str
    reasons: tuple[str, ...]


class Section(NamedTuple):
    """What is shown of one alert, best first; never empty."""

    alert: Alert
    items: tuple[Item, ...]


class Digest(NamedTuple):
    """What one person is shown.

    `more` counts the further vacancies that matched. It is exact up to 500 matches; of a person
    with more it is a lower bound.
    """

    sections: tuple[Section, ...]
    more: int

    @property
    def items(self) -> tuple[Item, ...]:
        """All vacancies, section by section."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def total(self) -> int:
        """How many vacancies matched, shown or not."""
        return sum(len(section.items) for section in self.sections) + self.more


def compose(
    found: Found, *, excluded: Callable[[PreparedJob], bool] | None, limits: DigestLimits
) -> Digest | None:
    """One person's digest from the matches of their alerts, each best first; None if it is empty.

    A vacancy is shown once, in the alert where it ranks best, else the first. The alerts take
    turns, so that each that has something left is served before any is served twice.
    """
    if not found:
        return None
    vacancies = _Vacancies([matches for _, matches in found], excluded)
    vacancies.look_through(limits)
    shown = _choose(vacancies.queues(), limits)
    items = vacancies.items(shown)
    filled = tuple(
        Section(alert, mine) for (alert, _), mine in zip(found, items, strict=True) if mine
    )
    return Digest(sections=filled, more=len(vacancies.owners) - len(shown)) if filled else None


class _Vacancies:
    """The vacancies that a person's alerts found, by their number on the board.

    `best` has for each alert those that rank best in it, with the rank of their best posting;
    `owners` says of each which alert that is.
    """

    def __init__(
        self, found: Sequence[Ranked], excluded: Callable[[PreparedJob], bool] | None
    ) -> None:
        self._found = found
        self._board = found[0].board
        self._excluded = excluded
        self._seen: list[list[int]] = [[] for _ in found]  # ranks of the postings looked at
        self.best: list[dict[int, int]] = [{} for _ in found]
        self.owners: dict[int, int] = {}

    def look_through(self, limits: DigestLimits) -> None:
        """Find of each alert at least as many vacancies as could be shown, if it has them."""
        many = sum(map(len, self._found)) > SCANNED
        share = SCANNED // len(self._found) if many else SCANNED
        for alert, matches in enumerate(self._found):
            self._take(alert, matches.ranks(0, share))
            if len(matches) > share:
                self._look_further(alert, share, limits)

    def _look_further(self, alert: int, start: int, limits: DigestLimits) -> None:
        """Look at an alert's matches from there on until there are enough to show."""
        number_of = self._board.companies
        companies = Counter([number_of[job_of(rank)] for rank in self.best[alert].values()])
        enough = sum(min(count, limits.max_per_company) for count in companies.values())
        for at in range(start, len(self._found[alert])):
            if enough >= limits.max_jobs:
                return
            for rank in self._take(alert, self._found[alert].ranks(at, at + 1)):
                company = number_of[job_of(rank)]
                companies[company] += 1
                enough += companies[company] <= limits.max_per_company

    def _take(self, alert: int, ranks: list[int]) -> Collection[int]:
        """Take in further matches of an alert; the best of each vacancy that now is the alert's."""
        if self._excluded is not None:
            jobs, excluded = self._board.jobs, self._excluded
            ranks = [rank for rank in ranks if not excluded(jobs[job_of(rank)])]
        self._seen[alert] += ranks
        ranks = ranks[::-1]  # so that the best is taken last, and stays
        vacancies = self._board.vacancies
        mine = {vacancies[JOBS - (rank & JOBS)]: rank for rank in ranks}
        for vacancy in mine.keys() & self.owners.keys():
            theirs = self.best[self.owners[vacancy]]
            del (theirs if mine[vacancy] < theirs[vacancy] else mine)[vacancy]
        self.best[alert].update(mine)
        self.owners.update(dict.fromkeys(mine, alert))
        return mine.values()

    def queues(self) -> list[Queue]:
        """By alert what it found, best first."""
        companies = self._board.companies
        return [
            [(rank, companies[JOBS - (rank & JOBS)]) for rank in sorted(best.values())]
            for best in self.best
        ]

    def items(self, shown: Collection[int]) -> list[tuple[Item, ...]]:
        """What is shown of each alert, best first; `shown` has the best rank of each vacancy."""
        vacancies = self._board.vacancies
        ranks = {vacancies[JOBS - (rank & JOBS)]: rank for rank in sorted(shown)}
        postings = self._postings(ranks.keys() & self._board.reposted)
        mine: list[list[Item]] = [[] for _ in self._found]
        for vacancy, rank in ranks.items():
            alert = self.owners[vacancy]
            mine[alert].append(self._item(alert, rank, postings.get(vacancy, ())))
        return [tuple(items) for items in mine]

    def _postings(self, wanted: Set[int]) -> dict[int, list[int]]:
        """By vacancy the ranks of its postings that were found, best first."""
        if not wanted:
            return {}
        vacancies = self._board.vacancies
        postings: dict[int, dict[int, int]] = {vacancy: {} for vacancy in wanted}
        for rank in chain.from_iterable(self._seen):
            job = JOBS - (rank & JOBS)
            if vacancies[job] in wanted:
                known = postings[vacancies[job]]
                known[job] = min(rank, known.get(job, rank))
        return {vacancy: sorted(ranks.values()) for vacancy, ranks in postings.items()}

    def _item(self, alert: int, rank: int, postings: Sequence[int]) -> Item:
        jobs = self._board.jobs
        best = jobs[JOBS - (rank & JOBS)]
        reasons = self._found[alert].reasons(best)
        if len(postings) < 2:
            return Item(best.job, best.places, (best.job.id,), best.fingerprint, reasons)
        alike = [jobs[job_of(one)] for one in postings]
        places = dict.fromkeys(chain.from_iterable([one.places for one in alike]))
        ids = tuple([one.job.id for one in alike])
        return Item(best.job, tuple(places), ids, best.fingerprint, reasons)


def _choose(queues: Sequence[Queue], limits: DigestLimits) -> set[int]:
    """The ranks of what to show: within the company limit first, then of what is left."""
    turns = queues
    if len(queues) > 1:  # the least choice first
        turns = sorted(queues, key=lambda queue: len({company for _, company in queue}))
    shown: set[int] = set()
    companies: Counter[int] = Counter()
    for limit in (limits.max_per_company, limits.max_jobs):
        room = limits.max_jobs - len(shown)
        for rank, company in islice(_in_turns(turns, limit, companies, shown), room):
            shown.add(rank)
            companies[company] += 1
    return shown


def _in_turns(
    queues: Sequence[Queue], limit: int, companies: Mapping[int, int], shown: Set[int]
) -> Iterator[tuple[int, int]]:
    """From each queue in turn the next vacancy that is not shown and whose company has room."""
    waiting = deque(map(iter, queues))
    while waiting:
        queue = waiting.popleft()
        for rank, company in queue:
            if companies[company] < limit and rank not in shown:
                yield rank, company
                waiting.append(queue)
                break
