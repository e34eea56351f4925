"""How well many jobs fit the places and the pay that are asked, worked out in arrays.

numpy takes some 100 ms to import, so this module is imported only where jobs are searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from jobraker_cli.matching import location, pay
from jobraker_cli.matching.bits import Widening
from jobraker_cli.matching.corpus import Numbers
from jobraker_cli.matching.ranks import JOB, JOBS, PAY, PLACE, TIER, WIDTH

if TYPE_CHECKING:
    from jobraker_cli.matching.board import Limits

_OCTET = 3  # bits of a bit's number within an octet
_OCTETS = 64 << 20  # of the sets that are kept


class Planes:
    """Sets of jobs as rows of bits, equal ones once."""

    def __init__(self, size: int) -> None:
        self._octets = (size >> _OCTET) + 1
        self._rows: dict[int, int] = {}
        self._bits = np.zeros(0, np.uint8)

    @property
    def octets(self) -> int:
        """The memory that the rows take."""
        return len(self._bits)

    def rows(self, sets: Sequence[int]) -> Numbers:
        """Where the row of each set starts."""
        known = len(self._rows)
        starts = [self._rows.setdefault(one, len(self._rows)) for one in sets]
        new = b"".join(one.to_bytes(self._octets, "little") for one in list(self._rows)[known:])
        self._bits = np.concatenate((self._bits, np.frombuffer(new, np.uint8)))
        return np.array(starts, np.int64) * self._octets

    def hold(self, rows: Numbers, jobs: Numbers) -> Numbers:
        """1 where the row that starts there has the job of the same place, else 0."""
        octets = self._bits[rows + (jobs >> _OCTET)]
        return octets >> (jobs & 7).astype(np.uint8) & 1


class _Steps:
    """Sets that widen: how well a job fits is how many steps it takes until one has it."""

    def __init__(self, unasked: int, size: int) -> None:
        self._unasked = unasked
        self._planes = [Planes(size) for _ in range(unasked - 1)]
        # The widest set of all need not be looked at: all that is found is in it.
        self._worst: Numbers = np.zeros(0, np.int64)
        self._rows: Numbers = np.zeros((unasked - 1, 0), np.int64)

    @property
    def octets(self) -> int:
        """The memory that the sets take."""
        return sum(plane.octets for plane in self._planes)

    def add(self, widenings: Sequence[Widening | None]) -> None:
        """Take in the sets of some limits, None of one that does not ask."""
        worst = [self._unasked if one is None else len(one) - 1 for one in widenings]
        self._worst = np.concatenate((self._worst, np.array(worst, np.int64)))
        narrower = [(one or ())[:-1] for one in widenings]
        rows = [
            plane.rows([one[at] if at < len(one) else 0 for one in narrower])
            for at, plane in enumerate(self._planes)
        ]
        self._rows = np.concatenate((self._rows, rows), axis=1)

    def of(self, limits: Numbers, jobs: Numbers) -> Numbers:
        """How many steps it takes for each limit's sets to have each job."""
        steps: Numbers = self._worst[limits]
        for plane, rows in zip(self._planes, self._rows, strict=True):
            steps = steps - plane.hold(rows[limits], jobs)
        return steps


class Fits:
    """What limits leave of the jobs, and in which order; each is taken in once."""

    def __init__(self, size: int, most: int = _OCTETS) -> None:
        """There are `size` jobs. When more than `most` octets are taken, it starts afresh."""
        self._size = size
        self._most = most
        self._clear()

    def _clear(self) -> None:
        self._numbers: dict[Limits, int] = {}
        self._found = Planes(self._size)
        self._rows: Numbers = np.zeros(0, np.int64)
        self._places = _Steps(location.UNASKED, self._size)
        self._pays = _Steps(pay.UNASKED, self._size)

    def numbers(self, limits: Sequence[Limits]) -> Numbers:
        """The numbers of limits, good until some are asked for again."""
        if sum(one.octets for one in (self._found, self._places, self._pays)) > self._most:
            self._clear()
        known = len(self._numbers)
        numbers = [self._numbers.setdefault(one, len(self._numbers)) for one in limits]
        new = list(self._numbers)[known:]
        rows = self._found.rows([one.found for one in new])
        self._rows = np.concatenate((self._rows, rows))
        self._places.add([one.places for one in new])
        self._pays.add([one.pays for one in new])
        return np.array(numbers, np.int64)

    def best_first(
        self, which: Numbers, jobs: Numbers, widths: Numbers, limits: Numbers
    ) -> tuple[Numbers, Numbers]:
        """The ranks of the jobs of each question that its limit leaves, each once, best first.

        `limits` has the number of each question's limit.
        """
        kept = np.flatnonzero(self._found.hold(self._rows[limits][which], jobs))
        which, jobs, widths = which[kept], jobs[kept].astype(np.int64), widths[kept]
        pairs = which << JOB | jobs
        keys: Numbers = np.sort(pairs << WIDTH | widths)  # two words may have found one job
        once = np.ones(len(keys), np.bool_)
        once[1:] = keys[1:] >> WIDTH != keys[:-1] >> WIDTH
        which, jobs, widths = _parts(keys[once], JOB, WIDTH)
        asked = limits[which]
        tiers: Numbers = (widths << PLACE | self._places.of(asked, jobs)) << PAY
        tiers |= self._pays.of(asked, jobs)
        keys = np.sort((which << TIER | tiers) << JOB | JOBS - jobs)  # newer, higher ones first
        return keys >> TIER + JOB, keys & ((1 << TIER + JOB) - 1)


def _parts(keys: Numbers, second: int, third: int) -> tuple[Numbers, Numbers, Numbers]:
    """Three numbers out of one, the last two of so many bits."""
    rest = keys >> third
    return rest >> second, rest & ((1 << second) - 1), keys & ((1 << third) - 1)
