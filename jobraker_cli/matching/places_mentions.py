"""Which places the words of a location mention: names found, and one reading of all chosen."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jobraker_cli.matching.gazetteer import CITY, Gazetteer, Sense
from jobraker_cli.matching.places_text import Word

_LONGEST_NAME = 6  # words
_MOST_MENTIONS = 16  # of one text
_MOST_READINGS = 12  # of one name; the likeliest, and those that fit their neighbours
_LIKELIEST = 3
_BEAM = 24  # readings of the text so far that are kept
_LONGEST_CODE = 6
_FLOOR = re.compile(r"\d{1,3}$")

# What the next reading of a name is behind, where a neighbouring name that fits weighs 4.
_LESS_LIKELY_NAME = 0.01
_LESS_LIKELY_CODE = 0.3


class Reading(NamedTuple):
    """One thing that a name or abbreviation can mean."""

    sense: Sense
    code: bool = False
    free: bool = True  # else only beside something that it contains or that contains it


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name something, from the one numbered `start` up to `end`, and what."""

    start: int
    end: int
    segment: int
    group: int
    readings: tuple[Reading, ...]
    cut: bool  # perhaps out of a longer name: a word beside it is not part of it


def find(words: Sequence[Word], known: Gazetteer) -> list[Mention]:
    """The names among the words, the longest ones, none across a border of segments."""
    found: list[Mention] = []
    at = 0
    while at < len(words) and len(found) < _MOST_MENTIONS:
        mention = _longest(words, at, known)
        if mention:
            found.append(mention)
        at = mention.end if mention else at + 1
    return found


def _longest(words: Sequence[Word], start: int, known: Gazetteer) -> Mention | None:
    first = words[start]
    end = start + 1
    while end < min(len(words), start + _LONGEST_NAME) and words[end].segment == first.segment:
        end += 1
    names = [word.name for word in words[start:end]]
    for length in range(end - start, 0, -1):
        readings = [Reading(sense) for sense in known.senses(" ".join(names[:length]))]
        if length == 1:
            codes = list(_codes(words, start, known))
            readings = _by_likelihood(readings, codes, known) if codes else readings
        if readings:
            end = start + length
            cut = _is_cut(words, start, end, known)
            return Mention(start, end, first.segment, first.group, tuple(readings), cut)
    return None


def _is_cut(words: Sequence[Word], start: int, end: int, known: Gazetteer) -> bool:
    for at in (start - 1, end):
        if 0 <= at < len(words) and words[at].piece == words[start].piece:
            word = words[at]
            if not (known.is_noise(word.name) or known.codes(word.written.upper())):
                return True
    return False


def _by_likelihood(names: list[Reading], codes: list[Reading], known: Gazetteer) -> list[Reading]:
    """Names and abbreviations; Pa is a small city, but LA a large one and UK a country."""
    small = bool(names) and is_city(names[0].sense, known) and not known.is_large(names[0].sense[0])
    free = [code for code in codes if code.free]
    shy = [code for code in codes if not code.free]
    return [*free, *names, *shy] if small else [*names, *free, *shy]


def _codes(words: Sequence[Word], at: int, known: Gazetteer) -> Iterator[Reading]:
    """What a word means as an abbreviation: in capitals, at the end, or the whole of a segment."""
    word = words[at]
    written = word.written.replace(".", "")
    meant = known.codes(written.upper()) if len(written) <= _LONGEST_CODE else ()
    if not meant or not written.isascii() or _is_floor(words, at):
        return
    capitals = written.isupper()
    beside = [words[near] for near in (at - 1, at + 1) if 0 <= near < len(words)]
    alone = all(near.segment != word.segment for near in beside)
    closing = at > 0 and all(after.name.isdigit() for after in words[at + 1 :])
    if not (alone or capitals or closing):
        return
    edge = len(beside) < 2 or any(near.piece != word.piece for near in beside)
    clear = len(words) == 1 or (
        edge if capitals else closing and written.islower() and beside[0].segment != word.segment
    )
    for sense, free in meant:
        yield Reading(sense, code=True, free=free and clear)


def _is_floor(words: Sequence[Word], at: int) -> bool:
    """Whether only a number that is too short for a postal code follows: "FL 16"."""
    after = [word.name for word in words[at + 1 : at + 3] if word.piece == words[at].piece]
    return len(after) == 1 and bool(_FLOOR.match(after[0]))


def related(one: Sense, other: Sense, known: Gazetteer) -> bool:
    """Whether all of one sense lies in or around all of the other."""
    for a in one:
        around = known.closure(a)
        for b in other:
            if a == b or (b not in around and a not in known.closure(b)):
                return False
    return True


def choose(mentions: Sequence[Mention], known: Gazetteer) -> list[Reading]:
    """For each mention the reading with which most of them lie in one another."""
    beam: list[tuple[float, tuple[Reading, ...]]] = [(0.0, ())]
    if len(mentions) == 1:
        return [mentions[0].readings[0]]
    for at, readings in enumerate(_likely(mentions, known)):
        grown = [
            (score + _gain(reading, rank, chosen, mentions[: at + 1], known), (*chosen, reading))
            for score, chosen in beam
            for rank, reading in enumerate(readings)
        ]
        grown.sort(key=lambda state: -state[0])
        beam = grown[:_BEAM]
    return list(beam[0][1])


def _likely(mentions: Sequence[Mention], known: Gazetteer) -> Iterator[list[Reading]]:
    """The readings of each mention that are likely in themselves or fit another mention."""
    named = [frozenset(p for r in mention.readings for p in r.sense) for mention in mentions]
    around = [frozenset().union(*(known.closure(place) for place in places)) for places in named]
    for at, mention in enumerate(mentions):
        if len(mention.readings) <= _LIKELIEST:
            yield list(mention.readings)
            continue
        others = [number for number in range(len(mentions)) if number != at]
        fitting = [
            reading
            for reading in mention.readings[_LIKELIEST:]
            if any(
                place in around[other] or known.closure(place) & named[other]
                for other in others
                for place in reading.sense
            )
        ]
        yield [*mention.readings[:_LIKELIEST], *fitting][:_MOST_READINGS]


def _gain(
    reading: Reading,
    rank: int,
    chosen: Sequence[Reading],
    mentions: Sequence[Mention],
    known: Gazetteer,
) -> float:
    """How much better the text reads with this; the nearer the related names the more."""
    gain = -rank * (_LESS_LIKELY_CODE if reading.code else _LESS_LIKELY_NAME)
    here = mentions[-1]
    for at, other in enumerate(chosen):
        if not related(reading.sense, other.sense, known):
            continue
        there = mentions[at]
        if other.code and _misleads(here, reading, there, other, known):
            continue
        if reading.code and _misleads(there, other, here, reading, known):
            continue
        near = 4.0 / (len(chosen) - at)
        if there.segment == here.segment or other.sense[0] > reading.sense[0]:
            near *= 1.1  # "Paris TX"; "Peoria, AZ" rather than "IL, Peoria"
        gain += near if there.group == here.group else near / 2
    return gain


def _misleads(
    here: Mention, reading: Reading, there: Mention, other: Reading, known: Gazetteer
) -> bool:
    """Whether a small city's name, cut out of "South Lake Union", says what the code WA means."""
    return (
        here.cut
        and other is not there.readings[0]
        and is_city(reading.sense, known)
        and not known.is_large(reading.sense[0])
    )


def is_city(sense: Sense, known: Gazetteer) -> bool:
    """Whether the sense is a city, perhaps with the area that is hardly more than it."""
    return any(known.kind(place) == CITY for place in sense)
