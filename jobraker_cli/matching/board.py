"""The jobs of a run as sets, the newest the highest, and what alerts ask as operations on them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import NamedTuple

import numpy as np

from jobraker_cli.matching.bits import Widening
from jobraker_cli.matching.corpus import corpus
from jobraker_cli.matching.criteria import Criteria, Wish, choice, read_criteria
from jobraker_cli.matching.entries import Entries
from jobraker_cli.matching.fields import scope_of
from jobraker_cli.matching.kept import Kept
from jobraker_cli.matching.pay import WantedPay
from jobraker_cli.matching.planes import Fits
from jobraker_cli.matching.postings import Phrases, bits, set_where
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.matching.sites import Sites
from jobraker_cli.matching.words import Words
from jobraker_cli.model import MatchRules

_OCTETS = 12 << 20  # of the sets that are kept
_OCTETS_OF_LIMITS = 48 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What an alert asks beside its keywords: the jobs that have it all, and how well.

    `count` is how many there are.
    """

    found: int
    count: int
    places: Widening | None
    pays: Widening | None


class Found(NamedTuple):
    """The jobs that a wish is for, and what they are ranked by; without `words` none are asked."""

    jobs: int
    words: Widening | None
    limits: Limits


class Board:
    """The jobs of a run, and the sets of those that have what an alert asks.

    A job's number in a set is its place among all by age: the newest has the highest.
    """

    def __init__(self, jobs: Sequence[PreparedJob], words: Words, rules: MatchRules) -> None:
        """`words` names the jobs by their number in `jobs`."""
        order = sorted(range(len(jobs)), key=lambda number: (jobs[number].age, jobs[number].job.id))
        order.reverse()
        self.rules = rules
        self.jobs = [jobs[number] for number in order]
        self.everything = (1 << len(order)) - 1
        places = np.zeros(len(order), np.int64)
        places[order] = np.arange(len(order))
        self.entries = Entries(
            Phrases(corpus(words), places), scope_of(rules.match_fields), len(order)
        )
        self.fits = Fits(len(order))
        self._sites = Sites([job.place for job in self.jobs])
        self._sets: Kept[object, int] = Kept(_OCTETS)
        self._limits: Kept[object, Limits] = Kept(_OCTETS_OF_LIMITS)
        self._intakes = np.array([job.job.run_seq for job in self.jobs], np.int64)
        offers = [job.pay if job.pay and job.pay.comparable else None for job in self.jobs]
        self._highs = np.array([offer.high if offer else -inf for offer in offers], np.float64)
        self._lows = np.array([offer.low if offer else inf for offer in offers], np.float64)
        self._disclosing = set_where(np.array([offer is not None for offer in offers], np.bool_))
        self._values = {
            "job_type": _by_value([choice(job.job.job_type) for job in self.jobs]),
            "level": _by_value([choice(job.job.experience_level) for job in self.jobs]),
        }

    @cached_property
    def vacancies(self) -> Sequence[int]:
        """Which jobs, by their number, are of one vacancy."""
        return numbered(job.fingerprint for job in self.jobs)

    @cached_property
    def reposted(self) -> set[int]:
        """The vacancies of several jobs."""
        return {vacancy for vacancy, count in Counter(self.vacancies).items() if count > 1}

    @cached_property
    def companies(self) -> Sequence[int]:
        """Which jobs are of one company; one without a company is of one of its own."""
        return numbered(job.employer or job.fingerprint for job in self.jobs)

    def found(self, wish: Wish, floor: int) -> Found:
        """The jobs that a wish is for, of an intake above the floor."""
        words = self.entries.saying(wish.keywords) if wish.keywords else None
        return meeting(words, self.limits(wish, floor))

    def limits(self, wish: Wish, floor: int) -> Limits:
        """What a wish asks beside its keywords, of jobs of an intake above the floor."""
        key = wish[1:], floor
        limits = self._limits.get(key)
        if limits is None:
            criteria = read_criteria(wish._replace(keywords=()), self.rules)
            limits = self._limited(criteria, floor)
            self._limits.keep(key, limits, limits.found.bit_length() // 8)
        return limits

    def _limited(self, criteria: Criteria, floor: int) -> Limits:
        found = self._kept(floor, lambda: set_where(self._intakes > floor))
        places = self._sites.widening(criteria.spots) if criteria.spots else None
        pays = self._pays(criteria.pay) if criteria.pay else None
        if places:
            found &= places[-1]
        if pays:
            found &= pays[-1]
        if criteria.remote_only:
            found &= self._sites.remote
        if criteria.job_type:
            found &= self._values["job_type"].get(criteria.job_type, 0)
        if criteria.level:
            found &= self._values["level"].get(criteria.level, 0)
        return Limits(found, found.bit_count(), places, pays)

    def _pays(self, wanted: WantedPay) -> Widening:
        """The jobs that pay in the range, and those that do not say if the rules let them pass."""
        low, high = wanted.range.low, wanted.range.high
        in_range = self._kept(
            (low, high), lambda: set_where((self._highs >= low) & (self._lows <= high))
        )
        if wanted.required:
            return (in_range,)
        return in_range, in_range | (self.everything & ~self._disclosing)

    def _kept(self, key: object, work: Callable[[], int]) -> int:
        found = self._sets.get(key)
        if found is None:
            found = work()
            self._sets.keep(key, found, _octets([found]))
        return found


def meeting(words: Widening | None, limits: Limits) -> Found:
    """The jobs that meet limits, and for which words hold if any are asked."""
    return Found(limits.found & words[-1] if words else limits.found, words, limits)


def numbered(keys: Iterable[str]) -> list[int]:
    """Numbers that are equal where the keys are."""
    known: dict[str, int] = {}
    return [known.setdefault(key, len(known)) for key in keys]


def _by_value(values: Iterable[str]) -> dict[str, int]:
    """The set of the places at which each value stands."""
    places: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    size = sum(map(len, places.values()))
    return {value: bits(np.array(found), size) for value, found in places.items()}


def _octets(sets: Iterable[int]) -> int:
    """The memory that sets take, equal ones once."""
    return sum(found.bit_length() // 8 for found in {*sets})
