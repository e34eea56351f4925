"""The words of the jobs of a run as arrays, those that belong together as one.

numpy takes some 100 ms to import, so this module is imported only where jobs are searched.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobraker_cli.matching.lexicon import FUSED
from jobraker_cli.matching.text import joined
from jobraker_cli.matching.words import SEVERAL, Words

Numbers = NDArray[np.integer[Any]]
PAIR = 32  # bits of the second word of a pair


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Texts of words as numbers: text n begins at `starts[n]`, a 0 stands after each.

    `owners` are the numbers of the jobs, `fields` the bits of the fields.
    """

    codes: Mapping[str, int]
    tokens: Numbers
    starts: Numbers
    owners: Numbers
    fields: Numbers


def corpus(words: Words) -> Corpus:
    """What was taken in, ready to be searched."""
    tokens, starts = _spread(words)
    owners, fields = as_array(words.owners), as_array(words.fields)
    texts = _to_join(words, tokens, starts)
    if len(texts):
        spellings = list(words.codes)
        more: list[int] = []
        begins: list[int] = []
        ends = np.append(starts[1:], len(tokens))
        for start, end in zip(starts[texts].tolist(), ends[texts].tolist(), strict=True):
            text = [spellings[code] for code in tokens[start : end - 1].tolist()]
            begins.append(len(tokens) + len(more))
            more += [words.codes[word] for word in (*joined(text), "")]
            tokens[start:end] = 0  # it is read at its new place
        tokens = np.concatenate((tokens, np.array(more, np.uint32)))
        starts = np.concatenate((starts, np.array(begins, np.int64)))
        owners = np.concatenate((owners, owners[texts]))
        fields = np.concatenate((fields, fields[texts]))
    return Corpus(words.codes, tokens, starts, owners, fields)


def _spread(words: Words) -> tuple[NDArray[np.uint32], Numbers]:
    """The tokens, each one word, and where the texts start among them."""
    tokens = as_array(words.tokens).astype(np.uint32)
    starts = as_array(words.starts).astype(np.int64)
    where = np.flatnonzero(tokens >= SEVERAL)
    if not len(where):
        return tokens, starts
    numbers = tokens[where].astype(np.int64) - SEVERAL
    begins = as_array(words.several_starts).astype(np.int64)
    counts = begins[numbers + 1] - begins[numbers]
    lengths = np.ones(len(tokens), np.int64)
    lengths[where] = counts
    after = np.cumsum(lengths)
    spread = np.repeat(tokens, lengths)
    at = ranges(after[where] - counts, counts)
    spread[at] = as_array(words.several).astype(np.uint32)[ranges(begins[numbers], counts)]
    return spread, (after - lengths)[starts]


def _to_join(words: Words, tokens: Numbers, starts: Numbers) -> Numbers:
    """The texts in which words stand side by side that are one word."""
    codes = words.codes
    pairs = [(codes.get(one), codes.get(other)) for one, other in FUSED]
    fused = [one << PAIR | other for one, other in pairs if one and other]
    first, letter = np.zeros((2, len(codes)), np.bool_)
    first[[pair >> PAIR for pair in fused]] = True
    letter[[code for word, code in codes.items() if len(word) == 1]] = True
    at = np.flatnonzero(first[tokens[:-1]])
    at = at[np.isin(tokens[at].astype(np.int64) << PAIR | tokens[at + 1], fused)]
    amid = np.flatnonzero(tokens[1:-1] == codes.get("and", -1)) + 1
    amid = amid[letter[tokens[amid - 1]] & letter[tokens[amid + 1]]]
    texts = np.unique(np.searchsorted(starts, np.concatenate((at, amid)), "right") - 1)
    return texts[as_array(words.whole)[texts] == 0] if len(texts) else texts


def ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """The numbers from each start on, as many as each length says, one range after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def as_array(numbers: "array[int]") -> Numbers:
    """The numbers of an array."""
    return np.array(np.frombuffer(numbers, numbers.typecode)) if numbers else np.zeros(0, np.int64)
