"""The jobs of a run as sets, the newest the highest, and what alerts ask as operations on them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import numpy as np

from jobraker_cli.matching.bits import Widening
from jobraker_cli.matching.criteria import Criteria, choice
from jobraker_cli.matching.fields import WIDENING
from jobraker_cli.matching.kept import Kept
from jobraker_cli.matching.pay import WantedPay
from jobraker_cli.matching.postings import Phrases, bits, set_where
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.matching.query import Program, Term, evaluate, read_entry
from jobraker_cli.matching.sites import Sites
from jobraker_cli.matching.words import Words

_OCTETS = 192 << 20  # of the sets of keywords that are kept


@dataclass(frozen=True, slots=True)
class Limits:
    """What an alert asks beside its keywords: the jobs that have it all, and how well."""

    found: int
    places: Widening | None
    pays: Widening | None


class _Entry(NamedTuple):
    """A keyword with the jobs for which it holds."""

    only_excludes: bool
    has_words: bool
    sets: Widening


class Board:
    """The jobs of a run, and the sets of those that have what an alert asks.

    A job's number in a set is its place among all by age: the newest has the highest.
    """

    def __init__(self, jobs: Sequence[PreparedJob], words: Words, scope: int) -> None:
        """`words` names the jobs by their number in `jobs`; `scope` is where plain words count."""
        order = sorted(range(len(jobs)), key=lambda number: (jobs[number].age, jobs[number].job.id))
        order.reverse()
        self.jobs = [jobs[number] for number in order]
        self._everything = (1 << len(order)) - 1
        places = np.zeros(len(order), np.int64)
        places[order] = np.arange(len(order))
        self._phrases = Phrases(words, places, len(order))
        self._sites = Sites([job.place for job in self.jobs])
        self._scope = scope
        self._entries: Kept[str, _Entry] = Kept(_OCTETS)
        self._sets: Kept[object, int] = Kept(_OCTETS // 16)
        self._intakes = np.array([job.job.run_seq for job in self.jobs], np.int64)
        offers = [job.pay if job.pay and job.pay.comparable else None for job in self.jobs]
        self._highs = np.array([offer.high if offer else -inf for offer in offers], np.float64)
        self._lows = np.array([offer.low if offer else inf for offer in offers], np.float64)
        self._disclosing = set_where(np.array([offer is not None for offer in offers], np.bool_))
        self._values = {
            "job_type": _by_value([choice(job.job.job_type) for job in self.jobs]),
            "level": _by_value([choice(job.job.experience_level) for job in self.jobs]),
        }

    def limits(self, criteria: Criteria, floor: int) -> Limits:
        """What of the criteria is not about words, for jobs of an intake above the floor."""
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
        return Limits(found, places, pays)

    def saying(self, keywords: Sequence[str], width: int = -1) -> int:
        """The jobs for which keywords hold, in the fields of a width; in all of them by default.

        Any of them will do, but those that only exclude narrow the others.
        """
        found, wanted, narrowed = 0, False, -1
        for keyword in keywords:
            entry = self._entries.get(keyword) or self._entry(keyword)
            if entry.only_excludes:
                narrowed &= entry.sets[width]
            else:
                found |= entry.sets[width]
                wanted = wanted or entry.has_words
        return found & narrowed if wanted or narrowed == -1 else narrowed

    def _entry(self, keyword: str) -> _Entry:
        """The jobs for which a keyword holds, read and looked up once."""
        entry = read_entry(keyword, self._scope)
        sets = self._evaluated(entry.program)
        found = _Entry(entry.only_excludes, bool(entry.program), sets)
        self._entries.keep(keyword, found, _octets(sets))
        return found

    def _evaluated(self, program: Program) -> Widening:
        """The jobs for which a program holds in titles, with skills, with all other fields."""
        terms = {step: self._term(step) for step in program if isinstance(step, Term)}
        if len(program) == 1:
            return next(iter(terms.values()))
        widths = range(len(WIDENING))
        sets = [{term: found[width] for term, found in terms.items()} for width in widths]
        return tuple(evaluate(program, found.__getitem__, self._everything) for found in sets)

    def _term(self, term: Term) -> Widening:
        return self._phrases.saying(term.words, [term.scope & scope for scope in WIDENING])

    def _pays(self, wanted: WantedPay) -> Widening:
        """The jobs that pay in the range, and those that do not say if the rules let them pass."""
        low, high = wanted.range.low, wanted.range.high
        in_range = self._kept(
            (low, high), lambda: set_where((self._highs >= low) & (self._lows <= high))
        )
        if wanted.required:
            return (in_range,)
        return in_range, in_range | (self._everything & ~self._disclosing)

    def _kept(self, key: object, work: Callable[[], int]) -> int:
        found = self._sets.get(key)
        if found is None:
            found = work()
            self._sets.keep(key, found, _octets([found]))
        return found


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
