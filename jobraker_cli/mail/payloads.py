"""What an outbox row's payload holds, read defensively: wrong types count as nothing said."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo

import orjson

from jobraker_cli.mail.clean import clean_line

_MOST = 10**12
_LONGEST_KEPT = 20_000
_MOST_KEPT = 512  # two claims of a process


_kept: dict[str, object] = {}  # payloads that were checked, until their mails are made


def checked(payload: str) -> object:
    """A payload's JSON for the check before its send; kept for its mail: nobody may change it.

    Raises ValueError and RecursionError.
    """
    found = _loaded(payload)
    if len(payload) <= _LONGEST_KEPT:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[payload] = found
    return found


def parsed(payload: str) -> object:
    """A payload's JSON for its mail. Raises ValueError and RecursionError."""
    found = _kept.pop(payload, None)
    return _loaded(payload) if found is None else found


def _loaded(payload: str) -> object:
    """orjson is four times as fast; it refuses what others have written, such as half an emoji."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return json.loads(payload)


def line(value: object, limit: int = 200) -> str:
    """The value as one safe line; empty where it is no text."""
    return clean_line(value, limit) if isinstance(value, str) else ""


def lines(value: object, limit: int = 200) -> list[str]:
    """A list's distinct texts as safe lines; those of a single text."""
    items = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(said for item in items if (said := line(item, limit))))


def mapping(value: object) -> Mapping[str, object]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """A list's objects."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def amount(value: object) -> int | None:
    """A whole number from 0 up; None for anything else, also for what nobody earns."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value < _MOST else None


def moment(value: object, zone: tzinfo = UTC) -> datetime | None:
    """A moment in ISO 8601 (naive means in that zone); None where the value is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
