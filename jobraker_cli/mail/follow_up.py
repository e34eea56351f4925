"""The mail of kind `application_follow_up`: a reminder to ask how an application stands."""

from collections.abc import Mapping

from jobraker_cli.mail import payloads
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.note import Action, Fact, Note, day, job_of
from jobraker_cli.mail.statuses import label
from jobraker_cli.mail.wording import Words


def view(payload: Mapping[str, object], links: Links, words: Words) -> Note:
    """The reminder in words: of the person's own date, or of days without news."""
    job = job_of(payload, links, words)
    own = payload.get("cause") == "date"
    status = payloads.line(payload.get("status"), 40)
    applied = day(payload.get("applied_at"), words)
    facts = [Fact(label=words.gettext("Status"), value=label(status, words))] if status else []
    if applied:
        facts.append(Fact(label=words.gettext("Applied"), value=applied))
    return Note(
        subject=words.gettext("Time to follow up: %(job)s", job=job.phrase),
        headline=words.gettext("Time to follow up"),
        preview=words.gettext("A short, friendly question often gets an answer."),
        greeting=words.greeting(payloads.line(payload.get("name"))),
        paragraphs=(
            words.gettext("Today is the day you wanted to follow up on this application.")
            if own
            else _waiting(payloads.amount(payload.get("days")), words),
        ),
        job=job,
        facts=tuple(facts),
        next_title=words.gettext("What to write"),
        next_steps=words.gettext(
            "Two or three sentences are enough: which job you applied for and when, that you are "
            "still interested, and whether there is anything they need from you."
        ),
        action=Action(
            label=words.gettext("Open your applications"), url=links.page("applications")
        ),
        reason=words.gettext(
            "You get this mail because you set this date on %(company)s.",
            company=links.brand.company_name,
        )
        if own
        else words.gettext(
            "You get this mail because you applied for this job on %(company)s.",
            company=links.brand.company_name,
        ),
    )


def _waiting(days: int | None, words: Words) -> str:
    """How long there was no news; in general words where that is not known."""
    if not days:
        return words.gettext("There has been no news about your application for a while.")
    return words.ngettext(
        "It has been %(num)s day since there was news about your application.",
        "It has been %(num)s days since there was news about your application.",
        days,
    )
