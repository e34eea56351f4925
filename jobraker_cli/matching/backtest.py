"""What an alert would have found: how many jobs, what each condition costs, what would change it.

All variants of the alert are asked of each block of jobs, so that one pass over them is enough; a
second one counts what would narrow an alert that finds very much.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jobraker_cli.matching.criteria import wish_of
from jobraker_cli.matching.match import Match
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.narrower import A_LOT, FEW, WORD, Narrower, Traits
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.model import Alert, Job, MatchRules

SAMPLES = 10
_KEPT = 50  # matches among which the samples are found: many may be of one vacancy
_KEYWORDS_TRIED = 10  # keywords that are left out one by one
_MANY = 5  # jobs a week from which on narrowing is worth a thought
_WORDS_SAID = 3  # words of titles that are suggested
_WEEK = 7  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change of the alert does. `times` is the number beside the alert's own, None for 0."""

    change: str
    matches: int
    per_week: float
    times: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A job that the alert finds, and why."""

    job: Job
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the alert would have found among `jobs` jobs of `days` days.

    `vacancies` counts near-identical postings once; `weeks` are in order, the first may be short;
    `clauses` says for each condition what would be found without it.
    """

    days: float
    jobs: int
    matches: int
    vacancies: int
    per_week: float
    weeks: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...]
    clauses: tuple[Effect, ...]
    suggestions: tuple[Effect, ...]


class Backtest:
    """One alert on the jobs of a board's past; `week` names the week of a moment."""

    def __init__(self, alert: Alert, rules: MatchRules, week: Callable[[datetime], str]) -> None:
        self._alert = replace(alert, floor=0)
        self._rules = rules
        self._week = week
        self._clauses = dict(_without_each(self._alert))
        self._changes = dict(_changed(self._alert))
        self._narrower: list[Narrower] = []
        self._found: Counter[str] = Counter()
        self._traits = Traits(self._alert)
        self._weeks: Counter[str] = Counter()
        self._vacancies: set[str] = set()
        self._samples: list[Match] = []
        self._jobs = 0
        self._matches = 0

    def feed(self, jobs: Sequence[PreparedJob]) -> None:
        """Take in a block of jobs, each once; of an intake above 0."""
        search = self._searched(jobs)
        self._jobs += len(jobs)
        self._count(search, (self._clauses | self._changes).items())
        matches = search.matches(wish_of(self._alert), 0) or ()
        for match in matches:
            self._note(match.job)
        newest = heapq.nsmallest(_KEPT, matches, key=_age)
        self._samples = sorted((*self._samples, *newest), key=_age)[:_KEPT]
        self._matches += len(matches)

    def wants_more(self, days: float) -> bool:
        """Whether, after all jobs of so many days, they are to be fed again for what narrows it."""
        if _rate(self._matches, days) >= _MANY:
            self._narrower = list(self._traits.narrower())
        return bool(self._narrower)

    def feed_again(self, jobs: Sequence[PreparedJob]) -> None:
        """Take in a block of the same jobs a second time."""
        variants = [(one.change, one.alert) for one in self._narrower]
        self._count(self._searched(jobs), variants)

    def _searched(self, jobs: Sequence[PreparedJob]) -> Search:
        search = Search(self._rules)
        search.feed(jobs)
        return search

    def _count(self, search: Search, variants: Iterable[tuple[str, Alert]]) -> None:
        for name, variant in variants:
            self._found[name] += len(search.matches(wish_of(variant), 0) or ())

    def _note(self, job: PreparedJob) -> None:
        if job.job.created_at is not None:
            self._weeks[self._week(job.job.created_at)] += 1
        self._vacancies.add(job.fingerprint)
        self._traits.note(job)

    def report(self, days: float, weeks: Iterable[str] = ()) -> Report:
        """What came out, for jobs made in so many days; of these weeks each is named."""
        changes = [self._effect(name, days) for name in self._changes]
        return Report(
            days=round(days, 1),
            jobs=self._jobs,
            matches=self._matches,
            vacancies=len(self._vacancies),
            per_week=_rate(self._matches, days),
            weeks=tuple(sorted((dict.fromkeys(weeks, 0) | self._weeks).items())),
            samples=tuple(self._shown()),
            clauses=tuple(self._effect(name, days) for name in self._clauses),
            suggestions=(*filter(_tells, changes), *self._narrowed(days)),
        )

    def _shown(self) -> Iterator[Sample]:
        """The newest matches, of each vacancy one."""
        vacancies = {match.job.fingerprint: match for match in reversed(self._samples)}
        for match in sorted(vacancies.values(), key=_age)[:SAMPLES]:
            yield Sample(job=match.job.job, reasons=match.reasons)

    def _effect(self, change: str, days: float) -> Effect:
        matches = self._found[change]
        times = round(matches / self._matches, 2) if self._matches else None
        return Effect(change=change, matches=matches, per_week=_rate(matches, days), times=times)

    def _narrowed(self, days: float) -> Iterator[Effect]:
        """Conditions that leave less than half of very many jobs; the gentlest first."""
        said: Counter[str] = Counter()
        for one in sorted(self._narrower, key=lambda one: -self._found[one.change]):
            if FEW < self._found[one.change] / self._matches <= A_LOT:
                said[one.kind] += 1
                if one.kind != WORD or said[WORD] <= _WORDS_SAID:
                    yield self._effect(one.change, days)


def _age(match: Match) -> float:
    return match.job.age


def _rate(matches: int, days: float) -> float:
    return round(matches * _WEEK / days, 1)


def _tells(effect: Effect) -> bool:
    """Whether a change makes a difference worth saying."""
    if effect.times is None:
        return effect.matches > 0
    return not A_LOT < effect.times < 1 / A_LOT


def _without_each(alert: Alert) -> Iterator[tuple[str, Alert]]:
    """The alert without each of the conditions that it has."""
    if alert.keywords:
        yield "without the keywords", replace(alert, keywords=())
    if alert.location.strip():
        yield "without the location", replace(alert, location="")
    if alert.remote_only:
        yield "without remote only", replace(alert, remote_only=False)
    if alert.job_type.strip():
        yield "without the job type", replace(alert, job_type="")
    if alert.experience_level.strip():
        yield "without the experience level", replace(alert, experience_level="")
    if alert.min_salary or alert.max_salary:
        yield "without the pay", replace(alert, min_salary=None, max_salary=None)


def _changed(alert: Alert) -> Iterator[tuple[str, Alert]]:
    """The alert with each of the small changes that may change much."""
    entries = alert.keywords
    if 1 < len(entries) <= _KEYWORDS_TRIED:
        for at, entry in enumerate(entries):
            rest = entries[:at] + entries[at + 1 :]
            yield f'without the keyword "{_line(entry)}"', replace(alert, keywords=rest)
    for at, entry in enumerate(entries[:_KEYWORDS_TRIED]):
        words = entry.split()
        if 1 < len(words) <= _KEYWORDS_TRIED and all(map(str.isalnum, words)):
            loose = (*entries[:at], " AND ".join(words), *entries[at + 1 :])
            yield f'the words of "{_line(entry)}" in any place', replace(alert, keywords=loose)
    if alert.min_salary:
        lower = int(alert.min_salary * 0.8)
        yield f"pay from {lower:,}", replace(alert, min_salary=lower)


def _line(text: str) -> str:
    return " ".join(text.split())[:60]
