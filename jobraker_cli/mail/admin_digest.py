"""The mail of kind `admin_digest`: yesterday in numbers, and what needs a person."""

from collections.abc import Iterator, Mapping

from jobraker_cli.mail import payloads
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.note import Fact, Note
from jobraker_cli.mail.wording import Words, marked, readable

_STATES = {
    "sent": marked("Sent"),
    "pending": marked("Waiting"),
    "sending": marked("On their way"),
    "failed": marked("Will be tried again"),
    "uncertain": marked("May have arrived"),
    "dead": marked("Failed for good"),
    "suppressed": marked("Held back: the address refuses mail"),
    "cancelled": marked("Not needed any more"),
}
_KINDS = {
    "job_alert": marked("Job alerts"),
    "password_reset": marked("New passwords"),
    "welcome": marked("Welcomes"),
    "application_status_update": marked("News of applications"),
    "admin_digest": marked("Summaries for operators"),
    "application_follow_up": marked("Reminders to follow up"),
    "job_recommendations": marked("Recommendations"),
}
_NEEDS = {
    "dead": (marked("Failed for good"), "jobraker outbox list --state dead"),
    "uncertain": (marked("May have arrived"), "jobraker outbox list --state uncertain"),
    "runs": (marked("Runs that did not end well"), "jobraker runs"),
    "overdue": (marked("Overdue tasks"), "jobraker tasks"),
    "late": (marked("Hours the oldest message waits"), "jobraker outbox list --state pending"),
}


def view(payload: Mapping[str, object], links: Links, words: Words) -> Note:
    """The summary in words: what needs somebody first, then the numbers of the day."""
    day = payloads.moment(payload.get("day"))
    messages = payloads.mapping(payload.get("messages"))
    needs = tuple(_needs(payloads.mapping(payload.get("needs")), words))
    state = words.gettext(marked("Something needs you") if needs else marked("All is well"))
    opening = marked("This needs you:") if needs else marked("Nothing needs you.")
    return Note(
        subject=f"{state}: {words.day(day)}" if day else state,
        headline=words.gettext("Your board on %(day)s", day=words.day(day))
        if day
        else words.gettext("Your board"),
        preview=words.ngettext("%(num)s mail sent", "%(num)s mails sent", _count(messages, "sent")),
        greeting="",
        paragraphs=(words.gettext(opening),),
        facts=(*needs, *_facts(messages, payload, words)),
        reason=words.gettext(
            "You get this mail because you run %(company)s (ADMIN_EMAIL).",
            company=links.brand.company_name,
        ),
    )


def _facts(
    messages: Mapping[str, object], payload: Mapping[str, object], words: Words
) -> Iterator[Fact]:
    needs = payloads.mapping(payload.get("needs"))
    for state, name in _STATES.items():
        number = _count(messages, state)
        if number and not _count(needs, state):
            yield Fact(label=words.gettext(name), value=words.number(number))
        if state == "sent":
            yield from _kinds(payloads.mapping(payload.get("kinds")), words)
    oldest = _count(payload, "oldest_minutes")
    if oldest and not _count(needs, "late"):
        yield Fact(label=words.gettext("The oldest waits"), value=_minutes(oldest, words))
    for name, label in (
        ("runs", words.gettext("Runs")),
        ("users", words.gettext("New people")),
        ("jobs", words.gettext("New jobs")),
        ("applications", words.gettext("New applications")),
    ):
        number = _count(payload, name)
        if number or name == "runs":
            yield Fact(label=label, value=words.number(number))


def _kinds(kinds: Mapping[str, object], words: Words) -> Iterator[Fact]:
    """How many of each kind were sent, the most first."""
    for kind in sorted(kinds, key=lambda one: (-_count(kinds, one), one)):
        number = _count(kinds, kind)
        if number:
            known = _KINDS.get(kind)
            label = words.gettext(known) if known else readable(payloads.line(kind, 40))
            yield Fact(label=label, value=words.number(number), part=True)


def _needs(needs: Mapping[str, object], words: Words) -> Iterator[Fact]:
    for name, (label, command) in _NEEDS.items():
        number = _count(needs, name)
        if number:
            yield Fact(label=words.gettext(label), value=words.number(number), command=command)


def _minutes(minutes: int, words: Words) -> str:
    return words.ngettext("%(num)s minute", "%(num)s minutes", minutes)


def _count(numbers: Mapping[str, object], name: str) -> int:
    return payloads.amount(numbers.get(name)) or 0
