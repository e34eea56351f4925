"""Markdown is cut into blocks that are whole, and nothing of it is lost."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.chat.blocks import LONGEST, Blocks

REPLY = """# Jobs

I found two,
on two lines:

1. one
   goes on
2. two
- bullet
  - nested

| a | b |
|---|---|
| 1 | 2 |

```python
def x():

    return 1
```
The end."""

BLOCKS = [
    "# Jobs",
    "I found two,\non two lines:",
    "1. one\n   goes on",
    "2. two",
    "- bullet\n  - nested",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```python\ndef x():\n\n    return 1\n```",
    "The end.",
]


def cut(pieces: list[str]) -> list[str]:
    blocks = Blocks()
    return [block for piece in pieces for block in blocks.feed(piece)] + blocks.finish()


def test_each_block_ends_where_it_is_finished() -> None:
    assert cut([REPLY]) == BLOCKS


@given(st.lists(st.integers(0, len(REPLY)), max_size=40))
def test_it_does_not_matter_how_the_stream_is_cut(cuts: list[int]) -> None:
    edges = sorted({0, len(REPLY), *cuts})
    assert cut([REPLY[a:b] for a, b in itertools.pairwise(edges)]) == BLOCKS


def test_a_block_comes_as_soon_as_it_is_finished() -> None:
    blocks = Blocks()
    assert blocks.feed("first line\n") == []
    assert blocks.feed("\nsecond") == ["first line"]


@given(st.text("ab \n`~#-1.|*", max_size=80))
def test_no_word_is_lost(text: str) -> None:
    letters = [letter for letter in "\n".join(cut([text])) if letter in "ab"]
    assert letters == [letter for letter in text if letter in "ab"]


def test_code_without_an_end_is_shown_in_parts_that_are_code() -> None:
    first, second = cut(["```\n" + "x" * LONGEST + "\n", "y"])
    assert first.startswith("```\nxxx")
    assert first.endswith("\n```")
    assert second == "```\ny\n```"
