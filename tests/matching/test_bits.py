"""Sets as integers."""

from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.bits import members, set_of


@given(st.sets(st.integers(0, 300)))
def test_a_set_gives_back_its_members_in_order(numbers: set[int]) -> None:
    assert list(members(set_of(sorted(numbers)))) == sorted(numbers)
