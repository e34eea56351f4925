"""Which headers a mail carries: the addresses, and what tells machines that it is automatic."""

import re
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.address import check_address
from jobraker_cli.mail.kinds import MailKind
from jobraker_cli.mail.links import Links
from jobraker_cli.model import Letter

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")


def headers(letter: Letter, kind: MailKind, subject: str, links: Links) -> list[tuple[str, str]]:
    """The headers in the order they are written, without those of MIME.

    Raises MessageError for an unusable recipient or Message-ID. `links` holds a checked brand.
    """
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise MessageError("the Message-ID is not written as <id@host>")
    brand = links.brand
    found = [
        ("From", brand.from_email),
        ("To", check_address(letter.recipient)),
        ("Date", _date(letter.created_at)),
        ("Subject", subject),
        ("Message-ID", letter.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Jobraker-Kind", kind.name),
    ]
    if brand.support_email:
        found.append(("Reply-To", brand.support_email))
    if kind.bulk:
        found.append(("Precedence", "bulk"))
    if kind.list_mail:
        found += _list_headers(letter, kind, links)
    return found


@lru_cache(maxsize=64)  # the mails of a run were written at one moment
def _date(moment: datetime) -> str:
    return format_datetime(moment)


def _list_headers(letter: Letter, kind: MailKind, links: Links) -> list[tuple[str, str]]:
    link = links.unsubscribe(kind.scope)
    by_mail = links.unsubscribe_by_mail(kind.scope)
    ways = ", ".join(f"<{way}>" for way in (link, by_mail) if way)
    found = [("List-Id", f"<{links.brand.list_id}>"), ("List-Unsubscribe", ways)]
    if link.startswith("https:"):  # RFC 8058 3.1: one click is for https only
        found.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    brand = links.brand
    who = _feedback_id(letter.created_at, brand.list_id, kind.name, brand.from_email)
    found.append(("Feedback-ID", who))
    return found


@lru_cache(maxsize=64)
def _feedback_id(written: datetime, list_id: str, kind: str, from_email: str) -> str:
    """Campaign, list, kind, sender: what complaints are counted by; nothing of the person."""
    return f"{written:%Y%m%d}:{list_id}:{kind}:{from_email.rpartition('@')[2].strip('>')}"
