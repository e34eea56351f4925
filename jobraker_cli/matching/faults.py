"""What is wrong with an alert by itself, whatever jobs there are."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jobraker_cli.matching.criteria import choice
from jobraker_cli.matching.fields import TITLE
from jobraker_cli.matching.location import wanted_spots
from jobraker_cli.matching.places import is_known
from jobraker_cli.matching.query import is_malformed, read_entry
from jobraker_cli.model import Alert

JOB_TYPES = ("full_time", "part_time", "contract", "temporary", "internship", "freelance")
LEVELS = ("entry", "mid", "senior", "lead", "executive")
FREQUENCIES = ("immediate", "daily", "weekly", "monthly")
_MOST_NAMED = 5


class Fault(NamedTuple):
    """A word for programs, and a sentence."""

    problem: str
    detail: str


def faults(alert: Alert, keywords: object) -> tuple[Fault, ...]:
    """All that is wrong with an alert; `keywords` is the column as it is, any JSON value."""
    found = [*_shape(keywords), *_queries(alert.keywords), *_contradictions(alert)]
    if asks_nothing(alert):
        found.append(Fault("everything", "it has no condition, so every job matches"))
    return tuple(found)


def asks_nothing(alert: Alert) -> bool:
    """Whether the alert is a wish for everything."""
    given = (alert.keywords, alert.location.strip(), alert.remote_only, alert.job_type.strip())
    more = (alert.experience_level.strip(), alert.min_salary, alert.max_salary)
    return not any((*given, *more))


def _shape(keywords: object) -> Iterator[Fault]:
    """Keywords that are no list of strings: what is none of it counts as not there."""
    if isinstance(keywords, str | list | tuple):
        odd = [one for one in keywords if not isinstance(one, str)]
        if odd and not isinstance(keywords, str):
            kinds = ", ".join(sorted({_kind(one) for one in odd}))
            yield Fault("broken_keywords", f"{len(odd)} of its keywords are no text: {kinds}")
        return
    detail = f"its keywords are {_kind(keywords)}, no list of texts; they count as none"
    yield Fault("broken_keywords", detail)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "a number"


def _queries(entries: Sequence[str]) -> Iterator[Fault]:
    wordless = [entry for entry in entries if not read_entry(entry, TITLE).program]
    malformed = [entry for entry in entries if is_malformed(entry) and entry not in wordless]
    if wordless:
        yield Fault("broken_keywords", f"no word in {_named(wordless)}; it finds nothing")
    if malformed:
        detail = f"{_named(malformed)} makes no sense as a query; it is read as its plain words"
        yield Fault("broken_keywords", detail)


def _contradictions(alert: Alert) -> Iterator[Fault]:
    low, high = alert.min_salary, alert.max_salary
    if low and high and low > high:
        detail = (
            f"it asks for at least {low:,} and at most {high:,}; it is read the other way round"
        )
        yield Fault("cannot_match", detail)
    unknown = [spot.area for spot in wanted_spots(alert.location) if spot.area]
    if unknown and not any(map(is_known, unknown)):
        where = " ".join(alert.location.split())
        found = "only jobs whose text says these words match, and remote jobs open to everywhere"
        yield Fault("unknown_place", f"no place is known as {where}; {found}")
    for name, value, known in (
        ("job type", choice(alert.job_type), JOB_TYPES),
        ("experience level", choice(alert.experience_level), LEVELS),
    ):
        if value and value not in known:
            yield Fault("cannot_match", f"no job has the {name} {value}; known: {', '.join(known)}")
    if alert.frequency not in FREQUENCIES:
        detail = f"no task serves the frequency {alert.frequency or '(none)'}"
        yield Fault("cannot_match", detail)


def _named(entries: Sequence[str]) -> str:
    more = f" and {len(entries) - _MOST_NAMED} more" if len(entries) > _MOST_NAMED else ""
    lines = (f'"{" ".join(entry.split())[:60]}"' for entry in entries[:_MOST_NAMED])
    return ", ".join(lines) + more
