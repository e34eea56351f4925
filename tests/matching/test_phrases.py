"""The phrase automaton against a search word by word."""

from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.phrases import Phrases

words = st.lists(st.sampled_from("abc"), max_size=12).map(tuple)


@given(st.lists(words), st.lists(st.sampled_from("abcd")))
def test_exactly_the_phrases_that_stand_in_a_text_are_found(
    phrases: list[tuple[str, ...]], text: list[str]
) -> None:
    automaton = Phrases(phrases)
    found = automaton.find(text)
    for phrase in filter(None, phrases):
        starts = range(len(text) - len(phrase) + 1)
        stands = any(tuple(text[at : at + len(phrase)]) == phrase for at in starts)
        assert (automaton.numbers[phrase] in found) is stands
