"""Many alerts answered at once: those that find few jobs in arrays, the others by sets.

numpy takes some 100 ms to import, so this module is imported only where jobs are searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jobraker_cli.matching.board import meeting
from jobraker_cli.matching.corpus import PAIR, Numbers, as_array, ranges
from jobraker_cli.matching.entries import Entries
from jobraker_cli.matching.match import Ranked, first, ranked
from jobraker_cli.matching.ranks import JOBS

if TYPE_CHECKING:
    from jobraker_cli.matching.asked import Asked, Keywords
    from jobraker_cli.matching.board import Board, Found
    from jobraker_cli.matching.postings import Truths

_AT_ONCE = 400_000  # jobs that are looked at together
# Combining sets takes as long as looking at so many jobs, and ranking one as looking at so many.
_MOST, _RANKING = 2_000, 3


class _Sets(NamedTuple):
    """The sets of keywords that alerts have: where they and the numbers of their entries stand."""

    words: Sequence[str]
    entries: Numbers
    starts: Numbers
    sizes: Numbers
    totals: Numbers  # of the jobs of its entries
    unlisted: Truths  # whether an entry of it has no list of its jobs, or there is none

    def of(self, said: int) -> Sequence[str]:
        """The keywords of a set."""
        start = self.starts[said]
        return self.words[start : start + self.sizes[said]]


class Best(NamedTuple):
    """The best jobs of questions: number n has `jobs[starts[n] : starts[n] + sizes[n]]`.

    `counts` is how many each finds in all.
    """

    counts: Numbers
    starts: Numbers
    sizes: Numbers
    jobs: Numbers


class Answers:
    """What each of many alerts finds, best first; equal questions are answered once.

    `which[n]` is the question of alert n.
    """

    def __init__(self, asked: Asked[Any, Any], board: Board) -> None:
        self._board = board
        self._sets = _sets(asked.keywords, board.entries)
        self._limits = asked.limits
        keys = as_array(asked.said).astype(np.int64) << PAIR | as_array(asked.within)
        pairs, self.which = np.unique(keys, return_inverse=True)
        self._said, self._within = pairs >> PAIR, pairs & ((1 << PAIR) - 1)
        self._limited = [board.limits(*one) for one in self._limits]
        self._ranked: dict[int, Ranked | None] = {}
        totals = self._sets.totals[self._said]
        self._by_sets = self._sets.unlisted[self._said] | (totals * self._cost() > _MOST)
        self._answer(np.flatnonzero(~self._by_sets & (totals > 0)))

    def _cost(self) -> Numbers:
        """What it takes to look at a job of each question, the more the more limits leave."""
        shares = np.array([one.count for one in self._limited]) / len(self._board.jobs)
        cost: Numbers = 1 + _RANKING * shares[self._within]
        return cost

    def _answer(self, few: Numbers) -> None:
        """Find the jobs of questions with few candidates."""
        sets, fits = self._sets, self._board.fits
        needed, local = np.unique(self._within[few], return_inverse=True)
        limit_of = fits.numbers([self._limited[one] for one in needed.tolist()])[local]
        parts = (np.cumsum(sets.totals[self._said[few]]) // _AT_ONCE).astype(np.int64)
        cuts = [*np.flatnonzero(np.diff(parts, prepend=-1)).tolist(), len(few)]
        found: list[tuple[Numbers, Numbers]] = [(np.zeros(0, np.int64),) * 2]
        for start, end in pairwise(cuts):
            some = few[start:end]
            which, jobs, widths = _candidates(self._said[some], sets, self._board.entries)
            which, ranks = fits.best_first(which, jobs, widths, limit_of[start:end])
            found.append((some[which], ranks))
        which, self._ranks = (np.concatenate(part) for part in zip(*found, strict=True))
        self._counts = np.bincount(which, minlength=len(self))
        self._starts = np.cumsum(self._counts) - self._counts

    def __len__(self) -> int:
        """How many questions there are."""
        return len(self._said)

    def counts(self) -> Numbers:
        """How many jobs answer each question."""
        counts = self._counts.copy()
        for question, found in self._many():
            counts[question] = found.jobs.bit_count()
        return counts

    def best(self, most: int) -> Best:
        """How many jobs answer each question, and the best of them."""
        counts = self._counts.copy()
        many: list[int] = []
        for question, found in self._many():
            counts[question] = found.jobs.bit_count()
            many += first(found, most)
        sizes = np.minimum(counts, most)
        starts = np.cumsum(sizes) - sizes
        jobs = np.zeros(int(sizes.sum()), np.int64)
        few = np.flatnonzero(self._counts)
        ranks = self._ranks[ranges(self._starts[few], sizes[few])]
        jobs[ranges(starts[few], sizes[few])] = JOBS - (ranks & JOBS)
        by_sets = np.flatnonzero(self._by_sets)
        jobs[ranges(starts[by_sets], sizes[by_sets])] = many
        return Best(counts, starts, sizes, jobs)

    def _many(self) -> Iterator[tuple[int, Found]]:
        """The questions that are answered by sets, each with what it finds."""
        questions = np.flatnonzero(self._by_sets)
        last, words = -1, None  # questions of equal words follow each other
        for question, said, within in zip(
            questions.tolist(),
            self._said[questions].tolist(),
            self._within[questions].tolist(),
            strict=True,
        ):
            if said != last:
                keywords = self._sets.of(said)
                last, words = said, self._board.entries.saying(keywords) if keywords else None
            yield question, meeting(words, self._limited[within])

    def matches(self, alert: int) -> Ranked | None:
        """The jobs that an alert finds, None if there are none."""
        question = self._asking[alert]
        if question not in self._ranked:
            self._ranked[question] = self._rank(question)
        return self._ranked[question]

    def _rank(self, question: int) -> Ranked | None:
        said, within, by_sets, start, count = self._questions[question]
        if not (by_sets or count):
            return None
        keywords, (limits, floor) = self._sets.of(said), self._limits[within]
        if by_sets:
            return ranked(self._board, limits._replace(keywords=tuple(keywords)), floor)
        ranks = self._ranks[start : start + count].tolist()
        return Ranked(keywords, limits, self._board, count, ranks)

    @cached_property
    def _asking(self) -> Sequence[int]:
        """The question of each alert; of lists Python reads numbers faster."""
        asking: list[int] = self.which.tolist()
        return asking

    @cached_property
    def _questions(self) -> Sequence[tuple[int, int, bool, int, int]]:
        """Of each question what is said and within what, whether by sets, where its ranks stand."""
        columns = self._said, self._within, self._by_sets, self._starts, self._counts
        return list(zip(*[column.tolist() for column in columns], strict=True))


def _sets(keywords: Keywords, entries: Entries) -> _Sets:
    """Sets of keywords, each keyword looked up."""
    flat = entries.look_up(keywords.words)
    sizes = np.array(keywords.sizes, np.int64)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    totals = np.bincount(owners, entries.counts[flat], len(sizes)).astype(np.int64)
    unlisted = np.bincount(owners, entries.unlisted[flat], len(sizes)) > 0
    starts = np.cumsum(sizes) - sizes
    return _Sets(keywords.words, flat, starts, sizes, totals, unlisted | (sizes == 0))


def _candidates(said: Numbers, sets: _Sets, entries: Entries) -> tuple[Numbers, Numbers, Numbers]:
    """The jobs of each set of keywords, one after the other, with how well the words fit."""
    sizes = sets.sizes[said]
    numbers = sets.entries[ranges(sets.starts[said], sizes)]
    counts = entries.counts[numbers]
    at = ranges(entries.starts[numbers], counts)
    which = np.repeat(np.repeat(np.arange(len(said)), sizes), counts)
    return which, entries.jobs[at], entries.widths[at]
