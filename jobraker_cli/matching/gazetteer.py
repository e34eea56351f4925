"""The places of the world that have a name, read from a compact file on first use.

The file is made by scripts/build_gazetteer.py from GeoNames (CC BY 4.0, see NOTICE).
"""

import zlib
from array import array
from bisect import bisect_left
from functools import lru_cache

Sense = tuple[int, ...]  # what a name can mean: a place, or several at once

CITY = "city"
COUNTRY = "country"
REGION = "region"  # a state or province
PART = "part"  # of a country: a metropolitan area, several states
WORLD = "world"  # several countries

_KINDS = {"c": COUNTRY, "r": REGION, "p": PART, "w": WORLD}
SECTION = "\x1d"  # between the sections of the file
FILE = "data/places.txt.z"


class Gazetteer:
    """Places as numbers, cities from `first_city` on by falling population, and their names."""

    def __init__(self, text: str) -> None:
        figures, areas, cities, names, codes, common, noise = text.split(SECTION)
        self.first_city, self._large, self._largest = map(int, figures.split())
        self._areas = areas.split("\n")
        self._cities = array("H", map(int, cities.split("\n")[0].split(",")))
        self._parts = _lines(cities.split("\n")[1:])
        self._names = names.split("\n")
        self._codes = _lines(codes.split("\n"))
        self._common = frozenset(common.split())
        self._noise = frozenset(noise.split())
        self._closures: dict[int, frozenset[int]] = {}

    def senses(self, name: str) -> tuple[Sense, ...]:
        """What a name, spelled as `places_text.spelled` does it, can mean; likeliest first."""
        at = bisect_left(self._names, name + "\t")
        if at == len(self._names) or not self._names[at].startswith(name + "\t"):
            return ()
        found = self._names[at][len(name) + 1 :].split(",")
        return tuple(tuple(map(int, sense.split("+"))) for sense in found)

    def codes(self, code: str) -> tuple[tuple[Sense, bool], ...]:
        """What an abbreviation in capitals can mean, and whether it can on its own."""
        found = self._codes.get(code, "")
        return tuple(
            ((int(sense.rstrip("!")),), sense.endswith("!")) for sense in found.split(",") if sense
        )

    def kind(self, place: int) -> str:
        """What a place is."""
        return CITY if place >= self.first_city else _KINDS[self._areas[place][0]]

    def is_large(self, place: int) -> bool:
        """Whether it is a city of 100,000 people or more."""
        return self.first_city <= place < self._large

    def is_very_large(self, place: int) -> bool:
        """Whether it is a city of 500,000 people or more."""
        return self.first_city <= place < self._largest

    def is_common(self, name: str) -> bool:
        """Whether the name is also a word that stands in locations for other reasons."""
        return name in self._common

    def is_noise(self, name: str) -> bool:
        """Whether the word beside a name does not change what it means: "Berlin office"."""
        return name in self._noise

    def closure(self, place: int) -> frozenset[int]:
        """The place and all that contain it; a city and a state that is one contain each other."""
        found = self._closures.get(place)
        if found is None:
            around = {place}
            unseen = [place]
            while unseen:
                more = set(self._parents(unseen.pop())) - around
                around |= more
                unseen += more
            found = self._closures[place] = frozenset(around)
        return found

    def _parents(self, place: int) -> list[int]:
        if place < self.first_city:
            return _numbers(self._areas[place][1:])
        number = place - self.first_city
        return [self._cities[number], *_numbers(self._parts.get(str(number), ""))]


def _numbers(listed: str) -> list[int]:
    return [int(number) for number in listed.split(",") if number]


def _lines(lines: list[str]) -> dict[str, str]:
    return dict(line.split("\t") for line in lines)


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer of the package; takes some 50 ms the first time."""
    from importlib.resources import files

    packed = files("jobraker_cli.matching").joinpath(FILE).read_bytes()
    return Gazetteer(zlib.decompress(packed).decode())
