"""A location's text as words: where its segments begin and end, and how its names are spelled."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from jobraker_cli.matching.text import tokens

_LONGEST_TEXT = 300  # characters; the columns hold 100
_MOST_WORDS = 64  # of one text

_PART = re.compile(r"[;|\n\u2022]|\s/\s")
_CHOICE = re.compile(r"\bor\b(?=\s*\S)|(?<![,\s])\s+OR\s+(?=[^\W\d])")  # but not "Portland, OR"
# Between segments a name cannot go on; a hyphen between words joins them or not.
_BORDER = re.compile(
    r"[,/:()\[\]{}\u00b7@\u2013\u2014\t\uff0c\u3001\uff08\uff09]|\s-+\s?|\s?-+\s|^-+|-+$"
    r"|(?<=[^\W\d_]{2})\.(?=[^\W\d_]{2})"  # VNM.Da Nang
)
_LISTING = re.compile(r"[+]|\s&\s|\s+(?:and|AND)\s+")
_HYPHEN = re.compile(r"-+")
_STREET = re.compile(r"\s*\d+[a-z]?\s+\S", re.IGNORECASE)
_LONGEST_PREFIX = 4  # letters of a country, before a postal code: "D-80331 München"
_JOINT = re.compile(r"[.'`\u02bb\u02bf\u2018\u2019]")
_WORD = re.compile(r"[^\W_]+")
_SHORT = {"st": "saint", "sankt": "saint", "ft": "fort", "mt": "mount"}


class Word(NamedTuple):
    """A word of a location: as names are spelled, and as written.

    Words of one `segment` stand between commas, of one `piece` between hyphens, of one `group`
    between "and" or "+".
    """

    name: str
    written: str
    segment: int
    piece: int
    group: int


def parts(text: str) -> list[str]:
    """The texts of the several places that a text names side by side."""
    return [part for choice in choices(text) for part in choice]


def choices(text: str) -> Iterator[list[str]]:
    """The same texts, those together that "or" joins."""
    for part in _PART.split(text[:_LONGEST_TEXT].replace("_", " ")):
        yield _CHOICE.split(part)


def spelled(text: str) -> str:
    """A name as it is looked up: "St. John's" is "saint johns"; "" if it has no words."""
    return " ".join(name for written in re.split(r"[\s/,()-]+", text) for name in _names(written))


def words(text: str) -> list[Word]:
    """The words of one part; a house and its street are left out if more follows."""
    segments = _BORDER.split(text)
    found: list[Word] = []
    group = piece = 0
    for number, segment in enumerate(segments):
        if _STREET.match(segment) and number + 1 < len(segments):
            continue
        for listed, listing in enumerate(_LISTING.split(segment)):
            group += listed > 0
            for joined in _pieces(listing):
                piece += 1
                for written in joined.split():
                    found += (Word(name, written, number, piece, group) for name in _names(written))
    return found[:_MOST_WORDS]


def _pieces(listing: str) -> list[str]:
    """What hyphens join, without a street after a town: "Chicago-525 West Monroe"."""
    first, *more = _HYPHEN.split(listing)
    if len(first) <= _LONGEST_PREFIX:
        return [first, *more]
    return [first, *(piece for piece in more if not _STREET.match(piece))]


@lru_cache(maxsize=50_000)
def _names(written: str) -> tuple[str, ...]:
    return tuple(_spellings(written))


def _spellings(written: str) -> Iterator[str]:
    for token in tokens(_JOINT.sub("", written)):
        for word in _WORD.findall(token):
            if word != "and":
                yield _SHORT.get(word, word)
