"""What the matcher hands out: a job that meets an alert, how well, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, overload

from jobraker_cli.matching import fields, location, pay
from jobraker_cli.matching.bits import Widening, falling
from jobraker_cli.matching.criteria import Wish, read_criteria
from jobraker_cli.matching.explain import reasons

if TYPE_CHECKING:
    from jobraker_cli.matching.board import Board, Found
    from jobraker_cli.matching.criteria import Criteria
    from jobraker_cli.matching.prepared import PreparedJob
    from jobraker_cli.model import MatchRules

Tier = tuple[int, int, int]  # how well keywords, place and pay fit; 0 is best


class Match(NamedTuple):
    """A job that meets an alert's criteria; the lowest `rank` is the best match."""

    job: PreparedJob
    tier: Tier
    among: Ranked

    @property
    def rank(self) -> tuple[int, int, int, float, str]:
        """How well keywords, place and pay fit, then the age of the posting.

        Ranks of different alerts compare: what an alert does not ask for ranks below all that is
        asked.
        """
        return (*self.tier, self.job.age, self.job.job.id)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in a few words for each clause of the alert; worked out when asked for."""
        return self.among.reasons(self.job)


class Ranked(Sequence[Match]):
    """All matches of some criteria, best first, put in order only as far as they are read."""

    __slots__ = (
        "_count", "_criteria", "_jobs", "_read", "_reasons", "_rules", "_unread", "_wish"
    )  # fmt: skip

    def __init__(
        self,
        wish: Wish,
        rules: MatchRules,
        jobs: Sequence[PreparedJob],
        count: int,
        order: Iterator[tuple[Tier, int]],
    ) -> None:
        """`order` has how well each of `count` matches fits and its number among the jobs."""
        self._wish = wish
        self._rules = rules
        self._jobs = jobs
        self._count = count
        self._criteria: Criteria | None = None
        self._reasons: dict[PreparedJob, tuple[str, ...]] = {}
        self._read: list[Match] = []
        self._unread = order

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
        while len(self._read) <= at:
            self._read_on()
        return self._read[at]

    def __iter__(self) -> Iterator[Match]:
        at = 0
        while at < len(self._read) or self._read_on():
            yield self._read[at]
            at += 1

    def _read_on(self) -> bool:
        """Put the next match in order, if there is one."""
        following = next(self._unread, None)
        if following:
            tier, number = following
            self._read.append(Match(self._jobs[number], tier, self))
        return following is not None

    def reasons(self, job: PreparedJob) -> tuple[str, ...]:
        """Why a job is among these, in a few words for each clause; worked out once."""
        found = self._reasons.get(job)
        if found is None:
            if self._criteria is None:
                self._criteria = read_criteria(self._wish, self._rules)
            found = self._reasons[job] = reasons(self._criteria, job)
        return found


def ranked(board: Board, wish: Wish, floor: int) -> Ranked | None:
    """The jobs that a wish is for, of the intakes above a floor; None if there are none."""
    found = board.found(wish, floor)
    if not found.jobs:
        return None
    order = ((tier, number) for part, tier in _parts(found) for number in falling(part))
    return Ranked(wish, board.rules, board.jobs, found.jobs.bit_count(), order)


def numbers(board: Board, wish: Wish, floor: int, most: int) -> tuple[int, Sequence[int]]:
    """How many jobs a wish is for, and the numbers of the best of them."""
    found = board.found(wish, floor)
    best: list[int] = []
    for part, _ in _parts(found) if found.jobs else ():
        best += islice(falling(part), most - len(best))
        if len(best) == most:
            break
    return found.jobs.bit_count(), best


def _parts(found: Found) -> Iterator[tuple[int, Tier]]:
    """The jobs found that fit equally well, with how well; the best first."""
    for said, words in _split(found.jobs, found.words, fields.UNASKED):
        for located, place in _split(said, found.limits.places, location.UNASKED):
            for paid, offer in _split(located, found.limits.pays, pay.UNASKED):
                yield paid, (words, place, offer)


def _split(found: int, widening: Widening | None, unasked: int) -> Sequence[tuple[int, int]]:
    """The parts of a set that are in the first, in the second but not the first, and so on."""
    if widening is None:
        return ((found, unasked),)
    parts = []
    for tier, members in enumerate(widening):
        part = found & members
        if part:
            parts.append((part, tier))
            found ^= part
    return parts
