"""The index: every word of every job with where it stands, to find phrases and values in.

numpy takes some 100 ms to import, so this module is imported only where jobs are searched.
"""

from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobraker_cli.matching.bits import set_of
from jobraker_cli.matching.words import Words

_FEW = 12  # numbers of which a set is made faster one by one

_STEPS = 8  # words of a phrase that are looked for one by one
_OCTETS = 4  # of a word's number
_PAIR = 32  # bits of the second word of a pair

Numbers = NDArray[np.integer[Any]]
Truths = NDArray[np.bool_]


class Phrases:
    """Where phrases stand: each is looked up under its rarest word."""

    def __init__(self, words: Words, places: Numbers, size: int) -> None:
        """`places` says for each owner which bit it is; there are `size` bits."""
        self._codes = words.codes
        self._starts = _array(words.starts).astype(np.int64)
        self._places = places[_array(words.owners)]
        self._fields = _array(words.fields)
        self._tokens = _array(words.tokens)
        pairs = self._tokens.astype(np.int64) << _PAIR
        pairs[:-1] |= self._tokens[1:]
        self._order = np.argsort(pairs, kind="stable").astype(np.uint32)
        self._pairs = pairs[self._order]
        self._text = np.repeat(
            np.arange(len(self._starts), dtype=np.uint32),
            np.diff(self._starts, append=len(self._tokens)),
        )
        self._size = size

    def saying(self, phrase: Sequence[str], scopes: Sequence[int]) -> tuple[int, ...]:
        """The sets of jobs in which the phrase stands in a field of each of these scopes."""
        texts = self._texts(phrase)
        if not len(texts):
            return (0,) * len(scopes)
        places, fields = self._places[texts], self._fields[texts]
        every = int(np.bitwise_or.reduce(fields))
        both = int(np.bitwise_and.reduce(fields))
        found: dict[int, int] = {0: 0}
        sets = []
        for scope in scopes:
            scope &= every  # noqa: PLW2901 - what no text is does not matter
            if scope not in found:
                at = places if scope & both or scope == every else places[(fields & scope) != 0]
                found[scope] = bits(at, self._size)
            sets.append(found[scope])
        return tuple(sets)

    def _texts(self, phrase: Sequence[str]) -> Numbers:
        """The numbers of the texts that hold the phrase, some more than once."""
        codes = [self._codes.get(word, 0) for word in phrase]
        if not all(codes):
            return _none()
        if len(codes) == 1:
            return self._text[self._between(codes[0] << _PAIR, (codes[0] + 1) << _PAIR)]
        pairs = [(one << _PAIR) | other for one, other in pairwise(codes)]
        found = [self._between(pair, pair + 1) for pair in pairs]
        rarest = min(range(len(found)), key=lambda at: len(found[at]))
        starts = found[rarest].astype(np.int64) - rarest
        starts = starts[(starts >= 0) & (starts <= len(self._tokens) - len(codes))]
        for offset, code in enumerate(codes[:_STEPS]):
            if offset - rarest not in (0, 1) and len(starts):
                starts = starts[self._tokens[starts + offset] == code]
        texts = self._text[starts]
        if len(codes) <= _STEPS:
            return texts
        whole = np.array(codes, np.uint32)
        return np.array([text for text in np.unique(texts) if self._holds(int(text), whole)], int)

    def _between(self, low: int, high: int) -> Numbers:
        """Where the words stand whose pairs are in a range."""
        first, last = self._pairs.searchsorted((low, high)).tolist()
        return self._order[first:last]

    def _holds(self, text: int, phrase: NDArray[np.uint32]) -> bool:
        """Whether a text holds a phrase, in time linear in both."""
        ends = self._starts[text + 1 : text + 2].tolist()
        words = self._tokens[int(self._starts[text]) : ends[0] if ends else None].tobytes()
        sought, at = phrase.tobytes(), -1
        while (at := words.find(sought, at + 1)) % _OCTETS:
            if at < 0:
                return False
        return True


def bits(numbers: Numbers, size: int) -> int:
    """The set of these numbers below `size`."""
    if len(numbers) <= _FEW:
        return set_of(numbers.tolist())
    flags = np.zeros(size, np.bool_)
    flags[numbers] = True
    return set_where(flags)


def set_where(flags: Truths) -> int:
    """The set of the places at which there is truth."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _array(numbers: "array[int]") -> Numbers:
    return np.frombuffer(numbers, numbers.typecode) if numbers else _none()


def _none() -> Numbers:
    return np.zeros(0, np.int64)
