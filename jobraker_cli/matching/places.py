"""Which places a text names, by the gazetteer; by its words alone if that knows none of them.

All else only asks whether the keys of two areas meet: a job lies in an alert's place if its
`within` meets the alert's `own`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobraker_cli.matching.gazetteer import CITY, COUNTRY, REGION, gazetteer
from jobraker_cli.matching.places_reading import read
from jobraker_cli.matching.places_text import parts, words

_LONGEST_NAME = 8  # words of an alert's place that a job's text is searched for


@dataclass(frozen=True, slots=True)
class Area:
    """Places: `own` the ones that are named, `within` these and all that contain them."""

    own: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.own)


def is_known(area: Area) -> bool:
    """Whether the gazetteer knows one of the places; if not, their words are compared."""
    return any("@" in key for key in area.own)


def is_wide(area: Area) -> bool:
    """Whether the gazetteer knows the places, and they are more than cities."""
    known = gazetteer()
    if not area or not all(key.startswith("@") for key in area.own):
        return False
    kinds = {known.kind(int(key[1:])) for key in area.own}
    return COUNTRY in kinds or CITY not in kinds


@lru_cache(maxsize=50_000)
def job_area(text: str) -> Area:
    """The places a job's text names; it is also within every run of its words.

    No `own` if the gazetteer knows none of them.
    """
    found = [_read(part) for part in parts(text)]
    own = frozenset(key for one in found for key in one.offered)
    runs = (run for one in found for run in _runs(one.names))
    return Area(own, own.union(runs, *(one.containing for one in found)))


@lru_cache(maxsize=50_000)
def alert_area(text: str) -> Area:
    """The places an alert's text names; if none is known, the text's words in their order."""
    found = [_read(part) for part in parts(text)]
    own = frozenset(key for one in found for key in one.asked or _whole(one.names))
    return Area(own, own.union(*(one.containing for one in found)))


def word_runs(text: str) -> frozenset[str]:
    """Every run of the text's words, for texts of alerts that name no known place."""
    return frozenset(
        run for part in parts(text) for run in _runs([word.name for word in words(part)])
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the places that a text names side by side: its words, and the keys of what it is.

    A town that the gazetteer lacks is its name in what is said to contain it. To be asked for it
    is that in the smallest such area; a job offers it in the larger ones too, for who names these.
    """

    names: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()
    containing: frozenset[str] = frozenset()


@lru_cache(maxsize=50_000)
def _read(part: str) -> _Part:
    found = words(part)
    if not found:
        return _Part()
    known = gazetteer()
    places = read(found, known)
    asked = frozenset(_key(place.number, place.town) for place in places)
    return _Part(
        names=tuple(word.name for word in found),
        asked=asked,
        offered=asked.union(
            _key(number, place.town)
            for place in places
            if place.town
            for number in known.closure(place.number)
            if known.kind(number) in (REGION, COUNTRY)
        ),
        containing=frozenset(
            _key(number) for place in places for number in known.closure(place.number)
        ),
    )


def _key(number: int, town: str = "") -> str:
    return f"{town}@{number}"


def _whole(names: Sequence[str]) -> list[str]:
    return [" ".join(names)] if names else []


def _runs(names: Sequence[str]) -> Iterable[str]:
    for start in range(len(names)):
        for end in range(start + 1, min(start + _LONGEST_NAME, len(names)) + 1):
            yield " ".join(names[start:end])
