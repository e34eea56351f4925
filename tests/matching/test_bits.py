"""Sets as integers."""

from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.bits import Ladder, members, set_of


@given(st.sets(st.integers(0, 300)))
def test_a_set_gives_back_its_members_in_order(numbers: set[int]) -> None:
    assert list(members(set_of(sorted(numbers)))) == sorted(numbers)


@given(st.lists(st.integers(-5, 5), max_size=40), st.integers(-6, 6))
def test_a_ladder_knows_who_has_at_least_a_value(values: list[int], least: int) -> None:
    ladder = Ladder((value, at) for at, value in enumerate(values))
    expected = [at for at, value in enumerate(values) if value >= least]
    assert list(members(ladder.at_least(least))) == expected


def test_a_ladder_is_right_beyond_its_first_rungs() -> None:
    ladder = Ladder((value, value) for value in range(1000))
    for least in (999, 700, 744, 743, 0, 500, 1000):
        assert ladder.at_least(least).bit_count() == 1000 - least
