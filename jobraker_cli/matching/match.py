"""What the matcher hands out: a job that meets an alert, how well, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from jobraker_cli.matching.bits import members
from jobraker_cli.matching.board import Board, Tier
from jobraker_cli.matching.criteria import Criteria
from jobraker_cli.matching.explain import reasons
from jobraker_cli.matching.prepared import PreparedJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A job that meets an alert's criteria; the lowest `rank` is the best match.

    A rank says how well keywords, place and pay fit, then the age of the posting. Ranks of
    different alerts compare: what an alert does not ask for ranks below all that is asked.
    """

    job: PreparedJob
    rank: tuple[int, int, int, float, str]
    criteria: Criteria = field(repr=False, compare=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in a few words for each clause of the alert; worked out when asked for."""
        return reasons(self.criteria, self.job)


class Ranked(Sequence[Match]):
    """All matches of some criteria, best first, put in order only as far as they are read."""

    def __init__(self, board: Board, criteria: Criteria, found: int) -> None:
        self._jobs = board.jobs
        self._criteria = criteria
        self._length = found.bit_count()
        self._read: list[tuple[Tier, int]] = []
        self._unread = _in_order(board, criteria, found)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Match]: ...
    def __getitem__(self, index: int | slice) -> Match | Sequence[Match]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(self._length))]
        at = index + self._length if index < 0 else index
        if not 0 <= at < self._length:
            raise IndexError(f"there are {self._length} matches")
        while len(self._read) <= at:
            self._read_on()
        return self._match(*self._read[at])

    def __iter__(self) -> Iterator[Match]:
        at = 0
        while at < len(self._read) or self._read_on():
            yield self._match(*self._read[at])
            at += 1

    def _read_on(self) -> bool:
        """Put the next match in order, if there is one."""
        following = next(self._unread, None)
        if following:
            self._read.append(following)
        return following is not None

    def _match(self, tier: Tier, position: int) -> Match:
        job = self._jobs[position]
        return Match(job=job, rank=(*tier, job.age, job.job.id), criteria=self._criteria)


def _in_order(board: Board, criteria: Criteria, found: int) -> Iterator[tuple[Tier, int]]:
    for tier, jobs in board.tiers(criteria, found):
        for position in members(jobs):
            yield tier, position
