"""The index: every word of every job with where it stands, to find phrases in.

numpy takes some 100 ms to import, so this module is imported only where jobs are searched.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobraker_cli.matching.bits import set_of
from jobraker_cli.matching.corpus import Corpus, Numbers, ranges

_FEW = 12  # numbers of which a set is made faster one by one

_STEPS = 8  # words of a phrase that are looked for one by one
_OCTETS = 4  # of a word's number
_WHOLE = 64  # bits of a number

Truths = NDArray[np.bool_]


class Hits(NamedTuple):
    """Where phrases stand: the phrase, the job's place and the field's bit; some more than once."""

    phrases: Numbers
    places: Numbers
    fields: Numbers


class Phrases:
    """Where phrases stand: each is looked up under its rarest pair of words."""

    def __init__(self, corpus: Corpus, places: Numbers) -> None:
        """`places` says for each owner which place is its own."""
        self._codes = corpus.codes
        self._starts = corpus.starts
        self._places = places[corpus.owners]
        self._fields = corpus.fields
        self._tokens = corpus.tokens
        self._word = len(corpus.codes).bit_length()
        self._pairs, self._order = sorted_pairs(self._tokens, self._word)
        self._text = np.repeat(
            np.arange(len(self._starts), dtype=np.uint32),
            np.diff(self._starts, append=len(self._tokens)),
        )

    def hits(self, phrases: Sequence[Sequence[str]]) -> Hits:
        """Where each of some phrases stands."""
        alike: defaultdict[int, list[int]] = defaultdict(list)  # by their number of words
        codes: list[list[int]] = []
        for number, phrase in enumerate(phrases):
            codes.append([self._codes.get(word, 0) for word in phrase])
            if phrase and all(codes[-1]):
                alike[len(phrase)].append(number)
        found = [(_none(), _none())]
        for length, numbers in alike.items():
            some = np.array([codes[number] for number in numbers], np.int64)
            which, texts = self._short(some) if length <= _STEPS else self._long(some)
            found.append((np.array(numbers)[which], texts))
        which, texts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Hits(which, self._places[texts], self._fields[texts])

    def _short(self, codes: Numbers) -> tuple[Numbers, Numbers]:
        """Which of some phrases of one length stand in which texts."""
        which, starts = self._candidates(codes)
        for offset in range(codes.shape[1]) if codes.shape[1] > 2 else ():
            same = self._tokens[starts + offset] == codes[which, offset]
            which, starts = which[same], starts[same]
        return which, self._text[starts]

    def _long(self, codes: Numbers) -> tuple[Numbers, Numbers]:
        """As `_short`, for phrases whose words are not compared one by one."""
        which, texts = self._short(codes[:, :_STEPS])
        whole = codes.astype(np.uint32)
        pairs = dict.fromkeys(zip(which.tolist(), texts.tolist(), strict=True))
        held = [pair for pair in pairs if self._holds(pair[1], whole[pair[0]])]
        both = np.array(held, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def _candidates(self, codes: Numbers) -> tuple[Numbers, Numbers]:
        """Which phrases could begin where, for their rarest pair stands there."""
        count, length = codes.shape
        if length == 1:
            pairs = last = codes << self._word
            last = last | ((1 << self._word) - 1)
        else:
            pairs = last = codes[:, :-1] << self._word | codes[:, 1:]
        low = np.searchsorted(self._pairs, pairs, "left")
        lengths = np.searchsorted(self._pairs, last, "right") - low
        rarest = np.argmin(lengths, axis=1)
        every = np.arange(count)
        lengths = lengths[every, rarest]
        which = np.repeat(every, lengths)
        starts = self._order[ranges(low[every, rarest], lengths)].astype(np.int64) - rarest[which]
        inside = (starts >= 0) & (starts <= len(self._tokens) - length)
        return which[inside], starts[inside]

    def _holds(self, text: int, phrase: NDArray[np.uint32]) -> bool:
        """Whether a text holds a phrase, in time linear in both."""
        ends = self._starts[text + 1 : text + 2].tolist()
        words = self._tokens[int(self._starts[text]) : ends[0] if ends else None].tobytes()
        sought, at = phrase.tobytes(), -1
        while (at := words.find(sought, at + 1)) % _OCTETS:
            if at < 0:
                return False
        return True


def sorted_pairs(words: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """All pairs of neighbours in order, the first `size` bits up, and where each begins.

    The last word's neighbour is 0.
    """
    pairs = words.astype(np.int64) << size
    pairs[:-1] |= words[1:]
    place = len(pairs).bit_length()
    if 2 * size + place >= _WHOLE:
        order = np.argsort(pairs)
        return pairs[order], order.astype(np.uint32)
    pairs <<= place  # a pair and its place as one number are sorted three times as fast
    pairs |= np.arange(len(pairs))
    pairs.sort()
    order = (pairs & ((1 << place) - 1)).astype(np.uint32)
    pairs >>= place
    return pairs, order


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


def _none() -> Numbers:
    return np.zeros(0, np.int64)
