"""Whose chat it is, and what its tools work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from jobraker_cli.mail.clean import safe_url
from jobraker_cli.model import Alert, Job, MatchRules, User
from jobraker_cli.settings import Settings

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why the user was mailed a job or was not: a row an alert, then what holds for any mail."""

    mailed: bool
    alerts: tuple[Row, ...]
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One user's place: every tool is made for it, so none can look at another's rows.

    `confirm` asks the person before something is written; without a person it says no. `why` says
    of a job's id why this user was mailed it or was not; `backtest` what an alert would have found
    in so many days.
    """

    engine: Engine
    settings: Settings
    user: User
    rules: MatchRules
    clock: Callable[[], datetime]
    confirm: Callable[[str], bool]
    why: Callable[[str], Why]
    backtest: Callable[[Alert, int], Row]


def job_row(job: Job, settings: Settings) -> Row:
    """A job as a tool tells of it, in short."""
    row: Row = {
        "id": job.id,
        "title": job.title,
        "company": job.company,
        "location": job.location or job.city or job.country,
        "type": job.job_type,
        "level": job.experience_level,
        "posted": day(job.posted_at or job.created_at),
        "link": safe_url(
            settings.job_url.replace("{site}", settings.site_url).replace("{id}", job.id)
        ),
    }
    if job.is_remote or job.remote_type == "full":
        row["remote"] = True
    if job.salary_min is not None or job.salary_max is not None:
        row["pay"] = pay_of(job)
    if job.deadline is not None:
        row["apply_until"] = day(job.deadline)
    return row


def pay_of(job: Job) -> str:
    """A job's pay as it is posted."""
    ends = [str(one) for one in (job.salary_min, job.salary_max) if one is not None]
    return f"{' - '.join(dict.fromkeys(ends))} {job.salary_currency} {job.salary_period}"


def day(moment: datetime | None) -> str | None:
    """A moment's date."""
    return None if moment is None else f"{moment:%Y-%m-%d}"


def text_of(values: Mapping[str, Any], name: str) -> str:
    """A text argument, empty where it was not given."""
    return str(values.get(name, ""))
