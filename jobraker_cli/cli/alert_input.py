"""Alerts and jobs as commands are given them: by id from the board, or as JSON from files."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jobraker_cli.cli.outbox import uuid_of
from jobraker_cli.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.model import Alert, Clause, Job
    from jobraker_cli.store.alerts import Subscription
    from jobraker_cli.tasks.app import App

T = TypeVar("T")
FILE = click.Path(path_type=Path)  # directories too: text_of says what is wrong with them
FILE.name = "file"  # in the help


def subscription(app: "App", alert_id: str) -> "Subscription":
    """An alert of the board with its user; NotFoundError if there is none."""
    from jobraker_cli.store.alerts import subscriptions
    from jobraker_cli.store.engine import reading

    with reading(app.engine) as connection:
        found = subscriptions(connection, alert_id=uuid_of(alert_id, "alert"), limit=1)
    if not found:
        raise NotFoundError(f"There is no alert {alert_id}; see: jobraker alerts list")
    return found[0]


def job_of(app: "App", job_id: str) -> "Job":
    """A job of the board, in whatever status; NotFoundError if there is none."""
    from jobraker_cli.store import jobs
    from jobraker_cli.store.engine import reading

    wanted = uuid_of(job_id, "job")
    with reading(app.engine) as connection:
        found = jobs.by_id(connection, [wanted])
    if wanted not in found:
        raise NotFoundError(f"There is no job {job_id}")
    return found[wanted]


def alert_in(file: Path) -> "Alert":
    """The alert that a JSON file holds."""
    from jobraker_cli.matching.rows import alert_from_json

    return _from_json(file, alert_from_json)


def alert_and_keywords_in(file: Path) -> tuple["Alert", object]:
    """The alert that a JSON file holds, and its keywords as they stand there; none if null."""
    from jobraker_cli.matching.rows import alert_from_json

    def read(value: Mapping[str, object]) -> tuple["Alert", object]:
        keywords = value.get("keywords")
        return alert_from_json(value), () if keywords is None else keywords

    return _from_json(file, read)


def job_in(file: Path) -> "Job":
    """The job that a JSON file holds."""
    from jobraker_cli.matching.rows import job_from_json

    return _from_json(file, job_from_json)


def _from_json(file: Path, make: Callable[[Mapping[str, object]], T]) -> T:
    try:
        return make(object_of(json.loads(text_of(file))))
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{file} cannot be used: {error}") from None


def text_of(file: Path) -> str:
    """A file's text; NotFoundError if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise NotFoundError(f"{file} cannot be read: {words}") from None


def object_of(value: object) -> Mapping[str, object]:
    """The value if it is a JSON object; else TypeError."""
    if not isinstance(value, dict):
        raise TypeError("an alert and a job are JSON objects")
    return value


def clause_row(one: "Clause") -> dict[str, Any]:
    """A clause as programs read it."""
    return {"name": one.name, "holds": one.holds, "detail": one.detail}


def clause_words(one: Mapping[str, Any]) -> str:
    """A clause as people read it."""
    return f"  {'yes' if one['holds'] else 'NO '} {one['name'].replace('_', ' ')}: {one['detail']}"
