"""The jobs of a run as sets, the newest first, and what alerts ask as operations on them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from jobraker_cli.matching import location, pay
from jobraker_cli.matching.bits import Ladder, set_of
from jobraker_cli.matching.criteria import Criteria
from jobraker_cli.matching.fields import ANYWHERE, SKILLS, TITLE
from jobraker_cli.matching.location import Spot
from jobraker_cli.matching.pay import WantedPay
from jobraker_cli.matching.postings import Postings
from jobraker_cli.matching.query import Query, Term, evaluate

# How well the keywords fit, best first: by the title alone, with the skills, with other fields.
_WIDENING = (TITLE, TITLE | SKILLS, ANYWHERE)
_UNASKED = len(_WIDENING)

Tier = tuple[int, int, int]  # how well keywords, place and pay fit; 0 is best


class Board:
    """The jobs of a run, the newest first, and the sets of those that have what an alert asks."""

    def __init__(self, postings: Postings) -> None:
        jobs = postings.jobs
        order = sorted(range(len(jobs)), key=lambda number: (jobs[number].age, jobs[number].job.id))
        self.jobs = [jobs[number] for number in order]
        self._postings = postings
        self._position = {number: position for position, number in enumerate(order)}
        self._everything = (1 << len(order)) - 1
        self._sets: dict[object, int] = {}
        self._placed: dict[Sequence[Spot], tuple[int, int, int]] = {}
        self._intakes = Ladder((job.job.run_seq, at) for at, job in enumerate(self.jobs))
        paying = [
            (job.pay, at) for at, job in enumerate(self.jobs) if job.pay and job.pay.comparable
        ]
        self._disclosing = set_of([at for _, at in paying])
        self._highs = Ladder((offered.high, at) for offered, at in paying)
        self._lows = Ladder((-offered.low, at) for offered, at in paying)

    def matching(self, criteria: Criteria, floor: int) -> int:
        """The jobs that meet the criteria and were first seen in an intake above the floor."""
        found = self._newer(floor)
        if found and criteria.query:
            found &= self._query(criteria.query, ANYWHERE)
        if found and criteria.spots:
            found &= reduce(or_, self._places(criteria.spots))
        if found and criteria.pay:
            found &= reduce(or_, self._pays(criteria.pay))
        if found and criteria.remote_only:
            found &= self._having("remote")
        if found and criteria.job_type:
            found &= self._having(("job_type", criteria.job_type))
        if found and criteria.level:
            found &= self._having(("level", criteria.level))
        return found

    def tiers(self, criteria: Criteria, found: int) -> Iterator[tuple[Tier, int]]:
        """The set split by how well its jobs meet the criteria, best first."""
        query, spots, wanted = criteria.query, criteria.spots, criteria.pay
        by_words = (self._query(query, scope) for scope in _WIDENING) if query else None
        places = self._places(spots) if spots else None
        pays = self._pays(wanted) if wanted else None
        for words, said in _split(found, by_words, _UNASKED):
            for place, located in _split(said, places, location.UNASKED):
                for paid, rest in _split(located, pays, pay.UNASKED):
                    yield (words, place, paid), rest

    def _query(self, query: Query, scope: int) -> int:
        """The jobs for which the query holds in the fields of this scope."""

        def saying(term: Term) -> int:
            return self._kept((term, scope), lambda: self._at(self._postings.saying(term, scope)))

        program = query.program
        return self._kept((query, scope), lambda: evaluate(program, saying, self._everything))

    def _places(self, spots: Sequence[Spot]) -> tuple[int, int, int]:
        """The jobs that are in a wanted place, in its region, or can be done from there."""
        if spots not in self._placed:
            self._placed[spots] = self._place(spots)
        return self._placed[spots]

    def _place(self, spots: Sequence[Spot]) -> tuple[int, int, int]:
        exact = region = remote = 0
        for spot in spots:
            limit = self._having("remote") if spot.remote else self._everything
            own, within = spot.area.own, spot.area.within
            exact |= limit & (self._any("at", own) if spot.area else limit)
            region |= limit & self._any("in", own)
            remote |= limit & self._having("from anywhere")
            remote |= limit & (self._any("from in", own) | self._any("from all of", within))
        return exact, region, remote

    def _pays(self, wanted: WantedPay) -> tuple[int, int]:
        """The jobs that pay in the range, and those that do not say if the rules let them pass."""
        low, high = wanted.range.low, wanted.range.high
        in_range = self._kept(
            ("pay", low, high), lambda: self._highs.at_least(low) & self._lows.at_least(-high)
        )
        return in_range, 0 if wanted.required else self._everything & ~self._disclosing

    def _newer(self, floor: int) -> int:
        return self._kept(("newer", floor), lambda: self._intakes.at_least(floor + 1))

    def _having(self, value: object) -> int:
        return self._kept(value, lambda: self._at(self._postings.having(value)))

    def _any(self, kind: str, keys: Iterable[str]) -> int:
        return reduce(or_, (self._having((kind, key)) for key in keys), 0)

    def _at(self, numbers: Iterable[int]) -> int:
        return set_of([self._position[number] for number in numbers])

    def _kept(self, key: object, work: Callable[[], int]) -> int:
        if key not in self._sets:
            self._sets[key] = work()
        return self._sets[key]


def _split(found: int, sets: Iterable[int] | None, unasked: int) -> Iterator[tuple[int, int]]:
    """The parts of a set that are in the first, in the second but not the first, and so on."""
    if sets is None:
        yield unasked, found
        return
    for tier, members in enumerate(sets):
        if part := found & members:
            yield tier, part
        found &= ~members
