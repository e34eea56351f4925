"""What a stranger writes never moves a terminal's cursor, however it is cut."""

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from jobraker_cli.chat.terminal_text import TerminalText, fit

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
HOSTILE = st.lists(
    st.sampled_from(
        [
            "\x1b]52;c;ZXZpbA==\x07", "\x1b[2J", "\x9b2J", "\x1b]8;;https://evil\x1b\\", "\r\n",
            "\r", "\n", "\t", "\u202e", "\ud83d\ude00", "\ud83d", "word ", "\x00", "\u2028",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip


def fed(pieces: list[str]) -> str:
    shown = TerminalText()
    return "".join([*map(shown.feed, pieces), shown.finish()])


@given(ANY | HOSTILE)
def test_no_control_or_bidi_character_and_no_half_of_one_is_left(text: str) -> None:
    shown = fit(text)
    for letter in shown:
        assert letter == "\n" or (letter >= " " and not "\x7f" <= letter <= "\x9f"), repr(shown)
        assert not "\u202a" <= letter <= "\u202e"
        assert not "\ud800" <= letter <= "\udfff"


@given(ANY | HOSTILE, st.lists(st.integers(0, 100), max_size=8))
@example("\x1b]52;c;ZXZpbA==\x07", list(range(30)))
def test_pieces_give_the_same_as_the_whole(text: str, cuts: list[int]) -> None:
    edges = sorted({min(cut, len(text)) for cut in (0, *cuts, len(text))})
    pieces = [text[start:end] for start, end in itertools.pairwise(edges)]
    assert fed(pieces) == fit(text)


def test_an_escape_sequence_is_shown_as_the_text_that_it_is() -> None:
    assert fit("a\x1b]52;c;eA==\x07b\x1b[2Jc") == "a]52;c;eA==b[2Jc"


def test_a_character_that_json_cut_in_two_is_joined() -> None:
    assert fed(["\ud83d", "\ude00"]) == "\U0001f600"
