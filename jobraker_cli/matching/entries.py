"""Keywords, each looked up once for all alerts that have it: the jobs for which it holds.

Many are looked up together. Of a few jobs their numbers are kept, of many a set.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import accumulate, islice
from operator import and_, or_
from typing import NamedTuple

import numpy as np

from jobraker_cli.matching.bits import Widening, members
from jobraker_cli.matching.corpus import Numbers
from jobraker_cli.matching.fields import ANYWHERE, WIDENING
from jobraker_cli.matching.kept import Kept
from jobraker_cli.matching.postings import Phrases, Truths, bits, set_where
from jobraker_cli.matching.query import Program, Term, evaluate, plain_words, read_entry

FEW = 400  # jobs that are looked at one by one
_MOST = 1_000_000  # keywords whose jobs are kept
_AT_ONCE = 500  # queries that are read together
_OCTETS = 160 << 20  # of the sets that are kept
_UNKNOWN = len(WIDENING)
# How well a word fits that stands in the field of this bit.
_WIDTHS = np.array(
    [
        next((width for width, scope in enumerate(WIDENING) if field & scope), _UNKNOWN)
        for field in range(ANYWHERE + 1)
    ],
    np.int64,
)


_NONE: Widening = (0,) * _UNKNOWN


class _Numbers(dict[str, int]):
    def __missing__(self, keyword: str) -> int:
        number = self[keyword] = len(self)
        return number


class _Entry(NamedTuple):
    """A keyword with the jobs for which it holds."""

    only_excludes: bool
    has_words: bool
    sets: Widening


class Entries:
    """The keywords of alerts: number n has the jobs `jobs[starts[n] : starts[n] + counts[n]]`.

    `widths` says how well each fits. Those `unlisted` have no list, but sets.
    """

    def __init__(self, phrases: Phrases, scope: int, size: int, most: int = _MOST) -> None:
        """`scope` is where plain words count; there are `size` jobs.

        When more than `most` keywords are known, it starts afresh.
        """
        self._most = most
        self._phrases = phrases
        self._scope = scope
        self._size = size
        self._everything = (1 << size) - 1
        self._sets: Kept[str, _Entry] = Kept(_OCTETS)
        self._clear()

    def _clear(self) -> None:
        self.numbers = _Numbers()
        self.starts = self.counts = self.jobs = self.widths = np.zeros(0, np.int64)
        self.unlisted = np.zeros(0, np.bool_)

    def look_up(self, keywords: Iterable[str]) -> Numbers:
        """The numbers of keywords, after the jobs of those not known yet were found."""
        known = len(self.starts)
        if known > self._most or known < len(self.numbers):  # too many, or an end cut short
            self._clear()
            known = 0
        numbers = np.fromiter(map(self.numbers.__getitem__, keywords), np.int64)
        self._find(list(islice(self.numbers, known, None)))
        return numbers

    def _find(self, new: Sequence[str]) -> None:
        """Find the jobs of keywords."""
        phrases = [plain_words(one) for one in new]
        queries = [number for number, words in enumerate(phrases) if words is None]
        unlisted = np.zeros(len(new), np.bool_)
        found = [self._standing([words or () for words in phrases])]
        for start in range(0, len(queries), _AT_ONCE):
            some = queries[start : start + _AT_ONCE]
            for number, entry in zip(some, self._read([new[one] for one in some]), strict=True):
                self._keep(new[number], entry)
                unlisted[number] = entry.only_excludes or entry.sets[-1].bit_count() > FEW
                if not unlisted[number]:
                    found.append(_listed(number, entry.sets))
        self._append(unlisted, *(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def _standing(self, phrases: Sequence[Sequence[str]]) -> tuple[Numbers, Numbers, Numbers]:
        """Which phrases stand in which jobs, each once, in the best of its fields."""
        hits = self._phrases.hits(phrases)
        widths = _WIDTHS[hits.fields.astype(np.int64) & self._scope]
        keys = (hits.phrases * self._size + hits.places) * (_UNKNOWN + 1) + widths
        keys = np.sort(keys[widths < _UNKNOWN])
        pairs, widths = np.divmod(keys, _UNKNOWN + 1)
        best = np.ones(len(keys), np.bool_)
        best[1:] = pairs[1:] != pairs[:-1]
        owners, jobs = np.divmod(pairs[best], self._size)
        return owners, jobs, widths[best]

    def _append(self, unlisted: Truths, owners: Numbers, jobs: Numbers, widths: Numbers) -> None:
        order = np.argsort(owners, kind="stable")
        counts = np.bincount(owners, minlength=len(unlisted))
        starts = len(self.jobs) + np.cumsum(counts) - counts
        self.starts = np.concatenate((self.starts, starts))
        self.counts = np.concatenate((self.counts, counts))
        self.jobs = np.concatenate((self.jobs, jobs[order].astype(np.uint32)))
        self.widths = np.concatenate((self.widths, widths[order].astype(np.uint8)))
        self.unlisted = np.concatenate((self.unlisted, unlisted))

    def saying(self, keywords: Sequence[str]) -> Widening:
        """The jobs for which keywords hold, by the fields that it takes.

        Any of them will do, but those that only exclude narrow the others.
        """
        wanted: list[Widening] = []
        narrowing: list[Widening] = []
        for keyword in keywords:
            entry = self._sets.get(keyword) or self._entry(keyword)
            if entry.has_words:
                (narrowing if entry.only_excludes else wanted).append(entry.sets)
        if wanted:
            narrowing.append(reduce(_either, wanted))
        return reduce(_both, narrowing) if narrowing else _NONE

    def _entry(self, keyword: str) -> _Entry:
        """The jobs for which a keyword holds, as sets."""
        number = self.numbers.get(keyword)
        if number is None or self.unlisted[number]:
            return self._keep(keyword, self._read([keyword])[0])
        start, count = int(self.starts[number]), int(self.counts[number])
        if not count:
            has_words = bool(read_entry(keyword, self._scope).program)
            return self._keep(keyword, _Entry(False, has_words, _NONE))
        jobs, widths = self.jobs[start : start + count], self.widths[start : start + count]
        having = np.zeros((_UNKNOWN, self._size), np.bool_)
        having[widths, jobs] = True
        return self._keep(
            keyword, _Entry(False, True, tuple(accumulate(map(set_where, having), or_)))
        )

    def _keep(self, keyword: str, entry: _Entry) -> _Entry:
        self._sets.keep(keyword, entry, sum(one.bit_length() // 8 for one in {*entry.sets}))
        return entry

    def _read(self, keywords: Sequence[str]) -> list[_Entry]:
        """Some keywords with the jobs for which they hold in titles, with skills, with all."""
        read = [read_entry(one, self._scope) for one in keywords]
        sets = self._terms([step for one in read for step in one.program if isinstance(step, Term)])
        return [
            _Entry(one.only_excludes, bool(one.program), self._evaluated(one.program, sets))
            for one in read
        ]

    def _evaluated(self, program: Program, sets: Mapping[Term, Widening]) -> Widening:
        terms = {step for step in program if isinstance(step, Term)}
        widths = [{term: sets[term][width] for term in terms} for width in range(_UNKNOWN)]
        found = [evaluate(program, one.__getitem__, self._everything) for one in widths]
        return tuple(one & found[-1] for one in found)  # NOT may hold in titles, but not with all

    def _terms(self, terms: Sequence[Term]) -> dict[Term, Widening]:
        distinct = list(dict.fromkeys(terms))
        hits = self._phrases.hits([term.words for term in distinct])
        order = np.argsort(hits.phrases, kind="stable")
        ends = np.searchsorted(hits.phrases[order], np.arange(len(distinct)), "right").tolist()
        sets: dict[Term, Widening] = {}
        for term, start, end in zip(distinct, [0, *ends], ends, strict=False):
            mine = order[start:end]
            places, fields = hits.places[mine], hits.fields[mine] & term.scope
            sets[term] = tuple(bits(places[(fields & one) > 0], self._size) for one in WIDENING)
        return sets


def _listed(number: int, sets: Widening) -> tuple[Numbers, Numbers, Numbers]:
    """The jobs of a keyword's sets, as lists: its number, the jobs, how well it fits them."""
    jobs: list[int] = []
    widths: list[int] = []
    left = sets[-1]
    for width, members_of in enumerate(sets):
        found = list(members(left & members_of))
        left &= ~members_of
        jobs += found
        widths += [width] * len(found)
    return np.full(len(jobs), number), np.array(jobs, np.int64), np.array(widths, np.int64)


def _either(one: Widening, other: Widening) -> Widening:
    return tuple(map(or_, one, other))


def _both(one: Widening, other: Widening) -> Widening:
    return tuple(map(and_, one, other))
