"""Alerts, jobs and profiles from JSON with the columns of the shared tables."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from jobraker_cli.model import Alert, Job, Profile

_MOST_ENTRIES = 1000
_LONGEST_ENTRY = 1000  # characters


def keywords_of(value: object) -> tuple[str, ...]:
    """The non-blank strings of a JSON column: a list's, or a plain string; else there are none.

    Bounded: the first 1,000 strings, 1,000 characters of each.
    """
    listed = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    strings = [entry[:_LONGEST_ENTRY] for entry in listed if isinstance(entry, str)]
    return tuple(entry for entry in strings if entry.strip())[:_MOST_ENTRIES]


def texts_of(value: object) -> tuple[str, ...]:
    """Skills or technologies from a JSON column; as tolerant and as bounded as `keywords_of`."""
    return keywords_of(value)


_SEPARATORS = re.compile(r"[,;|\n]")
_MOST_SAID = 100  # skills, places or types that a profile names
_LONGEST_SAID = 100  # characters


def said_in(value: object) -> tuple[str, ...]:
    """What a JSON column of a profile names: "python, sql", ["python"] or [{"name": "python"}].

    Anything else names nothing. Bounded: the first 100 of 100 characters each.
    """
    listed = value if isinstance(value, list | tuple) else [value]
    named = [one.get("name") if isinstance(one, dict) else one for one in listed[:_MOST_SAID]]
    texts = [text[: _MOST_SAID * _LONGEST_SAID] for text in named if isinstance(text, str)]
    parts = [part.strip()[:_LONGEST_SAID] for text in texts for part in _SEPARATORS.split(text)]
    return tuple(dict.fromkeys(filter(None, parts)))[:_MOST_SAID]


def places_in(value: object) -> tuple[str, ...]:
    """The places of a JSON column of a profile; a comma belongs to the place ("Paris, Texas")."""
    listed = value if isinstance(value, list | tuple) else [value]
    texts = [text[:_LONGEST_SAID].strip() for text in listed if isinstance(text, str)]
    return tuple(dict.fromkeys(filter(None, texts)))[:_MOST_SAID]


def profile_from_row(value: Mapping[str, object]) -> Profile:
    """A profile from an object with columns of `user_profiles`, whatever their types."""
    text = {
        name: value[name] if isinstance(value.get(name), str) else ""
        for name in ("user_id", "current_title", "experience_level", "location")
    }
    least = value.get("salary_min")
    return Profile(
        user_id=str(text["user_id"]),
        title=str(text["current_title"]),
        skills=said_in(value.get("skills")),
        level=str(text["experience_level"]),
        places=places_in(value.get("preferred_locations")) or places_in(text["location"]),
        job_types=said_in(value.get("job_types")),
        salary_min=least if isinstance(least, int) and not isinstance(least, bool) else None,
        remote_ok=value.get("remote_ok") is not False,
    )


def alert_from_json(value: Mapping[str, object]) -> Alert:
    """An alert from an object with columns of `job_alerts`.

    Absent and null columns have the value that the web application writes; other keys are ignored.
    Raises ValueError if a column has a type that the table cannot hold.
    """
    row = _Row("alert", value)
    return Alert(
        id=row.text("id"),
        user_id=row.text("user_id"),
        name=row.text("name"),
        keywords=keywords_of(value.get("keywords")),
        location=row.text("location"),
        job_type=row.text("job_type"),
        experience_level=row.text("experience_level"),
        remote_only=row.truth("remote_only"),
        min_salary=row.number("min_salary"),
        max_salary=row.number("max_salary"),
        frequency=row.text("frequency", "daily"),
        email_notifications=row.truth("email_notifications", True),
        is_active=row.truth("is_active", True),
    )


def job_from_json(value: Mapping[str, object]) -> Job:
    """A job from an object with columns of `jobs`; as `alert_from_json` does it."""
    row = _Row("job", value)
    return Job(
        id=row.text("id"),
        title=row.text("title"),
        company=row.text("company"),
        location=row.text("location"),
        city=row.text("city"),
        state=row.text("state"),
        country=row.text("country", "US"),
        is_remote=row.truth("is_remote"),
        remote_type=row.text("remote_type", "no"),
        job_type=row.text("job_type", "full_time"),
        experience_level=row.text("experience_level", "mid"),
        salary_min=row.number("salary_min"),
        salary_max=row.number("salary_max"),
        salary_currency=row.text("salary_currency", "USD"),
        salary_period=row.text("salary_period", "yearly"),
        skills_required=texts_of(value.get("skills_required")),
        skills_preferred=texts_of(value.get("skills_preferred")),
        technologies=texts_of(value.get("technologies")),
        external_source=row.text("external_source"),
        external_url=row.text("external_url"),
        status=row.text("status", "active"),
        posted_at=row.moment("posted_date"),
        deadline=row.moment("application_deadline"),
        created_at=row.moment("created_at"),
        requirements=row.text("requirements"),
        description=row.text("description"),
    )


class _Row:
    """Reads typed columns out of a JSON object."""

    def __init__(self, kind: str, value: Mapping[str, object]) -> None:
        self._kind = kind
        self._value = value

    def text(self, column: str, absent: str = "") -> str:
        """A text; ValueError names a column that holds something else."""
        found = self._value.get(column)
        if found is None:
            return absent
        if not isinstance(found, str):
            raise self._wrong(column, "a text", found)
        return found

    def truth(self, column: str, absent: bool = False) -> bool:
        """True or false; ValueError names a column that holds something else."""
        found = self._value.get(column)
        if found is None:
            return absent
        if not isinstance(found, bool):
            raise self._wrong(column, "true or false", found)
        return found

    def number(self, column: str) -> int | None:
        """A whole number or None; ValueError names a column that holds something else."""
        found = self._value.get(column)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int):
            raise self._wrong(column, "a whole number", found)
        return found

    def moment(self, column: str) -> datetime | None:
        """An ISO 8601 moment as UTC; one without an offset is UTC already."""
        found = self.text(column)
        if not found:
            return None
        try:
            moment = datetime.fromisoformat(found)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self._wrong(column, "a moment like 2026-11-22T09:00:00Z", found) from error

    def _wrong(self, column: str, wanted: str, found: object) -> ValueError:
        return ValueError(f"the {self._kind}'s {column} must be {wanted}, not {found!r:.100}")
