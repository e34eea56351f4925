"""The job digest: what the payload of kind `job_alert` says, cleaned and in words.

The payload comes from a database that strangers write to: every value may be missing, of another
type, endless or hostile. What is odd is left out; only a digest without any job is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import orjson

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.wording import Words

_PLACES_IN_TEXT = 5
_REASONS = 3
MOST_CARDS = 5_000  # kept at a time; a card takes about two kilobytes
_MOST_PAY = 10**12
_PREVIEW = 160  # characters
_GAP = re.compile(r",(?:\s*,)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One job in words; every text but the title may be empty.

    `phrase` is the job in a few words, for a subject line. `place` is short, for the HTML part;
    `places` is longer, for the text part.
    """

    url: str
    title: str
    phrase: str
    company: str
    place: str
    places: str
    pay: str
    tags: tuple[str, ...]
    posted: str
    deadline: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one alert found; `stop_url` ends that alert, None if its id is unusable."""

    name: str
    stop_url: str | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """What the templates of a digest speak of, as `mail`; `sections` hold at least one card.

    `cards` are those of all sections in the order they are shown.
    """

    greeting: str
    frequency: str
    rhythm: str
    sections: tuple[Section, ...]
    cards: tuple[Card, ...]
    more: int
    words: Words = field(repr=False)

    @property
    def total(self) -> int:
        """How many jobs were found, shown or not."""
        return len(self.cards) + self.more

    @property
    def periodic(self) -> bool:
        """Whether it covers a calendar period, so that there can be none where nothing is new."""
        return self.frequency in {"daily", "weekly", "monthly"}

    @cached_property
    def headline(self) -> str:
        """How many jobs, and of which time: "7 new jobs today"."""
        ngettext, total = self.words.ngettext, self.total
        if self.frequency == "daily":
            return ngettext("%(num)s new job today", "%(num)s new jobs today", total)
        if self.frequency == "weekly":
            return ngettext("%(num)s new job this week", "%(num)s new jobs this week", total)
        if self.frequency == "monthly":
            return ngettext("%(num)s new job this month", "%(num)s new jobs this month", total)
        return ngettext("%(num)s new job", "%(num)s new jobs", total)

    @cached_property
    def intro(self) -> str:
        """The first sentence."""
        gettext = self.words.gettext
        if self.total == 1:
            return gettext("%(hello)s this one matches your job alert.", hello=self.greeting)
        if len(self.sections) == 1:
            return gettext("%(hello)s these match your job alert.", hello=self.greeting)
        return gettext("%(hello)s these match your job alerts.", hello=self.greeting)

    @property
    def preview(self) -> str:
        """What an inbox shows after the subject: the jobs that the subject does not name."""
        first, *others = self.cards
        if others:
            return clean_line(self.words.listed(_as_many_as_show(others)), _PREVIEW)
        facts = (first.place, first.pay, *first.tags, first.deadline)
        return clean_line(self.words.listed(fact for fact in facts if fact), _PREVIEW)


def _as_many_as_show(cards: Sequence[Card]) -> Iterator[str]:
    """The jobs in a few words, of which so many fill a preview and more."""
    length = 0
    for card in cards:
        if length > _PREVIEW:
            return
        length += len(card.phrase)
        yield card.phrase


def first_job(title: str, company: str, words: Words) -> str:
    """The job that a digest begins with, as its line names it."""
    return phrase(
        clean_line(title) or words.gettext("Untitled job"), clean_line(company, 100), words
    )


def headline(job: str, total: int, words: Words) -> str:
    """The digest in one line: its first job, as named, and how many more there are."""
    if total == 1:
        return words.gettext("New job: %(job)s", job=job)
    return words.ngettext(
        "%(job)s and %(num)s more new job", "%(job)s and %(num)s more new jobs", total - 1, job=job
    )


def view(payload: Mapping[str, object], links: Links, words: Words) -> Digest:
    """The digest in words. Raises MessageError when no job is left."""
    frequency = _line(payload.get("frequency"))
    sections = tuple(_sections(payload, links, words))
    if not sections:
        raise MessageError("the payload of a job alert holds no job")
    return Digest(
        greeting=words.greeting(_line(payload.get("name"))),
        frequency=frequency,
        rhythm=words.rhythm(frequency),
        sections=sections,
        cards=tuple(card for section in sections for card in section.cards),
        more=_amount(payload.get("more")) or 0,
        words=words,
    )


def _sections(payload: Mapping[str, object], links: Links, words: Words) -> Iterator[Section]:
    for section in _objects(payload.get("sections")):
        jobs = _objects(section.get("jobs"))
        cards = tuple(made for job in jobs if (made := card(job, links, words)) is not None)
        if cards:
            yield Section(
                name=_line(section.get("alert_name"), 100) or words.gettext("Your job alert"),
                stop_url=links.stop_alert(_line(section.get("alert_id"))),
                cards=cards,
            )


def card(job: dict[str, object], links: Links, words: Words) -> Card | None:
    """A job of a payload in words, None without an id; equal jobs of many mails are worded once."""
    facts = _key(job)
    known = words.cards.get(facts)
    if isinstance(known, Card):
        return known
    job_id = _line(job.get("id"))
    if not job_id:
        return None
    if len(words.cards) >= MOST_CARDS:
        words.cards.clear()
    made = _card(job, job_id, links, words)
    if facts:
        words.cards[facts] = made
    return made


def _key(job: dict[str, object]) -> bytes:
    """The same octets for equal jobs; empty for what JSON proper cannot say."""
    try:
        return orjson.dumps(job)
    except orjson.JSONEncodeError:
        return b""


def _card(job: Mapping[str, object], job_id: str, links: Links, words: Words) -> Card:
    places = [_without_gaps(place) for place in _lines(job.get("places"), 100)]
    pay = words.money(
        _amount(job.get("salary_min")),
        _amount(job.get("salary_max")),
        _line(job.get("salary_currency")),
        _line(job.get("salary_period")),
    )
    tags = (
        words.job_type(_line(job.get("job_type"))),
        words.level(_line(job.get("experience_level"))),
        words.remote(_line(job.get("remote"))),
    )
    title = _line(job.get("title")) or words.gettext("Untitled job")
    company = _line(job.get("company"), 100)
    deadline = _day(job.get("deadline"), words)
    reasons = map(words.evidence, map(_without_gaps, _lines(job.get("reasons"), 100)[:_REASONS]))
    return Card(
        url=links.job(job_id),
        title=title,
        phrase=phrase(title, company, words),
        company=company,
        place=words.places(places, 1),
        places=words.places(places, _PLACES_IN_TEXT),
        pay=pay[:1].upper() + pay[1:] if pay else "",
        tags=tuple(tag for tag in tags if tag),
        posted=_since(job, words),
        deadline=words.gettext("Apply by %(day)s", day=deadline) if deadline else "",
        why="; ".join(reasons),
    )


def phrase(title: str, company: str, words: Words) -> str:
    """A job in a few words, for a line that names it."""
    title = clean_line(title, 90)
    if not company:
        return title
    return words.gettext("%(title)s at %(company)s", title=title, company=clean_line(company, 50))


def _since(job: Mapping[str, object], words: Words) -> str:
    """Since when the job is known: of a repost the day its first posting was seen."""
    if day := _day(job.get("first_seen"), words):
        return words.gettext("First seen %(day)s", day=day)
    day = _day(job.get("posted_at"), words)
    return words.gettext("Posted %(day)s", day=day) if day else ""


def _day(value: object, words: Words) -> str:
    if not isinstance(value, str):
        return ""
    try:
        moment = datetime.fromisoformat(value)
        return words.day(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # no date, or one at the very edge of the calendar
        return ""


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _line(value: object, limit: int = 200) -> str:
    return clean_line(value, limit) if isinstance(value, str) else ""


def _lines(value: object, limit: int) -> list[str]:
    if not isinstance(value, list):
        return []
    return list(dict.fromkeys(line for item in value if (line := _line(item, limit))))


def _without_gaps(line: str) -> str:
    """A place that was put together of parts of which some are empty: "Berlin, , Germany"."""
    return _GAP.sub(",", line)


def _amount(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < _MOST_PAY else None
