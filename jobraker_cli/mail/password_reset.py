"""The mail of kind `password_reset`: a link that works once, for a short time."""

from collections.abc import Mapping
from datetime import UTC
from urllib.parse import urlsplit

from jobraker_cli.errors import MessageError
from jobraker_cli.mail import payloads
from jobraker_cli.mail.clean import safe_url
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.note import Action, Note, day_and_time
from jobraker_cli.mail.wording import Words

HIDDEN = "link_hidden"  # in a payload from which the link was taken


def checked_link(url: object, site_url: str) -> str:
    """The link, if it is https and leads to the site; else MessageError that does not quote it."""
    safe = safe_url(url) if isinstance(url, str) else None
    if safe is None or not safe.startswith("https://"):
        raise MessageError("the reset link is not an https address")
    if _host(safe) != _host(site_url):
        raise MessageError("the reset link does not lead to the host of SITE_URL")
    return safe


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def _link(payload: Mapping[str, object], site_url: str) -> str:
    """The link; a place holder where the payload is one to show, which is never sent."""
    if payload.get(HIDDEN) is True:
        return f"https://{_host(site_url)}/link-not-shown"
    return checked_link(payload.get("reset_url"), site_url)


def view(payload: Mapping[str, object], links: Links, words: Words) -> Note:
    """The message in words. Raises MessageError for a link that must not be mailed."""
    link = _link(payload, links.brand.site_url)
    company = links.brand.company_name
    expires = payloads.moment(payload.get("expires_at"))
    until = day_and_time(expires.astimezone(UTC), words) if expires else ""
    return Note(
        subject=words.gettext("Set a new password for %(company)s", company=company),
        headline=words.gettext("Set a new password"),
        preview=words.gettext("You asked for a new password. This link sets it."),
        greeting=words.greeting(payloads.line(payload.get("name"))),
        paragraphs=(
            words.gettext(
                "Somebody, probably you, asked for a new password for your account on %(company)s.",
                company=company,
            ),
        ),
        action=Action(label=words.gettext("Set a new password"), url=link),
        closing=(
            *(
                (words.gettext("The link works once, until %(moment)s.", moment=until),)
                if until
                else (words.gettext("The link works once, and only for a short time."),)
            ),
            words.gettext("You did not ask for it? Then do nothing: your password stays as it is."),
        ),
        reason=words.gettext(
            "You get this mail because a new password was asked for at %(company)s.",
            company=company,
        ),
    )
