"""Jobs for many profiles: the jobs are indexed, then each profile looks at the few that could be.

Sets of jobs are integers (see bits): a profile costs some hundred operations on them and the
scoring of the most promising jobs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TypeVar

from jobraker_cli.matching.bits import members, set_of
from jobraker_cli.matching.location import Spot, Whereabouts
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.matching.recommend import (
    WORTH_SHOWING,
    Interests,
    Phrase,
    Posting,
    Recommendation,
    read_posting,
    read_profile,
    score,
)
from jobraker_cli.model import MatchRules, Profile

Key = TypeVar("Key")
SCORED = 100  # jobs of a profile that are scored: those with most of its skills and title words
_KEPT = 20_000  # sets kept for profiles that ask the same


class Recommender:
    """The jobs that may be recommended; eligibility is the caller's."""

    def __init__(self, jobs: Iterable[PreparedJob], rules: MatchRules, now: datetime) -> None:
        newest = sorted(jobs, key=lambda job: (job.age, job.job.id))
        self._postings = [read_posting(job) for job in newest]
        self._rules = rules
        self._now = now
        self._words = _indexed(
            (at, set(f"{one.title}{one.skills}".split())) for at, one in enumerate(self._postings)
        )
        self._where_to = _Whereabouts([job.place for job in newest])
        self._sets: dict[object, int] = {}

    def best(
        self,
        profile: Profile,
        *,
        limit: int,
        excluded: Callable[[PreparedJob], bool] = lambda _: False,
        least: float = WORTH_SHOWING,
    ) -> Sequence[Recommendation]:
        """The jobs that suit best, at most `limit`; of near-identical postings only the best."""
        interests = read_profile(profile, self._rules)
        found = [score(interests, one, self._now) for one in self._promising(interests, excluded)]
        found.sort(key=lambda one: (-one.score, one.job.age, one.job.job.id))
        vacancies: dict[str, Recommendation] = {}
        for one in found:
            if one.score >= least:
                vacancies.setdefault(one.job.fingerprint, one)
        return list(vacancies.values())[:limit]

    def _promising(
        self, interests: Interests, excluded: Callable[[PreparedJob], bool]
    ) -> list[Posting]:
        """The jobs in the profile's places that have the most of what it names."""
        named = [self._saying(words) for words, _ in interests.skills]
        named += [self._saying((word,)) for word in interests.title]
        named += [self._saying(interests.title)] if len(interests.title) > 1 else []
        there = self._there(interests.spots)
        chosen: list[Posting] = []
        for at in _most_named([found & there for found in named]):
            if not excluded(self._postings[at].job):
                chosen.append(self._postings[at])
                if len(chosen) == SCORED:
                    break
        return chosen

    def _saying(self, phrase: Phrase) -> int:
        """The jobs with the phrase in title or skills."""
        found = self._sets.get(phrase)
        if found is None:
            found = self._words.get(phrase[0], 0)
            for word in phrase[1:]:
                found &= self._words.get(word, 0)
            if len(phrase) > 1:
                found = self._where(found, f" {' '.join(phrase)} ")
            self._keep(phrase, found)
        return found

    def _where(self, candidates: int, phrase: str) -> int:
        numbered = ((at, self._postings[at]) for at in members(candidates))
        return set_of([at for at, one in numbered if phrase in one.title or phrase in one.skills])

    def _there(self, spots: Sequence[Spot]) -> int:
        """The jobs in one of the places, or that can be done from there; all if none is named."""
        if not spots:
            return (1 << len(self._postings)) - 1
        found = self._sets.get(spots)
        if found is None:
            found = self._where_to.fitting(spots)
            self._keep(spots, found)
        return found

    def _keep(self, key: object, found: int) -> None:
        if len(self._sets) >= _KEPT:
            self._sets.clear()
        self._sets[key] = found


class _Whereabouts:
    """The places of numbered jobs, to ask which lie in a wanted one: `location.fit` for all."""

    def __init__(self, places: Sequence[Whereabouts]) -> None:
        remote = [(at, place) for at, place in enumerate(places) if place.remote]
        self._everything = (1 << len(places)) - 1
        self._within = _indexed((at, place.sites.within) for at, place in enumerate(places))
        self._remote = set_of([at for at, _ in remote])
        self._unbounded = set_of([at for at, place in remote if not place.region])
        self._region_within = _indexed((at, place.region.within) for at, place in remote)
        self._region_own = _indexed((at, place.region.own) for at, place in remote)

    def fitting(self, spots: Sequence[Spot]) -> int:
        """The jobs that are in one of the places, or can be done from there."""
        return reduce(or_, map(self._fitting, spots), 0)

    def _fitting(self, spot: Spot) -> int:
        limit = self._remote if spot.remote else self._everything
        if not spot.area:
            return limit
        found = self._unbounded
        for key in spot.area.own:
            found |= self._within.get(key, 0) | self._region_within.get(key, 0)
        for key in spot.area.within:
            found |= self._region_own.get(key, 0)
        return found & limit


def _indexed(numbered: Iterable[tuple[int, Iterable[Key]]]) -> dict[Key, int]:
    having: dict[Key, list[int]] = {}
    for at, keys in numbered:
        for key in keys:
            having.setdefault(key, []).append(at)
    return {key: set_of(numbers) for key, numbers in having.items()}


def _most_named(sets: Sequence[int]) -> Iterator[int]:
    """The members of the sets, those of most sets first, then the lowest.

    Counted in binary, a set of jobs for each digit.
    """
    digits: list[int] = []
    for numbers in sets:
        carry = numbers
        for place, digit in enumerate(digits):
            digits[place], carry = digit ^ carry, digit & carry
        if carry:
            digits.append(carry)
    for count in range(2 ** len(digits) - 1, 0, -1):
        found = -1
        for place, digit in enumerate(digits):
            found &= digit if count >> place & 1 else ~digit
        yield from members(found)
