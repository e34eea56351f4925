"""The job digest: what the payload of kind `job_alert` says, cleaned and in words.

The payload comes from a database that strangers write to: every value may be missing, of another
type, endless or hostile. What is odd is left out; only a digest without any job is refused.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jobraker_cli.errors import MessageError
from jobraker_cli.mail import wording
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.links import Links

_PLACES_IN_TEXT = 5
_REASONS = 3
_MOST_PAY = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One job in words; every text but the title may be empty.

    `place` is short, for the HTML part; `places` is longer, for the text part.
    """

    url: str
    title: str
    company: str
    place: str
    places: str
    pay: str
    tags: tuple[str, ...]
    posted: str
    deadline: str
    why: str

    @property
    def phrase(self) -> str:
        """The job in one phrase, for a subject line."""
        title = clean_line(self.title, 90)
        return f"{title} at {clean_line(self.company, 50)}" if self.company else title


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one alert found; `stop_url` ends that alert, None if its id is unusable."""

    name: str
    stop_url: str | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What the templates of a digest speak of, as `mail`; `sections` hold at least one card."""

    greeting: str
    period: str
    rhythm: str
    sections: tuple[Section, ...]
    more: int

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards in the order they are shown."""
        return tuple(card for section in self.sections for card in section.cards)

    @property
    def total(self) -> int:
        """How many jobs were found, shown or not."""
        return len(self.cards) + self.more

    @property
    def headline(self) -> str:
        """How many jobs, and of which time: "7 new jobs today"."""
        return f"{wording.count(self.total, 'new job', 'new jobs')} {self.period}".rstrip()

    @property
    def intro(self) -> str:
        """The first sentence."""
        what = "this one matches" if self.total == 1 else "these match"
        return (
            f"{self.greeting} {what} your job {'alert' if len(self.sections) == 1 else 'alerts'}."
        )

    @property
    def preview(self) -> str:
        """What an inbox shows after the subject: the jobs that the subject does not name."""
        first, *others = self.cards
        if others:
            return clean_line(", ".join(card.phrase for card in others), 160)
        facts = (first.place, first.pay, *first.tags, first.deadline)
        return clean_line(", ".join(fact for fact in facts if fact), 160)


def view(payload: Mapping[str, object], links: Links, day: Callable[[datetime], str]) -> Digest:
    """The digest in words; `day` words a moment. Raises MessageError when no job is left."""
    frequency = _line(payload.get("frequency"))
    sections = tuple(_sections(payload, links, day))
    if not sections:
        raise MessageError("the payload of a job alert holds no job")
    return Digest(
        greeting=wording.greeting(_line(payload.get("name"))),
        period=wording.period(frequency),
        rhythm=wording.rhythm(frequency),
        sections=sections,
        more=_amount(payload.get("more")) or 0,
    )


def _sections(
    payload: Mapping[str, object], links: Links, day: Callable[[datetime], str]
) -> Iterator[Section]:
    for section in _objects(payload.get("sections")):
        cards = tuple(
            _card(job, job_id, links, day)
            for job in _objects(section.get("jobs"))
            if (job_id := _line(job.get("id")))
        )
        if cards:
            yield Section(
                name=_line(section.get("alert_name"), 100) or "Your job alert",
                stop_url=links.stop_alert(_line(section.get("alert_id"))),
                cards=cards,
            )


def _card(
    job: Mapping[str, object], job_id: str, links: Links, day: Callable[[datetime], str]
) -> Card:
    places = _lines(job.get("places"), 100)
    pay = wording.money(
        _amount(job.get("salary_min")),
        _amount(job.get("salary_max")),
        _line(job.get("salary_currency")),
        _line(job.get("salary_period")),
    )
    tags = (
        wording.job_type(_line(job.get("job_type"))),
        wording.level(_line(job.get("experience_level"))),
        wording.remote(_line(job.get("remote"))),
    )
    return Card(
        url=links.job(job_id),
        title=_line(job.get("title")) or "Untitled job",
        company=_line(job.get("company"), 100),
        place=wording.places(places, 1),
        places=wording.places(places, _PLACES_IN_TEXT),
        pay=pay[:1].upper() + pay[1:] if pay else "",
        tags=tuple(tag for tag in tags if tag),
        posted=_dated("Posted", job.get("posted_at"), day),
        deadline=_dated("Apply by", job.get("deadline"), day),
        why="; ".join(_lines(job.get("reasons"), 100)[:_REASONS]),
    )


def _dated(verb: str, value: object, day: Callable[[datetime], str]) -> str:
    if not isinstance(value, str):
        return ""
    try:
        moment = datetime.fromisoformat(value)
        return f"{verb} {day(moment if moment.tzinfo else moment.replace(tzinfo=UTC))}"
    except (ValueError, OverflowError):  # no date, or one at the very edge of the calendar
        return ""


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _line(value: object, limit: int = 200) -> str:
    return clean_line(value, limit) if isinstance(value, str) else ""


def _lines(value: object, limit: int) -> list[str]:
    if not isinstance(value, list):
        return []
    return list(dict.fromkeys(line for item in value if (line := _line(item, limit))))


def _amount(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < _MOST_PAY else None
