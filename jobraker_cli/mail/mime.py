"""The bytes of a message: RFC 5322 headers and a multipart/alternative body, 7-bit and CRLF only.

Assembled by hand because the standard library's generators fold and encode what must stay whole
(List-Unsubscribe), choose 8bit, decode hostile encoded-words, and cost ten times as much.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.charset import Charset
from email.header import Header
from functools import lru_cache
from types import MappingProxyType

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.address import split_mailbox
from jobraker_cli.mail.clean import clean_line

NAME_ENDS = "\x1f"
"""What the name of a piece begins and ends with; no cleaned text holds it."""

_FOLD_AT = 78
_LONGEST_LINE = 998  # RFC 5322 2.1.1
_LONGEST_VALUE = 900

_MAILBOXES = {"from", "to", "reply-to", "sender"}
# Made of tokens that break when they are folded inside or encoded.
_VERBATIM = {
    "feedback-id",
    "in-reply-to",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "message-id",
    "references",
}
_NAME = re.compile(r"[A-Za-z0-9-]{1,76}")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # atoms, RFC 5322 3.2.3
_NO_BODY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_FIRST_DOTS = re.compile(rb"^\.+", re.MULTILINE)
_UTF8 = Charset("utf-8")
_PIECE_NAME = re.compile(f"{NAME_ENDS}[0-9]+{NAME_ENDS}")


class WireBytes(bytes):
    """A message as SMTP carries it: every line ends with CRLF, and none begins with a dot."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that stand alike in many mails, and how they are encoded; in a text by its name."""

    text: str
    encoded: bytes  # quoted-printable, without the last line break


Pieces = Mapping[str, Piece]
_NONE: Pieces = MappingProxyType({})


def piece(text: str) -> Piece:
    """Lines of text that are encoded here, once."""
    text = _with_line_feeds(text)
    return Piece(text, b"\r\n".join(map(_quoted_line.__wrapped__, text.split("\n"))))


def whole(text: str, pieces: Pieces) -> str:
    """The text with pieces in the place of their names."""
    if NAME_ENDS not in text:
        return text
    return _PIECE_NAME.sub(lambda name: _text_of(name[0], pieces), text)


def build(
    headers: Sequence[tuple[str, str]], text: str, html: str, pieces: Pieces = _NONE
) -> bytes:
    """The message: the headers in their order, then MIME-Version and Content-Type, then both parts.

    They are WireBytes, and the same for the same arguments. `pieces` are those whose names stand in
    the parts. Raises MessageError for what no header can hold.
    """
    boundary = _boundary(headers)
    kind = _folded("Content-Type", ("multipart/alternative;", f'boundary="{boundary}"'))
    head = [*(_header(name, value) for name, value in headers), "MIME-Version: 1.0", kind, ""]
    between = f"--{boundary}".encode("ascii")
    lines = b"\r\n".join(
        (
            "\r\n".join(head).encode("ascii"),
            between,
            *_QUOTED_PLAIN,
            *_quoted_printable(_lines(text), pieces),
            b"",
            between,
            *_smaller(_lines(html), pieces),
            b"",
            between + b"--",
            b"",
        )
    )
    return WireBytes(lines)


def _boundary(headers: Iterable[tuple[str, str]]) -> str:
    """From the Message-ID; `=_` can stand in neither encoding, so no body can contain it."""
    message_id = next((value for name, value in headers if name.lower() == "message-id"), "")
    return f"=_{hashlib.sha256(message_id.encode('utf-8', 'replace')).hexdigest()[:32]}"


@lru_cache(maxsize=1_024)  # most stand alike in many mails
def _header(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        raise MessageError("a header's name is not made of letters, digits and hyphens")
    kind = name.lower()
    if kind in _VERBATIM:
        return _verbatim(name, value)
    if kind in _MAILBOXES:
        display, address = split_mailbox(value)
        words = [*_display_words(display), f"<{address}>"] if display else [address]
        return _folded(name, words)
    return _folded(name, _words(clean_line(value, _LONGEST_VALUE)))


def _verbatim(name: str, value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise MessageError(f"{name} holds characters that it cannot carry")
    return _folded(name, value.split())


def _display_words(display: str) -> list[str]:
    if _PHRASE.fullmatch(display) or not _PLAIN.fullmatch(display):
        return _words(display)
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.split(" ")


def _words(line: str) -> list[str]:
    """The words as they stand, or as encoded-words (RFC 2047) when they are not all ASCII."""
    if _PLAIN.fullmatch(line):
        return line.split()
    return Header(line, _UTF8, maxlinelen=60).encode(linesep="\n").split()


def _folded(name: str, words: Iterable[str]) -> str:
    """The header with line breaks between words only, at 78 characters where that is possible."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _FOLD_AT and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    if max(map(len, lines)) > _LONGEST_LINE:
        raise MessageError(f"{name} is too long for a line of mail")
    return "\r\n".join(lines)


def _lines(text: str) -> list[str]:
    """The lines of a text, without empty ones at its end and without control characters but tab."""
    lines = _with_line_feeds(text).split("\n")
    while lines and not _NO_BODY.sub("", lines[-1]):
        lines.pop()
    return lines or [""]


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _text_of(name: str, pieces: Pieces) -> str:
    found = pieces.get(name)
    return name if found is None else found.text


def _smaller(lines: Sequence[str], pieces: Pieces) -> Sequence[bytes]:
    """Quoted-printable, unless most of the text is not ASCII and base64 is the smaller one."""
    quoted = _quoted_printable(lines, pieces)
    octets = sum(map(len, quoted)) + 2 * len(quoted)
    least = sum(map(len, lines)) + len(lines)
    least += sum(len(pieces[line].text) - len(line) for line in lines if line in pieces)
    if octets > _in_base64(least):  # else it is the smaller one even if all of it is ASCII
        text = whole("\n".join(lines), pieces)
        if not text.isascii() and octets > _in_base64(len(text.encode("utf-8", "ignore")) + 1):
            return [*_BASE64_HTML, *_base64((_NO_BODY.sub("", text) + "\n").encode("utf-8"))]
    return [*_QUOTED_HTML, *quoted]


def _in_base64(octets: int) -> float:
    return octets * 4 / 3 * 78 / 76


def _quoted_printable(lines: Sequence[str], pieces: Pieces) -> list[bytes]:
    encoded = []
    for line in lines:
        if NAME_ENDS not in line:
            encoded.append(_quoted_line(line))
        elif line in pieces:
            encoded.append(pieces[line].encoded)
        else:
            encoded.append(piece(whole(line, pieces)).encoded)
    return encoded


@lru_cache(maxsize=16_384)  # most lines of the templates stand in many mails
def _quoted_line(line: str) -> bytes:
    """One line, which may become several; no encoding reaches beyond the line it is of.

    A dot that SMTP would have to double (RFC 5321 4.5.2) is encoded, with a soft line break.
    """
    octets = (line if line.isprintable() else _NO_BODY.sub("", line)).encode("utf-8")
    encoded = binascii.b2a_qp(octets, istext=True)
    if encoded.startswith(b".") or b"\n." in encoded:
        encoded = _FIRST_DOTS.sub(lambda dots: b"=2E=\n" * len(dots[0]), encoded)
    return encoded.replace(b"\n", b"\r\n")


def _base64(body: bytes) -> list[bytes]:
    encoded = binascii.b2a_base64(body.replace(b"\n", b"\r\n"), newline=False)
    return [encoded[start : start + 76] for start in range(0, len(encoded), 76)]


def _part_head(subtype: str, encoding: str) -> tuple[bytes, ...]:
    return (
        f"Content-Type: text/{subtype}; charset=utf-8".encode("ascii"),
        f"Content-Transfer-Encoding: {encoding}".encode("ascii"),
        b"",
    )


_QUOTED_PLAIN = _part_head("plain", "quoted-printable")
_QUOTED_HTML = _part_head("html", "quoted-printable")
_BASE64_HTML = _part_head("html", "base64")
