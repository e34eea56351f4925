"""What a person is shown: one digest of all their alerts, every vacancy once, fairly shared."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from jobraker_cli.matching.match import Match
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.model import Alert, Job

SCANNED = 500  # matches of a person that are looked through to count what is not shown

Found = Sequence[tuple[Alert, Sequence[Match]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLimits:
    """How much one digest shows: of all jobs, and of one company while others are left."""

    max_jobs: int = 10
    max_per_company: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A vacancy: near-identical postings as one.

    `job` is the best of them, `places` their distinct location texts and `job_ids` their ids, best
    first.
    """

    job: Job
    places: tuple[str, ...]
    job_ids: tuple[str, ...]
    fingerprint: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is shown of one alert, best first; never empty."""

    alert: Alert
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
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


@dataclass(slots=True)
class _Vacancy:
    """A vacancy on the way into a digest: its postings, and the alert in which it ranks best."""

    alert: int
    best: Match
    postings: dict[str, Match]  # by job id

    @property
    def fingerprint(self) -> str:
        return self.best.job.fingerprint

    @property
    def company(self) -> str:
        """Whose it is; postings without a company are of no one company."""
        return self.best.job.employer or self.fingerprint

    def item(self) -> Item:
        postings = sorted(self.postings.values(), key=lambda match: match.rank)
        places = (" ".join(match.job.job.location.split()) for match in postings)
        return Item(
            job=self.best.job.job,
            places=tuple(dict.fromkeys(filter(None, places))),
            job_ids=tuple(match.job.job.id for match in postings),
            fingerprint=self.best.job.fingerprint,
            reasons=self.best.reasons,
        )


def compose(
    found: Found, *, excluded: Callable[[PreparedJob], bool], limits: DigestLimits
) -> Digest | None:
    """One person's digest from the matches of their alerts, each best first; None if it is empty.

    A vacancy is shown once, in the alert where it ranks best, else the first. The alerts take
    turns, so that each that has something left is served before any is served twice.
    """
    vacancies = _vacancies(found, excluded, limits)
    queues: list[list[_Vacancy]] = [[] for _ in found]
    for vacancy in sorted(vacancies, key=lambda one: one.best.rank):
        queues[vacancy.alert].append(vacancy)
    shown = _choose(queues, limits)
    sections = (
        Section(alert=alert, items=tuple(one.item() for one in queue if one.fingerprint in shown))
        for (alert, _), queue in zip(found, queues, strict=True)
    )
    filled = tuple(section for section in sections if section.items)
    return Digest(sections=filled, more=len(vacancies) - len(shown)) if filled else None


def _vacancies(
    found: Found, excluded: Callable[[PreparedJob], bool], limits: DigestLimits
) -> list[_Vacancy]:
    """The vacancies of all alerts: of each at least as many as could be shown, if it has them."""
    known: dict[str, _Vacancy] = {}
    many = sum(len(matches) for _, matches in found) > SCANNED
    share = SCANNED // len(found) if many else SCANNED
    for alert, (_, matches) in enumerate(found):
        companies: Counter[str] = Counter()
        could_show = 0
        for scanned, match in enumerate(matches):
            if scanned >= share and could_show >= limits.max_jobs:
                break
            if excluded(match.job):
                continue
            vacancy = known.get(match.job.fingerprint)
            if vacancy is None or match.rank < vacancy.best.rank:
                vacancy = _claim(vacancy, alert, match)
                known[vacancy.fingerprint] = vacancy
                companies[vacancy.company] += 1
                could_show += companies[vacancy.company] <= limits.max_per_company
            vacancy.postings.setdefault(match.job.job.id, match)
    return list(known.values())


def _claim(vacancy: _Vacancy | None, alert: int, match: Match) -> _Vacancy:
    """The vacancy for the alert in which it ranks best so far."""
    postings = vacancy.postings if vacancy else {}
    postings[match.job.job.id] = match
    return _Vacancy(alert, match, postings)


def _choose(queues: Sequence[Sequence[_Vacancy]], limits: DigestLimits) -> set[str]:
    """The fingerprints of what to show: within the company limit first, then of what is left."""
    turns = sorted(queues, key=lambda queue: len({one.company for one in queue}))  # least choice
    shown: set[str] = set()
    companies: Counter[str] = Counter()
    for limit in (limits.max_per_company, limits.max_jobs):
        room = limits.max_jobs - len(shown)
        for one in islice(_in_turns(turns, limit, companies, shown), room):
            shown.add(one.fingerprint)
            companies[one.company] += 1
    return shown


def _in_turns(
    queues: Sequence[Sequence[_Vacancy]], limit: int, companies: Counter[str], shown: set[str]
) -> Iterator[_Vacancy]:
    """From each queue in turn the next vacancy that is not shown and whose company has room."""
    waiting = deque(map(iter, queues))
    while waiting:
        queue = waiting.popleft()
        for one in queue:
            if one.fingerprint not in shown and companies[one.company] < limit:
                yield one
                waiting.append(queue)
                break
