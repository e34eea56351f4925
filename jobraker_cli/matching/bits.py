"""Sets of small numbers as integers, a bit for each.

Combining two sets of 20,000 takes about a microsecond.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

_NOT_ZERO = re.compile(rb"[^\0]")


def set_of(members: Sequence[int]) -> int:
    """The set of these numbers."""
    if not members:
        return 0
    bits = bytearray(max(members) // 8 + 1)
    for member in members:
        bits[member >> 3] |= 1 << (member & 7)
    return int.from_bytes(bits, "little")


def members(numbers: int) -> Iterator[int]:
    """The numbers in a set, lowest first; linear in the highest."""
    packed = numbers.to_bytes((numbers.bit_length() + 7) // 8, "little")
    for found in _NOT_ZERO.finditer(packed):  # most sets are sparse
        block, byte = found.start(), found[0][0]
        yield from (block * 8 + bit for bit in range(8) if byte >> bit & 1)


class Ladder:
    """Numbers that each have a value, to ask which ones have at least a given value."""

    _STEP = 256

    def __init__(self, valued: Iterable[tuple[float, int]]) -> None:
        ordered = sorted(valued, reverse=True)
        self._falling = [-value for value, _ in ordered]
        self._members = [member for _, member in ordered]
        self._rungs = [0]  # the sets of the first 256, 512, ... members

    def at_least(self, value: float) -> int:
        """The set of those whose value is this or higher."""
        count = bisect_right(self._falling, -value)
        rung, rest = divmod(count, self._STEP)
        for start in range((len(self._rungs) - 1) * self._STEP, rung * self._STEP, self._STEP):
            step = set_of(self._members[start : start + self._STEP])
            self._rungs.append(self._rungs[-1] | step)
        return self._rungs[rung] | set_of(self._members[count - rest : count])
