"""The mail of kind `application_status_update`: what became of an application."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from jobraker_cli.errors import MessageError
from jobraker_cli.mail import payloads
from jobraker_cli.mail.clean import clean_line, safe_url
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.note import Action, Fact, Note, day, day_and_time, job_of
from jobraker_cli.mail.statuses import label, words_of
from jobraker_cli.mail.wording import Words, readable

_WITH_INTERVIEW = ("interview_scheduled", "interview_completed")
_WITH_OFFER = ("offer_received", "accepted")


def view(payload: Mapping[str, object], links: Links, words: Words) -> Note:
    """The message in words. Raises MessageError for a payload without a status."""
    status = payloads.line(payload.get("status"), 40)
    if not status:
        raise MessageError("the payload of a status update holds no status")
    job = job_of(payload, links, words)
    name, said = label(status, words), words_of(status)
    before = payloads.line(payload.get("before"), 40)
    return Note(
        subject=f"{name}: {job.phrase}",
        headline=name,
        preview=clean_line(words.gettext(said.meaning), 160),
        greeting=words.greeting(payloads.line(payload.get("name"))),
        paragraphs=(words.gettext(said.meaning),),
        job=job,
        trail=(label(before, words), name) if before and before != status else (),
        facts=tuple(_facts(status, payload, words)),
        next_title=words.gettext("What next"),
        next_steps=words.gettext(said.next),
        action=Action(
            label=words.gettext("Open your applications"), url=links.page("applications")
        ),
        reason=words.gettext(
            "You get this mail because you applied for this job on %(company)s.",
            company=links.brand.company_name,
        ),
    )


def _facts(status: str, payload: Mapping[str, object], words: Words) -> Iterator[Fact]:
    if status in _WITH_INTERVIEW:
        yield from _interview(payload, words)
    if status in _WITH_OFFER:
        yield from _offer(payloads.mapping(payload.get("offer")), words)
    applied = day(payload.get("applied_at"), words)
    if applied:
        yield Fact(label=words.gettext("Applied"), value=applied)


def _interview(payload: Mapping[str, object], words: Words) -> Iterator[Fact]:
    details = payloads.mapping(payload.get("interview"))
    at = payloads.moment(payload.get("interview_at"))
    when = day_and_time(at, words) if at else _when(details, words)
    yield from _said(words.gettext("When"), when)
    kind = (readable(said) for said in (_text(details, "format"), _text(details, "round")) if said)
    yield from _said(words.gettext("How"), words.listed(kind))
    yield from _said(words.gettext("Where"), _text(details, "place"))
    yield from _link(words.gettext("Link"), details.get("link"))
    yield from _said(words.gettext("With"), words.listed(payloads.lines(details.get("people"), 80)))
    yield from _said(words.gettext("How long"), _duration(details.get("duration"), words))
    yield from _said(words.gettext("Good to know"), _text(details, "notes"))


def _when(details: Mapping[str, object], words: Words) -> str:
    """What the details say of the time. Without a zone it stays as it was written: never turned."""
    said, clock = payloads.line(details.get("when"), 120), payloads.line(details.get("time"), 40)
    found = payloads.moment(said, words.timezone)
    if found is None:
        return words.listed(one for one in (said, clock) if one)
    written = datetime.fromisoformat(said)
    if written.tzinfo is not None:
        return day_and_time(found, words)
    if ":" in said:
        clock = f"{written:%H:%M}"
    return words.listed(one for one in (day(said, words), clock) if one)


def _offer(details: Mapping[str, object], words: Words) -> Iterator[Fact]:
    yield from _said(words.gettext("Position"), _text(details, "title"))
    yield from _said(words.gettext("Pay"), _pay(details, words))
    yield from _said(words.gettext("Bonus"), _bonus(details, words))
    yield from _said(words.gettext("Start"), day(details.get("start"), words))
    yield from _said(words.gettext("Answer by"), day(details.get("deadline"), words))
    yield from _said(words.gettext("Where"), _text(details, "place"))
    benefits = words.listed(payloads.lines(details.get("benefits"), 80))
    yield from _said(words.gettext("Benefits"), benefits)
    yield from _said(words.gettext("Good to know"), _text(details, "notes"))


def _said(name: str, value: str) -> Iterator[Fact]:
    if value:
        yield Fact(label=name, value=clean_line(value, 300))


def _link(name: str, value: object) -> Iterator[Fact]:
    """A link that may be followed; what is no web address is not shown at all."""
    url = safe_url(value.strip()) if isinstance(value, str) else None
    if url:
        yield Fact(label=name, value=url, url=url)


def _text(details: Mapping[str, object], name: str) -> str:
    return payloads.line(details.get(name), 300)


def _bonus(details: Mapping[str, object], words: Words) -> str:
    found = payloads.amount(details.get("bonus"))
    if not found:
        return payloads.line(details.get("bonus"), 80)
    return words.money(found, found, payloads.line(details.get("currency"), 8), "") or ""


def _duration(value: object, words: Words) -> str:
    minutes = payloads.amount(value)
    if not minutes:
        return payloads.line(value, 80)
    return words.ngettext("%(num)s minute", "%(num)s minutes", minutes)


def _pay(details: Mapping[str, object], words: Words) -> str:
    salary = payloads.amount(details.get("salary"))
    if not salary:
        return payloads.line(details.get("salary"), 80)
    period = payloads.line(details.get("period"), 20).lower()
    currency = payloads.line(details.get("currency"), 8)
    return words.money(salary, salary, currency, period) or ""
