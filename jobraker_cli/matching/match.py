"""What the matcher hands out: a job that meets an alert, how well, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

from jobraker_cli.matching import fields, location, pay
from jobraker_cli.matching.bits import Widening
from jobraker_cli.matching.criteria import Wish, read_criteria
from jobraker_cli.matching.explain import reasons

if TYPE_CHECKING:
    from jobraker_cli.matching.board import Board, Limits
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

    __slots__ = ("_board", "_found", "_limits", "_read", "_reasons", "_rules", "_unread", "_wish")

    def __init__(
        self, board: Board, wish: Wish, limits: Limits, found: int, rules: MatchRules
    ) -> None:
        self._board = board
        self._wish = wish
        self._limits = limits
        self._found = found
        self._rules = rules
        self._reasons: dict[PreparedJob, tuple[str, ...]] = {}
        self._read: list[Match] = []
        self._unread: Iterator[tuple[Tier, int]] | None = None

    def __bool__(self) -> bool:
        return self._found > 0

    def __len__(self) -> int:
        return self._found.bit_count()

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
        if self._unread is None:
            self._unread = self.in_order()
        following = next(self._unread, None)
        if following:
            self._read.append(self._match(*following))
        return following is not None

    def in_order(self) -> Iterator[tuple[Tier, int]]:
        """How well each match fits and its number among the board's jobs, best first."""
        limits = self._limits
        for said, words in self._by_words():
            for located, place in _split(said, limits.places, location.UNASKED):
                for paid, offer in _split(located, limits.pays, pay.UNASKED):
                    tier = words, place, offer
                    while paid:
                        highest = paid.bit_length() - 1
                        yield tier, highest
                        paid ^= 1 << highest  # noqa: PLW2901 - the newest has the highest number

    def _by_words(self) -> Iterator[tuple[int, int]]:
        """The matches split by the fields in which the keywords hold."""
        keywords, found = self._wish.keywords, self._found
        if not keywords:
            yield found, fields.UNASKED
            return
        for width in range(fields.UNASKED):
            part = found and found & self._board.saying(keywords, width)
            if part:
                yield part, width
                found ^= part

    def _match(self, tier: Tier, number: int) -> Match:
        return Match(self._board.jobs[number], tier, self)

    def reasons(self, job: PreparedJob) -> tuple[str, ...]:
        """Why a job is among these, in a few words for each clause; worked out once."""
        found = self._reasons.get(job)
        if found is None:
            criteria = read_criteria(self._wish, self._rules)
            found = self._reasons[job] = reasons(criteria, job)
        return found


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
