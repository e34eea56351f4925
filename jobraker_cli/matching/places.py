"""Which places a text names: here by its words alone.

A resolver that knows the world can stand in for `job_area` and `alert_area`: all else only asks
whether the keys of two areas meet. A job lies in an alert's place if its `within` meets the
alert's `own`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobraker_cli.matching.text import tokens


@dataclass(frozen=True, slots=True)
class Area:
    """Places: `own` the ones that are named, `within` these and all that contain them."""

    own: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.own)


_ALIASES = {
    "us": "united states",
    "usa": "united states",
    "united states of america": "united states",
    "uk": "united kingdom",
    "gb": "united kingdom",
    "great britain": "united kingdom",
    "uae": "united arab emirates",
    "eu": "european union",
    "holland": "netherlands",
    "nyc": "new york city",
    "sf": "san francisco",
    "tlv": "tel aviv",
    "bangalore": "bengaluru",
    "munich": "munchen",
    "prague": "praha",
    "warsaw": "warszawa",
}
_LONGEST_ALIAS = 4  # words
_LONGEST_NAME = 8  # words of an alert's place that a job's text is searched for
_LONGEST_TEXT = 300  # characters; the columns hold 100
_MOST_WORDS = 64  # of one text

_PART = re.compile(r"[;|\n]|\s/\s|\bor\b|(?<![,\s])\s+OR\s+(?=[^\W\d])")  # but not "Portland, OR"
_COMMA = re.compile(r"[,\uff0c]")
_JOINT = re.compile(r"[.'-]")
_WORD = re.compile(r"[^\W_]+")


def parts(text: str) -> list[str]:
    """The texts of the several places that a text names side by side."""
    return _PART.split(text[:_LONGEST_TEXT].replace("_", " "))


@lru_cache(maxsize=50_000)
def job_area(text: str) -> Area:
    """The places a job's text names: every run of words may be the name of one."""
    own: list[str] = []
    within: list[str] = []
    for part in parts(text):
        own += _named(part)
        within += _runs(_words(part))
    return Area(frozenset(own), frozenset(within))


@lru_cache(maxsize=50_000)
def alert_area(text: str) -> Area:
    """The places an alert's text names; "London, Ontario" is one place, and within "Ontario"."""
    own: list[str] = []
    within: list[str] = []
    for part in parts(text):
        segments = _COMMA.split(part)
        wholes = [" ".join(_words(" ".join(segments[start:]))) for start in range(len(segments))]
        own += wholes[:1]
        within += wholes
    return Area(frozenset(filter(None, own)), frozenset(filter(None, within)))


def _named(part: str) -> Iterator[str]:
    """The whole text, and what stands before its first comma."""
    for text in (part, _COMMA.split(part, maxsplit=1)[0]):
        if words := _words(text):
            yield " ".join(words)


def _words(text: str) -> list[str]:
    found: list[str] = []
    for token in tokens(text):  # U.S. is one word, UK&I are two
        found += _WORD.findall(_JOINT.sub("", token))
    named = [word for word in found if word != "and"]
    return list(_without_aliases(named[:_MOST_WORDS]))


def _without_aliases(words: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        for end in range(min(at + _LONGEST_ALIAS, len(words)), at, -1):
            name = _ALIASES.get(" ".join(words[at:end]))
            if name:
                break
        else:
            name, end = words[at], at + 1
        yield from name.split()
        at = end


def _runs(words: Sequence[str]) -> Iterable[str]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1):
            yield " ".join(words[start:end])
