"""What an application's JSON details say, read defensively: known keys, plain values, bounded.

The web application stores there what it is given: an array of objects by convention, but also an
object, a string, a number or nothing.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

LONGEST = 300
MOST_ITEMS = 6

INTERVIEW: Mapping[str, Sequence[str]] = {
    "when": ("date", "datetime", "scheduled_at", "interview_date", "start"),
    "time": ("time", "start_time"),
    "format": ("type", "format", "interview_type", "mode"),
    "round": ("round", "stage"),
    "place": ("location", "address", "place"),
    "people": ("interviewer", "interviewers", "interviewer_name", "with", "contact"),
    "link": ("link", "url", "meeting_link", "meeting_url", "video_link"),
    "duration": ("duration", "duration_minutes"),
    "notes": ("notes", "instructions", "details", "message"),
}
OFFER: Mapping[str, Sequence[str]] = {
    "title": ("title", "position", "role", "job_title"),
    "salary": ("salary", "base_salary", "amount", "compensation"),
    "currency": ("currency", "salary_currency"),
    "period": ("period", "salary_period"),
    "bonus": ("bonus", "signing_bonus"),
    "start": ("start_date", "start", "starts_at"),
    "deadline": ("deadline", "response_deadline", "respond_by", "expires_at", "expiry_date"),
    "place": ("location", "place"),
    "benefits": ("benefits",),
    "notes": ("notes", "details", "message"),
}

Facts = dict[str, object]


def facts(details: object, names: Mapping[str, Sequence[str]]) -> Facts:
    """What the details say under our names; of several objects the last that says anything."""
    for one in reversed(list(_objects(details))):
        found = {name: value for name, keys in names.items() if (value := _first(one, keys))}
        if found:
            return found
    return {}


def _objects(details: object) -> Iterator[Mapping[str, object]]:
    for one in details if isinstance(details, list) else [details]:
        if isinstance(one, dict):
            yield one


def _first(one: Mapping[str, object], keys: Sequence[str]) -> object:
    """The first of these keys that holds something one can print."""
    return next((value for key in keys if (value := _plain(one.get(key)))), None)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value.strip()[:LONGEST]
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        kept = [line.strip()[:LONGEST] for line in value if isinstance(line, str) and line.strip()]
        return kept[:MOST_ITEMS]
    return None
