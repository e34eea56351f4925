"""What people could look for on a board, read off its jobs: phrases of titles, skills, places."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from jobraker_cli.demo.columns import Row

HEAD_ENDS = re.compile(r"[,(|/:–—【（]|\s-\s")
PHRASE = re.compile(r"[^\W_][\w.&+#' -]{2,59}")
LEVEL_BEFORE = re.compile(
    r"^(?:(?:senior|sr\.?|junior|jr\.?|lead|staff|principal|entry-level|mid-level)(?:\s+|$))+",
    re.IGNORECASE,
)
LEVEL_AFTER = re.compile(r"\s+I{1,3}$")
NO_PLACE = re.compile(r"remote|hybrid|anywhere|home|location", re.IGNORECASE)
PLACE = re.compile(r"[^\W\d][^\W\d.,' -]*(?:[.,' -]+[^\W\d]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A kind of work on offer: the words for it, how often, with which skills, and where."""

    phrase: str
    weight: int
    skills: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    phrase: str
    count: int = 0
    skills: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)


def interests_of(jobs: Iterable[Row], at_most: int = 120) -> tuple[Interest, ...]:
    """The most frequent kinds of work among `jobs`, most frequent first (empty if there are none).

    The same jobs in the same order give the same interests.
    """
    tallies: dict[str, _Tally] = {}
    for job in jobs:
        phrase = head_of(str(job["title"]))
        if not phrase:
            continue
        tally = tallies.setdefault(phrase.casefold(), _Tally(phrase=phrase))
        tally.count += 1
        skills = job["skills_required"]
        tally.skills.update(map(str, skills if isinstance(skills, list) else ()))
        tally.places.update(places_in(str(job["location"])))
    if any(tally.count > 1 for tally in tallies.values()):
        tallies = {phrase: tally for phrase, tally in tallies.items() if tally.count > 1}
    frequent = sorted(tallies.values(), key=lambda tally: -tally.count)[:at_most]
    return tuple(
        Interest(
            phrase=tally.phrase,
            weight=tally.count,
            skills=tuple(skill for skill, _ in tally.skills.most_common(4)),
            places=tuple(place for place, _ in tally.places.most_common(6)),
        )
        for tally in frequent
    )


def head_of(title: str) -> str:
    """The title's core without level words and tails; "" if it is not one to five plain words."""
    head = HEAD_ENDS.split(title.strip(), maxsplit=1)[0].strip()
    words = LEVEL_AFTER.sub("", LEVEL_BEFORE.sub("", head)).split()
    phrase = " ".join(words)
    return phrase if len(words) <= 5 and PHRASE.fullmatch(phrase) else ""


def places_in(location: str) -> list[str]:
    """The places that a location text names: no numbers, "2 Locations", remote or hybrid."""
    texts = (text.strip() for text in re.split(r"[;|]", location))
    return [text for text in texts if PLACE.fullmatch(text) and not NO_PLACE.search(text)]
