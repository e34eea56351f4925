"""The index of words: long phrases are compared octet by octet, and only words may be found."""

from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from jobraker_cli.matching.corpus import corpus
from jobraker_cli.matching.postings import Phrases, sorted_pairs
from jobraker_cli.matching.words import Words
from jobraker_cli.model import Job

LONG = [f"w{number}" for number in range(1, 10)]  # nine words, with the numbers 1 to 9


def titled(title: str) -> Job:
    return Job(id="", title=title)


def test_a_long_phrase_is_not_found_between_the_words() -> None:
    words = Words()
    words.add(0, titled(" ".join(f"w{number}" for number in range(1, 10 * 256))))
    shifted = " ".join(f"w{number * 256}" for number in range(1, 10))  # the same octets, one later
    begun = " ".join(LONG[:8])
    words.add(1, titled(f"{shifted} w256 {begun} w99"))
    words.add(2, titled(f"{shifted} w256 {begun} w9"))
    hits = Phrases(corpus(words), np.arange(3)).hits([LONG])
    assert sorted(hits.places.tolist()) == [0, 2]


@example([3, 1, 2, 0, 3, 1, 2, 0], 30)
@given(st.lists(st.integers(0, 7), min_size=1, max_size=50), st.sampled_from([3, 30]))
def test_pairs_are_in_order_however_many_bits_they_take(words: list[int], size: int) -> None:
    pairs, places = sorted_pairs(np.array(words, np.uint32), size)
    expected = sorted((one << size) | other for one, other in pairwise([*words, 0]))
    assert pairs.tolist() == expected
    assert sorted(places.tolist()) == list(range(len(words)))
    followed = [*words, 0]
    assert [(followed[at] << size) | followed[at + 1] for at in places.tolist()] == expected
