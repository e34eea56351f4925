"""The index: alerts say what they ask about, and each job leaves its number where it has that."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from jobraker_cli.matching.criteria import Criteria, choice
from jobraker_cli.matching.fields import ANYWHERE
from jobraker_cli.matching.location import Whereabouts
from jobraker_cli.matching.phrases import Phrases
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.matching.query import Term

_SCOPES = ANYWHERE + 1


class Postings:
    """The jobs so far, and which of them have each phrase and value that is asked about."""

    def __init__(self, criteria: Iterable[Criteria]) -> None:
        wanted = list(criteria)
        queries = {one.query for one in wanted if one.query}
        terms = [term for query in queries for term in query.terms]
        self._phrases = Phrases(term.words for term in terms)
        self._scope = reduce(or_, (term.scope for term in terms), 0)
        areas = {spot.area for one in wanted for spot in one.spots}
        self._own = frozenset(key for area in areas for key in area.own)
        self._within = frozenset(key for area in areas for key in area.within)
        self._having: defaultdict[object, array[int]] = defaultdict(lambda: array("Q"))
        self._saying: defaultdict[int, array[int]] = defaultdict(lambda: array("Q"))
        self.jobs: list[PreparedJob] = []

    def add(self, job: PreparedJob) -> None:
        """Note what the job has of all that is asked about."""
        number = len(self.jobs)
        self.jobs.append(job)
        for value in self._values(job):
            self._having[value].append(number)
        found: dict[int, int] = {}  # phrases, each with the fields it stands in
        for field, words in job.texts:
            if field & self._scope:
                for phrase in self._phrases.find(words):
                    found[phrase] = found.get(phrase, 0) | field
        for phrase, scope in found.items():
            self._saying[phrase].append(number * _SCOPES + scope)

    def having(self, value: object) -> list[int]:
        """The jobs, by number, that have a value; the values are those of `_values`."""
        return list(self._having.get(value, ()))

    def saying(self, term: Term, scope: int) -> list[int]:
        """The jobs, by number, that have the term's phrase in a field of its scope and of this."""
        fields = term.scope & scope
        found = self._saying.get(self._phrases.numbers[term.words], ())
        return [posting // _SCOPES for posting in found if posting & fields]

    def _values(self, job: PreparedJob) -> Iterator[object]:
        yield "job_type", choice(job.job.job_type)
        yield "level", choice(job.job.experience_level)
        for key in self._own & job.place.sites.own:
            yield "at", key
        for key in self._own & job.place.sites.within:
            yield "in", key
        if job.place.remote:
            yield "remote"
            yield from self._remote_values(job.place)

    def _remote_values(self, place: Whereabouts) -> Iterator[object]:
        if not place.region:
            yield "from anywhere"
        for key in self._own & place.region.within:
            yield "from in", key
        for key in self._within & place.region.own:
            yield "from all of", key
