"""Colours that stay readable: contrast as WCAG 2.2 defines it, the brand's colour made to fit."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

READABLE = 4.5  # WCAG 2.2, 1.4.3
CLEAR = 7.0  # WCAG 2.2, 1.4.6; on dark panels a bare 4.5 looks dull
LIGHT_PANEL, DARK_PANEL = "#ffffff", "#1c2327"
DARK_LABEL = "#101418"
MUTED = 0.6  # of the saturation, in the dark

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accent:
    """The brand's colour where it is used: links and buttons, in light and in dark mode.

    `label` is the text on a button; on a light button of the dark mode it is `dark_label`.
    """

    light: str
    dark: str
    label: str = LIGHT_PANEL
    dark_label: str = DARK_LABEL


def accent(color: str) -> Accent:
    """The colour darkened and lightened as far as it must be to be read on our panels."""
    return Accent(light=_darker(color), dark=_lighter(color))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 (the same) to 21 (black and white)."""
    low, high = sorted((_luminance(rgb(one)), _luminance(rgb(other))))
    return (high + 0.05) / (low + 0.05)


def rgb(color: str) -> Rgb:
    """The parts of a colour written #rgb or #rrggbb; ValueError for anything else."""
    digits = color.removeprefix("#")
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", color):
        raise ValueError(f"{color!r} is no colour")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _luminance(parts: Rgb) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (part / 255 for part in parts)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _darker(color: str) -> str:
    """The colour itself where it can be read on white, else the first darker one that can."""
    red, green, blue = rgb(color)
    mixtures = (
        _written(*(part * (20 - step) / 20 / 255 for part in (red, green, blue)))
        for step in range(21)
    )
    return next(found for found in mixtures if contrast(found, LIGHT_PANEL) >= READABLE)


def _lighter(color: str) -> str:
    """The first colour of that hue, a little muted, that is clear to see on a dark panel."""
    hue, lightness, saturation = rgb_to_hls(*(part / 255 for part in rgb(color)))
    steps = (lightness + (1 - lightness) * step / 20 for step in range(21))
    shades = (_written(*hls_to_rgb(hue, light, saturation * MUTED)) for light in steps)
    return next(found for found in shades if contrast(found, DARK_PANEL) >= CLEAR)


def _written(*parts: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
