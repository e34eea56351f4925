"""The brand's colour: whatever it is, its links and buttons can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.mail.color import DARK_PANEL, LIGHT_PANEL, READABLE, accent, contrast, rgb

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#ffffff", 21.0), ("#777777", "#fff", 4.48), ("#0c6b5b", "#ffffff", 6.42)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@given(COLORS)
def test_any_colour_becomes_readable(color: str) -> None:
    found = accent(color)
    assert contrast(found.light, LIGHT_PANEL) >= READABLE
    assert contrast(found.dark, DARK_PANEL) >= READABLE
    assert contrast(found.label, found.light) >= READABLE
    assert contrast(found.dark_label, found.dark) >= READABLE


@given(COLORS)
def test_a_readable_colour_stays_what_it_is(color: str) -> None:
    if contrast(color, LIGHT_PANEL) >= READABLE:
        assert accent(color).light == color


@pytest.mark.parametrize("text", ["", "red", "#12", "#12345g", "123456", "#1234567", "#fff;"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        rgb(text)
