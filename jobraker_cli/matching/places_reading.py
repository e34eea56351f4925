"""The places of one location, decided from what its words mention."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobraker_cli.matching.gazetteer import COUNTRY, PART, REGION, WORLD, Gazetteer, Sense
from jobraker_cli.matching.lexicon import LEGAL_FORMS
from jobraker_cli.matching.places_mentions import Mention, Reading, choose, find, is_city, related
from jobraker_cli.matching.places_text import Word

_LONGEST_TOWN = 5  # words
_STREETS = frozenset(
    ["road", "rd", "street", "str", "strasse", "avenue", "ave", "boulevard", "blvd", "drive",
     "lane", "ln", "way", "parkway", "pkwy", "highway", "hwy", "plaza", "pike", "turnpike", "marg"]
)  # fmt: skip

_TIMES = frozenset(
    ["EST", "EDT", "ET", "CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "CEST", "GMT", "UTC"]
)
_TIMES_OR_PLACES = frozenset(["CT", "MT", "PT", "IST"])  # by the country beside them

_DIRECTIONS = frozenset(
    ["east", "west", "north", "south", "central", "eastern", "western", "northern", "southern"]
)


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its number in the gazetteer, or a town that is not in it by its name.

    `number` is then what the town lies in.
    """

    number: int
    town: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Named:
    """A mention with the reading that was chosen, and what speaks for it."""

    mention: Mention
    reading: Reading
    words: tuple[Word, ...]
    whole: bool  # nothing else that matters stands beside it
    city: bool
    supported: bool  # something else is it, contains it or lies in it
    located: bool  # by more than its country

    @property
    def sense(self) -> Sense:
        return self.reading.sense


def read(words: Sequence[Word], known: Gazetteer) -> list[Place]:
    """The places that the words name: the smallest, not those that only say where these are."""
    named = [one for one in _named(words, known) if _holds(one, words, known)]
    named = [one for one in named if not _outdone(one, named, known)]
    elsewhere = [one for one in named if _is_elsewhere(one, named, known)]
    named = [one for one in named if one not in elsewhere]
    containers = [place for one in named if _locates(one, known) for place in one.sense]
    if containers and not any(one.city for one in named):
        towns = [*(_beside(one, words) for one in elsewhere), *_unknown(words, named, known)]
        if towns:
            nearest = max(containers, key=lambda place: len(known.closure(place)))
            return [Place(nearest, town) for town in dict.fromkeys(towns)]
    return [Place(place) for place in _smallest(named, known)]


def _named(words: Sequence[Word], known: Gazetteer) -> Iterator[_Named]:
    mentions = find(words, known)
    chosen = choose(mentions, known)
    for at, (mention, reading) in enumerate(zip(mentions, chosen, strict=True)):
        support = [
            (other, reading_of_other)
            for other, reading_of_other in zip(mentions, chosen, strict=True)
            if other is not mention
            and (
                related(reading.sense, reading_of_other.sense, known)
                or reading.sense == reading_of_other.sense
            )
        ]
        about = {number for other, _ in support for number in range(other.start, other.end)}
        yield _Named(
            mention=mention,
            reading=reading,
            words=tuple(words[mention.start : mention.end]),
            whole=all(
                number in about or _is_noise(word, known)
                for number, word in _near(words, mention.start, mention.end)
            ),
            city=is_city(chosen[at].sense, known),
            supported=bool(support),
            located=any(known.kind(other.sense[0]) not in (COUNTRY, WORLD) for _, other in support),
        )


def _near(words: Sequence[Word], start: int, end: int) -> Iterator[tuple[int, Word]]:
    """The other words of the same piece of the text, with their numbers."""
    pieces = words[start].piece, words[end - 1].piece
    for number, word in enumerate(words):
        if word.piece in pieces and not start <= number < end:
            yield number, word


def _is_noise(word: Word, known: Gazetteer) -> bool:
    return (
        known.is_noise(word.name)
        or word.name in LEGAL_FORMS
        or word.written in _TIMES
        or word.written in _TIMES_OR_PLACES
        or any(letter.isdigit() for letter in word.name)
    )


def _holds(one: _Named, words: Sequence[Word], known: Gazetteer) -> bool:
    """Whether the words can be meant as the place."""
    if one.reading.code:
        return one.supported or one.reading.free
    return not one.city or (_is_name(one, known) and _is_town(one, words, known))


def _is_name(one: _Named, known: Gazetteer) -> bool:
    """Whether the words are more than a word of the language that is some city's name as well."""
    first, *more = one.words
    if more or one.located:
        return True
    common = known.is_common(first.name) and not known.is_large(one.sense[0])
    return not common and not known.is_noise(first.name)


def _is_town(one: _Named, words: Sequence[Word], known: Gazetteer) -> bool:
    """Whether what stands around the words lets them be a city's, not a street's or company's."""
    after = words[one.mention.end : one.mention.end + 1]
    if after and after[0].name in _STREETS and after[0].piece == one.words[-1].piece:
        return False
    if one.supported or one.whole:
        return True
    return known.is_large(one.sense[0]) and not any(word.name in LEGAL_FORMS for word in words)


def _outdone(one: _Named, named: Sequence[_Named], known: Gazetteer) -> bool:
    """Whether the rest speaks against it: "Ikeja, LA, Nigeria" is not in Louisiana."""
    others = [other for other in named if other is not one]
    if _is_time(one, others, known):
        return True
    if one.reading.code and not one.supported:
        return len(others) > 1 and any(
            not other.reading.code and not other.city for other in others
        )
    if not one.city:
        stray = not (one.supported or one.whole) and known.kind(one.sense[0]) in (PART, REGION)
        return stray and any(
            other.supported and other.mention.group == one.mention.group for other in others
        )
    if one.whole and (one.supported or known.is_large(one.sense[0])):
        return False
    return any(other.city and (other.supported if one.whole else other.whole) for other in others)


def _is_time(one: _Named, others: Sequence[_Named], known: Gazetteer) -> bool:
    """Whether it is a time zone: EST if nothing says Estonia, PT in "US (PT)"."""
    written = one.words[0].written
    if one.supported:
        return False
    return written in _TIMES or (
        written in _TIMES_OR_PLACES
        and any(
            known.kind(other.sense[0]) == COUNTRY and not other.reading.code for other in others
        )
    )


def _is_elsewhere(one: _Named, named: Sequence[_Named], known: Gazetteer) -> bool:
    """Whether what stands beside it says that it is a namesake which the gazetteer lacks."""
    if one.supported or one.reading.code:
        return False
    at = named.index(one)
    for other in (*named[at + 1 : at + 2], *named[max(at - 1, 0) : at]):
        if other.mention.group != one.mention.group or not _locates(other, known):
            continue
        within_state = all(known.kind(place) == REGION for place in other.sense)
        if len(one.sense) > 1 and not (within_state and _contradicts(other, one, known)):
            continue
        if one.city:
            return within_state or not known.is_very_large(one.sense[0])
        # "NY - Malta" is not the country
        return within_state and other.reading.code and known.kind(one.sense[0]) == COUNTRY
    return False


def _contradicts(one: _Named, other: _Named, known: Gazetteer) -> bool:
    """Whether the two have no country in common: "Berlin, CT"."""
    around = {place for inner in one.sense for place in known.closure(inner)}
    return not any(
        known.kind(place) == COUNTRY and place in around
        for inner in other.sense
        for place in known.closure(inner)
    )


def _locates(one: _Named, known: Gazetteer) -> bool:
    return all(known.kind(place) in (REGION, COUNTRY) for place in one.sense)


def _beside(one: _Named, words: Sequence[Word]) -> str:
    """The mention's words with all that stand beside them: "Upper Marlboro"."""
    near = [number for number, _ in _near(words, one.mention.start, one.mention.end)]
    numbers = sorted([*near, *range(one.mention.start, one.mention.end)])
    return _spelled([words[number] for number in numbers])


def _unknown(words: Sequence[Word], named: Sequence[_Named], known: Gazetteer) -> Iterator[str]:
    """The segments in which nothing is known, as names of towns."""
    segments = {word.segment for word in words} - {one.mention.segment for one in named}
    for segment in sorted(segments):
        inside = [word for word in words if word.segment == segment]
        if all(_is_no_name(word, known) for word in inside):
            continue
        name = _spelled([word for word in inside if not any(map(str.isdigit, word.name))])
        if len(name.split()) <= _LONGEST_TOWN:
            yield name


def _is_no_name(word: Word, known: Gazetteer) -> bool:
    return _is_noise(word, known) or len(word.name) < 3 or word.name in _DIRECTIONS


def _spelled(words: Sequence[Word]) -> str:
    return " ".join(word.name for word in words)


def _smallest(named: Sequence[_Named], known: Gazetteer) -> Iterator[int]:
    """The places that do not merely contain another one of their group."""
    for one in named:
        inner = {
            place
            for other in named
            if other is not one and other.mention.group == one.mention.group
            for place in other.sense
        }
        for place in one.sense:
            if not any(
                place in known.closure(other) and other not in known.closure(place)
                for other in inner
            ):
                yield place
