"""Memory that is bounded by the room it takes."""

from jobraker_cli.matching.kept import Kept
from jobraker_cli.matching.text import reading


def test_what_is_kept_is_found_until_there_is_no_room() -> None:
    kept: Kept[str, int] = Kept(1_000)
    kept.keep("one", 1, 100)
    kept.keep("two", 2, 100)
    assert (kept.get("one"), kept.get("two")) == (1, 2)
    kept.keep("three", 3, 500)
    assert dict(kept) == {"three": 3}


def test_words_read_the_same_however_many_were_read_before() -> None:
    many = " ".join(f"w{number}" for number in range(100_001))
    assert reading(many) == reading(many) == many
    assert reading("Engineers, R & D") == "engineer r&d"
