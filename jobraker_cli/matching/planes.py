"""How well many jobs fit the places and the pay that are asked, worked out in arrays.

numpy takes some 100 ms to import, so this module is imported only where jobs are searched.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from jobraker_cli.matching import location, pay
from jobraker_cli.matching.bits import Widening
from jobraker_cli.matching.board import Limits
from jobraker_cli.matching.corpus import Numbers
from jobraker_cli.matching.ranks import JOB, JOBS, PAY, PLACE, TIER, WIDTH

_OCTET = 3  # bits of a bit's number within an octet


class Planes:
    """Sets of jobs as rows of bits, equal ones once."""

    def __init__(self, sets: Sequence[int], size: int) -> None:
        rows: dict[int, int] = {}
        numbers = [rows.setdefault(one, len(rows)) for one in sets]
        octets = (size >> _OCTET) + 1
        packed = b"".join(one.to_bytes(octets, "little") for one in rows)
        self._bits = np.frombuffer(packed, np.uint8)
        self._starts = np.array(numbers, np.int64) * octets

    def hold(self, sets: Numbers, jobs: Numbers) -> Numbers:
        """1 where the set of a number has the job of the same place, else 0."""
        octets = self._bits[self._starts[sets] + (jobs >> _OCTET)]
        return octets >> (jobs & 7).astype(np.uint8) & 1


class _Steps:
    """Sets that widen: how well a job fits is how many steps it takes until one has it."""

    def __init__(self, widenings: Iterable[Widening | None], unasked: int, size: int) -> None:
        known = list(widenings)
        most = (
            unasked - 1
        )  # the widest set of all need not be looked at: all that is found is in it
        narrower = [(one or ())[:-1] for one in known]
        self._worst: Numbers = np.array([unasked if one is None else len(one) - 1 for one in known])
        self._planes = [
            Planes([one[at] if at < len(one) else 0 for one in narrower], size)
            for at in range(most)
        ]

    def of(self, sets: Numbers, jobs: Numbers) -> Numbers:
        """How many steps it takes for each set to have each job."""
        steps: Numbers = self._worst[sets]
        for plane in self._planes:
            steps = steps - plane.hold(sets, jobs)
        return steps


class Fits:
    """What limits leave of the jobs, and in which order."""

    def __init__(self, limits: Sequence[Limits], size: int) -> None:
        self._found = Planes([one.found for one in limits], size)
        self._places = _Steps((one.places for one in limits), location.UNASKED, size)
        self._pays = _Steps((one.pays for one in limits), pay.UNASKED, size)

    def best_first(
        self, which: Numbers, jobs: Numbers, widths: Numbers, limits: Numbers
    ) -> tuple[Numbers, Numbers]:
        """The ranks of the jobs of each question that its limit leaves, each once, best first.

        `limits` has the limit of each question.
        """
        kept = self._found.hold(limits[which], jobs) > 0
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
