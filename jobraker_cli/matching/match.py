"""What the matcher hands out: a job that meets an alert, how well, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, overload

from jobraker_cli.matching import fields, location, pay
from jobraker_cli.matching.bits import Widening, falling
from jobraker_cli.matching.criteria import Wish
from jobraker_cli.matching.explain import sayings
from jobraker_cli.matching.ranks import job_of, rank_of

if TYPE_CHECKING:
    from jobraker_cli.matching.board import Board, Found
    from jobraker_cli.matching.explain import Saying
    from jobraker_cli.matching.prepared import PreparedJob


_ALL = -1  # the set of all jobs, of which every bit is 1


class Match(NamedTuple):
    """A job that meets an alert's criteria; the lowest `rank` is the best match.

    Ranks of different alerts compare: what an alert does not ask for ranks below all that is asked.
    """

    job: PreparedJob
    rank: int
    among: Ranked

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in a few words for each clause of the alert; worked out when asked for."""
        return self.among.reasons(self.job)


class Ranked(Sequence[Match]):
    """All matches of some criteria, best first, put in order only as far as they are read."""

    __slots__ = ("_count", "_keywords", "_limits", "_read", "_sayings", "_unread", "board")

    def __init__(
        self,
        keywords: Sequence[str],
        limits: Wish,
        board: Board,
        count: int,
        order: Iterable[int],
    ) -> None:
        """`limits` are the wish but for its keywords; `order` has the ranks of `count` matches."""
        self.board = board
        self._keywords = keywords
        self._limits = limits
        self._count = count
        self._sayings: Sequence[Saying] | None = None
        self._read: list[int] = []
        self._unread = iter(order)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Match]: ...
    def __getitem__(self, index: int | slice) -> Match | Sequence[Match]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"there are {len(self)} matches")
        return self._match(self.ranks(at, at + 1)[0])

    def __iter__(self) -> Iterator[Match]:
        for at in range(len(self)):
            yield self._match(self.ranks(at, at + 1)[0])

    def ranks(self, start: int, end: int) -> list[int]:
        """The ranks of some matches, as many as there are."""
        missing = end - len(self._read)
        if missing > 0:
            self._read += islice(self._unread, missing)
        return self._read[start:end]

    def _match(self, rank: int) -> Match:
        return Match(self.board.jobs[job_of(rank)], rank, self)

    def reasons(self, job: PreparedJob) -> tuple[str, ...]:
        """Why a job is among these, in a few words for each clause."""
        if self._sayings is None:
            self._sayings = sayings(self._keywords, self._limits, self.board.rules)
        return tuple([saying(job) for saying in self._sayings])


def ranked(board: Board, wish: Wish, floor: int) -> Ranked | None:
    """The jobs that a wish is for, of the intakes above a floor; None if there are none."""
    found = board.found(wish, floor)
    if not found.jobs:
        return None
    return Ranked(wish.keywords, wish, board, found.jobs.bit_count(), _ranks(found))


def _ranks(found: Found) -> Iterator[int]:
    """The ranks of the jobs found, best first."""
    for part, fit in _parts(found):
        last = rank_of(*fit, 0)
        for job in falling(part):
            yield last - job


def first(found: Found, most: int) -> Sequence[int]:
    """The numbers of the best jobs found, best first."""
    best: list[int] = []
    for part, _ in _parts(found) if found.jobs else ():
        best += islice(falling(part), most - len(best))
        if len(best) == most:
            break
    return best


def _parts(found: Found) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """The jobs found that fit equally well, with how well; the best first."""
    said = found.jobs
    for words, saying in _steps(found.words, fields.UNASKED):
        located = said & saying
        said ^= located
        for place, within in _steps(found.limits.places, location.UNASKED) if located else ():
            paid = located & within
            located ^= paid
            for offer, paying in _steps(found.limits.pays, pay.UNASKED) if paid else ():
                part = paid & paying
                paid ^= part
                if part:
                    yield part, (words, place, offer)


def _steps(widening: Widening | None, unasked: int) -> Iterable[tuple[int, int]]:
    """Sets that widen, each with how well what it adds fits; without any, all jobs."""
    return ((unasked, _ALL),) if widening is None else enumerate(widening)
