"""What a person is shown: one digest of all their alerts, every vacancy once, fairly shared."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Protocol

from jobraker_cli.matching.match import Ranked
from jobraker_cli.matching.prepared import Advert, PreparedJob
from jobraker_cli.matching.ranks import JOBS, job_of
from jobraker_cli.model import Job

SCANNED = 500  # matches of a person that are looked through to count what is not shown


class Heading(Protocol):
    """What a section says of its alert."""

    @property
    def id(self) -> str:
        """The alert's id."""

    @property
    def name(self) -> str:
        """What its owner calls it."""


Found = Sequence[tuple[Heading, Ranked]]
Queue = Sequence[int]  # ranks, the best first


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLimits:
    """How much one digest shows: of all jobs, and of one company while others are left."""

    max_jobs: int = 10
    max_per_company: int = 2


class Item(NamedTuple):
    """A vacancy, and why somebody is shown it."""

    advert: Advert
    reasons: tuple[str, ...]

    @property
    def job(self) -> Job:
        """The best of its postings."""
        return self.advert.job


class Section(NamedTuple):
    """What is shown of one alert, best first; never empty."""

    alert: Heading
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

    A vacancy is shown once, in the alert where it ranks best, else the one that found the fewest.
    The alerts take turns, so that each that has something left is served before any is served
    twice.
    """
    if not found:
        return None
    vacancies = _Vacancies([matches for _, matches in found], excluded)
    vacancies.look_through(limits)
    shown = vacancies.choose(limits)
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
        self._seen: list[int] = []  # ranks of the postings looked at
        self.best: list[dict[int, int]] = [{} for _ in found]
        self.owners: dict[int, int] = {}

    def look_through(self, limits: DigestLimits) -> None:
        """Find of each alert at least as many vacancies as could be shown, if it has them."""
        many = sum(map(len, self._found)) > SCANNED
        share = SCANNED // len(self._found) if many else SCANNED
        for alert in sorted(range(len(self._found)), key=lambda one: len(self._found[one])):
            matches = self._found[alert]
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
        self._seen += ranks
        vacancies = self._board.vacancies
        # From the end, so that the best is taken last, and stays.
        mine = {vacancies[JOBS - (rank & JOBS)]: rank for rank in reversed(ranks)}
        for vacancy in mine.keys() & self.owners.keys():
            theirs = self.best[self.owners[vacancy]]
            del (theirs if mine[vacancy] < theirs[vacancy] else mine)[vacancy]
        self.best[alert].update(mine)
        self.owners.update(dict.fromkeys(mine, alert))
        return mine.values()

    def choose(self, limits: DigestLimits) -> set[int]:
        """The ranks of what to show: within the company limit first, then of what is left."""
        if len(self.owners) <= limits.max_jobs:  # all of them, whosever they are
            return {rank for best in self.best for rank in best.values()}
        companies = self._board.companies
        queues = [sorted(best.values()) for best in self.best]
        if len(queues) > 1:  # the least choice first
            queues.sort(key=lambda queue: len({companies[JOBS - (rank & JOBS)] for rank in queue}))
        choice = _Choice(companies, limits.max_jobs)
        for limit in (limits.max_per_company, limits.max_jobs):
            choice.fill(queues, limit)
        return choice.ranks

    def items(self, shown: Collection[int]) -> list[tuple[Item, ...]]:
        """What is shown of each alert, best first; `shown` has the best rank of each vacancy."""
        jobs, vacancies = self._board.jobs, self._board.vacancies
        found, owners = self._found, self.owners
        postings = self._postings(shown)
        mine: list[list[Item]] = [[] for _ in self._found]
        for rank in sorted(shown):
            number = JOBS - (rank & JOBS)
            best, vacancy = jobs[number], vacancies[number]
            alert = owners[vacancy]
            advert = best.advert
            if vacancy in postings:
                advert = together(advert, [jobs[one] for one in postings[vacancy]])
            mine[alert].append(Item(advert, found[alert].reasons(best)))
        return [tuple(items) for items in mine]

    def _postings(self, shown: Collection[int]) -> dict[int, list[int]]:
        """By vacancy the numbers of its postings that were found, best first, if it has several."""
        if len(self._seen) == len(self.owners):
            return {}
        vacancies, reposted = self._board.vacancies, self._board.reposted
        wanted = {vacancies[job_of(rank)] for rank in shown} & reposted
        postings: dict[int, dict[int, None]] = {vacancy: {} for vacancy in wanted}
        for rank in sorted(self._seen) if wanted else ():
            job = JOBS - (rank & JOBS)
            if vacancies[job] in wanted:
                postings[vacancies[job]][job] = None
        return {vacancy: list(jobs) for vacancy, jobs in postings.items()}


def together(best: Advert, postings: Sequence[PreparedJob]) -> Advert:
    """A vacancy with all of its postings, best first."""
    places = dict.fromkeys(chain.from_iterable([one.places for one in postings]))
    return best._replace(places=tuple(places), job_ids=tuple([one.job.id for one in postings]))


class _Choice:
    """The ranks of what is shown, at most so many; `companies` says by job of which each is."""

    def __init__(self, companies: Sequence[int], most: int) -> None:
        self.ranks: set[int] = set()
        self._companies = companies
        self._taken: dict[int, int] = {}  # by company
        self._most = most

    def fill(self, queues: Sequence[Queue], limit: int) -> None:
        """Take from each queue in turn the next that is not shown and whose company has room."""
        companies, taken, ranks = self._companies, self._taken, self.ranks
        waiting = deque(map(iter, queues))
        while waiting and len(ranks) < self._most:
            queue = waiting.popleft()
            for rank in queue:
                company = companies[JOBS - (rank & JOBS)]
                count = taken.get(company, 0)
                if count < limit and rank not in ranks:
                    taken[company] = count + 1
                    ranks.add(rank)
                    waiting.append(queue)
                    break
