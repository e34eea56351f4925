"""The mail of kind `welcome`: four first steps, and which of them are done."""

from collections.abc import Mapping

from jobraker_cli.mail import payloads
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.note import Action, Note, Step
from jobraker_cli.mail.wording import Words

STEPS = ("profile", "resume", "alert", "application")


def view(payload: Mapping[str, object], links: Links, words: Words) -> Note:
    """The welcome in words; `done` names the steps that the person has taken already."""
    done = set(payloads.lines(payload.get("done"), 20))
    steps = tuple(_step(name, links, words, done=name in done) for name in STEPS)
    company = links.brand.company_name
    first = next((step for step in steps if not step.done), None)
    return Note(
        subject=words.gettext("Welcome to %(company)s", company=company),
        headline=words.gettext("Welcome to %(company)s", company=company),
        preview=words.gettext("Four steps, and the right jobs find you."),
        greeting=words.greeting(payloads.line(payload.get("name"))),
        paragraphs=(
            words.gettext("Good to have you here. Four steps, and the right jobs find you."),
        ),
        steps=steps,
        action=Action(label=first.title, url=first.url)
        if first
        else Action(label=words.gettext("See jobs for you"), url=links.page("jobs")),
        closing=(words.gettext("If you need anything, just reply to this mail."),)
        if links.brand.support_email
        else (),
        reason=words.gettext(
            "You get this mail because you opened an account on %(company)s.", company=company
        ),
    )


def _step(name: str, links: Links, words: Words, *, done: bool) -> Step:
    title, text, page = {
        "profile": (
            words.gettext("Complete your profile"),
            words.gettext("Your title, skills and place decide which jobs we show you."),
            "profile",
        ),
        "resume": (
            words.gettext("Upload your résumé"),
            words.gettext("With it at hand an application takes minutes."),
            "profile",
        ),
        "alert": (
            words.gettext("Set up a job alert"),
            words.gettext("We look every day and write when there is something for you."),
            "alerts",
        ),
        "application": (
            words.gettext("Apply for a first job"),
            words.gettext("We keep track of it and tell you what happens."),
            "jobs",
        ),
    }[name]
    return Step(title=title, text=text, url=links.page(page), done=done)
