"""The mail of kind `test`: says that mail from the job board arrives."""

from collections.abc import Mapping

from jobraker_cli.mail import payloads
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.note import Note
from jobraker_cli.mail.wording import Words


def view(payload: Mapping[str, object], links: Links, words: Words) -> Note:
    """The message in words."""
    company = links.brand.company_name
    return Note(
        subject=words.gettext("A test from %(company)s", company=company),
        headline=words.gettext("It works"),
        preview=words.gettext("Mail from %(company)s reaches you.", company=company),
        greeting=words.greeting(payloads.line(payload.get("name"))),
        paragraphs=(words.gettext("Mail from %(company)s reaches you.", company=company),),
        reason=words.gettext(
            "You get this mail because somebody at %(company)s sent you a test.", company=company
        ),
    )
