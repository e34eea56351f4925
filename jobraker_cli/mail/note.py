"""The shape of a mail that says one thing: what its templates speak of, as `mail`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jobraker_cli.mail import payloads
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.wording import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact with its label; `url` is where it leads, empty where nowhere.

    `command` is what to type about it; `part` says that the fact is a part of the one above it.
    """

    label: str
    value: str
    url: str = ""
    command: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, where one does it, and whether it is done."""

    title: str
    text: str
    url: str
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The one thing to press."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The job that the mail is about; `company` may be empty."""

    title: str
    company: str
    url: str
    phrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A mail that says one thing. What is empty is not shown.

    `trail` are the statuses that an application went through, in words. `paragraphs` come before
    the facts, `closing` after them.
    """

    subject: str
    headline: str
    preview: str
    greeting: str
    paragraphs: tuple[str, ...]
    reason: str
    job: Subject | None = None
    trail: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    steps: tuple[Step, ...] = ()
    next_title: str = ""
    next_steps: str = ""
    action: Action | None = None
    closing: tuple[str, ...] = ()


def job_of(payload: Mapping[str, object], links: Links, words: Words) -> Subject:
    """The job that a payload names by `job_id`, `title` and `company`."""
    title = payloads.line(payload.get("title")) or words.gettext("Untitled job")
    company = payloads.line(payload.get("company"), 100)
    phrase = clean_line(title, 90)
    if company:
        phrase = words.gettext(
            "%(title)s at %(company)s", title=phrase, company=clean_line(company, 50)
        )
    job_id = payloads.line(payload.get("job_id"), 64)
    return Subject(
        title=title, company=company, url=links.job(job_id) if job_id else "", phrase=phrase
    )


def day_and_time(moment: datetime, words: Words) -> str:
    """A moment to the minute in the mail's time zone; empty at the very edge of the calendar."""
    try:
        local = moment.astimezone(words.timezone)
        return words.listed((words.day(moment), f"{local:%H:%M} {local:%Z}".strip()))
    except (OverflowError, ValueError):
        return ""


def day(value: object, words: Words) -> str:
    """A day in words where the value is a day or a moment; else the text itself."""
    moment = payloads.moment(value, words.timezone)
    if moment is None:
        return payloads.line(value, 120)
    try:
        return words.day(moment)
    except (OverflowError, ValueError):
        return ""
