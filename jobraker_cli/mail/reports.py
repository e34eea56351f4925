"""What a mail in the inbox is: a bounce, a complaint, an unsubscribe mail, or nothing of ours.

A bounce is a delivery status notification (RFC 3464), or one in the form of qmail or of older
Exims; a complaint is a report of RFC 5965. Only machine-readable fields are believed, and whose
message it is about is not said here: that takes a tag (verp) or a signed link (tokens).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from enum import StrEnum
from itertools import islice

LARGEST = 256 * 1024  # octets of a mail that are looked at
_MOST_PARTS = 50
_LONGEST = 20_000  # characters of a text that are searched

_RECIPIENTS = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list"}
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<!\d)([45]\d\d)[ -](?:#?([45]\.\d{1,3}\.\d{1,3}))?")
_QMAIL = re.compile(r"\s*Hi\. This is the ")
_DELAYED = re.compile(r"\b(?:warning|delayed?|still being retried)\b", re.IGNORECASE)
_UNSUBSCRIBE = re.compile(r"\s*(?:re:\s*)?unsubscribe[\s:]+(\S.*)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"<[^<>\s]*/unsubscribe/([A-Za-z0-9_.-]{1,500})>")


class Kind(StrEnum):
    """What a mail is to us; `AUTOMATIC` is an auto-reply, `OTHER` everything else."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    AUTOMATIC = "automatic"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A mail, as far as it matters.

    `status` is the enhanced code of a bounce ("" where it says none), `words` what the server said.
    A tag (see verp) may stand in one of `tagged`; `token` is an unsubscribe token, unverified.
    """

    kind: Kind
    status: str = ""
    words: str = ""
    tagged: tuple[str, ...] = ()
    token: str = ""


def read_report(raw: bytes) -> Report:
    """Say what a mail is; never raises, whatever the octets are."""
    try:
        message = message_from_bytes(raw[:LARGEST])
        parts = list(islice(message.walk(), _MOST_PARTS))
        return _complaint(parts) or _bounce(message, parts) or _personal(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, HeaderParseError):
        return Report(kind=Kind.OTHER)


def _complaint(parts: Sequence[Message]) -> Report | None:
    for part in parts:
        if part.get_content_type() != "message/feedback-report":
            continue
        fields = next(_blocks(part), Message())
        if _field(fields, "Feedback-Type").lower() not in _COMPLAINTS:
            return Report(kind=Kind.OTHER)
        returned = list(_returned(parts))
        senders = [_field(fields, "Original-Mail-From")]
        senders += [_field(one, "Return-Path") for one in returned]
        links = [_LINK.search(_field(one, "List-Unsubscribe")) for one in returned]
        return Report(
            kind=Kind.COMPLAINT,
            words=f"complaint: {_field(fields, 'Feedback-Type').lower()}",
            tagged=tuple(senders),
            token=next((link[1] for link in links if link is not None), ""),
        )
    return None


def _bounce(message: Message, parts: Sequence[Message]) -> Report | None:
    notices = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    if notices:
        found = _failed(notices[0])
        if found is None:
            return Report(kind=Kind.OTHER)
        status, words = found
    else:
        text = _failure_text(message)
        if text is None:
            return None
        status, words = _said(text)
    tagged = [value for name in _RECIPIENTS for value in _fields(message, name)]
    tagged += [_field(one, "Return-Path") for one in _returned(parts)]
    return Report(kind=Kind.BOUNCE, status=status, words=words, tagged=tuple(tagged))


def _failed(notice: Message) -> tuple[str, str] | None:
    """Status and words of the first recipient whose delivery failed for good; None: nobody's."""
    for block in _blocks(notice):
        if _field(block, "Action").split(";")[0].strip().lower() != "failed":
            continue
        said = _field(block, "Diagnostic-Code").partition(";")[2].strip()
        own = _STATUS.search(_field(block, "Status"))
        status = own[1] if own is not None else ""
        if status.endswith(".0.0") or not status:  # Exim's, whatever the other side said
            status = _said(said)[0] or status
        return status, said or status
    return None


def _failure_text(message: Message) -> str | None:
    """The text of a bounce in no standard form; None for what is none, or tells of a delay."""
    text = _text(message)
    known = message["X-Failed-Recipients"] is not None or _QMAIL.match(text)
    if not known or _DELAYED.search(_field(message, "Subject")):
        return None
    return text


def _said(text: str) -> tuple[str, str]:
    """The enhanced code that a text gives, and the line that gives it."""
    for line in text[:_LONGEST].splitlines():
        reply = _REPLY.search(line)
        status = _STATUS.search(line)
        if status is not None:
            return status[1], line.strip()
        if reply is not None:
            return f"{reply[1][0]}.0.0", line.strip()
    return "", ""


def _personal(message: Message) -> Report:
    """An unsubscribe mail, an auto-reply, or anything else."""
    automatic = _field(message, "Auto-Submitted").lower() not in ("", "no")
    if automatic or message["X-Autoreply"] is not None or message["X-Autorespond"] is not None:
        return Report(kind=Kind.AUTOMATIC)
    asked = _UNSUBSCRIBE.fullmatch(_decoded(_field(message, "Subject")))
    if asked is None:
        return Report(kind=Kind.OTHER)
    return Report(kind=Kind.UNSUBSCRIBE, token="".join(asked[1].split())[:600])


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a part that is made of fields."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))
        return
    for block in re.split(r"\n\s*\n", _text(part)):
        yield message_from_string(f"{block.strip()}\n\n")


def _returned(parts: Sequence[Message]) -> Iterator[Message]:
    """The headers of the message that came back."""
    for part in parts[1:]:
        if part.get_content_type() == "message/rfc822":
            yield from _blocks(part)
        elif part.get_content_type() == "text/rfc822-headers":
            yield message_from_string(f"{_text(part).strip()}\n\n")


def _text(part: Message) -> str:
    """The text of a part, or of a multipart's first text; decoded."""
    if part.is_multipart():
        found = islice(part.walk(), _MOST_PARTS)
        text = next((one for one in found if one.get_content_maintype() == "text"), None)
        return "" if text is None else _text(text)
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace")[:_LONGEST] if isinstance(payload, bytes) else ""


def _field(message: Message, name: str) -> str:
    value = message[name]
    return "" if value is None else str(value).strip()


def _fields(message: Message, name: str) -> list[str]:
    return [str(value)[:_LONGEST] for value in message.get_all(name, [])][:_MOST_PARTS]


def _decoded(text: str) -> str:
    return str(make_header(decode_header(text)))
