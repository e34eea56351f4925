"""The mail of kind `job_recommendations`: a few jobs that suit a person, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobraker_cli.errors import MessageError
from jobraker_cli.mail import payloads
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.digest import Card, card
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.wording import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendations:
    """What the templates speak of, as `mail`; there is at least one card."""

    subject: str
    headline: str
    preview: str
    intro: str
    cards: tuple[Card, ...]
    profile_url: str
    reason: str


def view(payload: Mapping[str, object], links: Links, words: Words) -> Recommendations:
    """The recommendations in words. Raises MessageError when no job is left."""
    jobs = payloads.objects(payload.get("jobs"))
    cards = tuple(made for job in jobs if (made := card(dict(job), links, words)) is not None)
    if not cards:
        raise MessageError("the payload of recommendations holds no job")
    first, *others = cards
    greeting = words.greeting(payloads.line(payload.get("name")))
    if others:
        subject = words.ngettext(
            "For you: %(job)s and %(num)s more job",
            "For you: %(job)s and %(num)s more jobs",
            len(others),
            job=first.phrase,
        )
        preview = words.listed(one.phrase for one in others)
    else:
        subject = words.gettext("For you: %(job)s", job=first.phrase)
        preview = words.listed(fact for fact in (first.place, first.pay, *first.tags) if fact)
    return Recommendations(
        subject=subject,
        headline=words.ngettext("%(num)s job for you", "%(num)s jobs for you", len(cards)),
        preview=clean_line(preview, 160),
        intro=words.gettext(
            "%(hello)s these fit what your profile says. The better it is filled in, the better "
            "they get.",
            hello=greeting,
        )
        if others
        else words.gettext(
            "%(hello)s this one fits what your profile says. The better it is filled in, the "
            "better they get.",
            hello=greeting,
        ),
        cards=cards,
        profile_url=links.page("profile"),
        reason=words.gettext(
            "You get this mail because you have a profile on %(company)s. It comes once a week at "
            "most.",
            company=links.brand.company_name,
        ),
    )
