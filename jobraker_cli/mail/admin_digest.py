"""The mail of kind `admin_digest`: yesterday in numbers, and what needs a person."""

from collections.abc import Iterator, Mapping

from jobraker_cli.mail import payloads
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.note import Fact, Note
from jobraker_cli.mail.wording import Words, marked

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
_NEEDS = {
    "dead": (marked("Failed for good"), "jobraker outbox list --state dead"),
    "uncertain": (marked("May have arrived"), "jobraker outbox list --state uncertain"),
    "runs": (marked("Runs that did not end well"), "jobraker runs"),
    "overdue": (marked("Overdue tasks"), "jobraker tasks"),
    "late": (marked("Hours the oldest message waits"), "jobraker outbox list --state pending"),
}


def view(payload: Mapping[str, object], links: Links, words: Words) -> Note:
    """The summary in words."""
    day = payloads.moment(payload.get("day"))
    on = words.day(day) if day else ""
    messages = payloads.mapping(payload.get("messages"))
    sent = _count(messages, "sent")
    needs = tuple(_needs(payloads.mapping(payload.get("needs")), words))
    if needs:
        subject = words.gettext("Something needs you: %(day)s", day=on)
    else:
        subject = words.gettext("All is well: %(day)s", day=on)
    return Note(
        subject=subject,
        headline=words.gettext("Your board on %(day)s", day=on),
        preview=words.ngettext("%(num)s mail sent", "%(num)s mails sent", sent),
        greeting="",
        paragraphs=needs or (words.gettext("Nothing needs you."),),
        facts=tuple(_facts(messages, payload, words)),
        reason=words.gettext(
            "You get this mail because you run %(company)s (ADMIN_EMAIL).",
            company=links.brand.company_name,
        ),
    )


def _facts(
    messages: Mapping[str, object], payload: Mapping[str, object], words: Words
) -> Iterator[Fact]:
    for state, name in _STATES.items():
        number = _count(messages, state)
        if number:
            yield Fact(label=words.gettext(name), value=words.number(number))
    kinds = payloads.mapping(payload.get("kinds"))
    for kind in sorted(kinds):
        label = words.gettext("Sent of kind %(kind)s", kind=payloads.line(kind, 40))
        yield Fact(label=label, value=words.number(_count(kinds, kind)))
    for name, label in (
        ("runs", words.gettext("Runs")),
        ("users", words.gettext("New people")),
        ("jobs", words.gettext("New jobs")),
        ("applications", words.gettext("New applications")),
    ):
        number = _count(payload, name)
        if number or name == "runs":
            yield Fact(label=label, value=words.number(number))


def _needs(needs: Mapping[str, object], words: Words) -> Iterator[str]:
    for name, (label, command) in _NEEDS.items():
        number = _count(needs, name)
        if number:
            yield f"{words.gettext(label)}: {words.number(number)} ({command})"


def _count(numbers: Mapping[str, object], name: str) -> int:
    return payloads.amount(numbers.get(name)) or 0
