"""Text that strangers wrote, made fit for a header, a template, a link or a terminal."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
_SURROGATES = "\ud800-\udfff"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
# What nobody sees: soft hyphen, zero-width space, word joiner, byte order mark, annotations, tags.
# The zero-width joiners stay: Persian, Hindi and family emoji are misspelled without them.
_INVISIBLE = "\xad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"

_DROPPED = re.compile(f"[{_CONTROLS}{_BIDI}{_INVISIBLE}{_NONCHARACTERS}{_SURROGATES}]")
# Braille blank and Hangul fillers are no white space to Unicode, but blank to the eye.
_BLANK = re.compile("[\\s\u2800\u3164\uffa0]+")
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"

_LINE_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(f"[{_CONTROLS}{_BIDI}]")
_LONE = re.compile(f"[{_SURROGATES}]")

_NEVER_IN_URL = re.compile(rf"[\s{_CONTROLS}{_BIDI}{_INVISIBLE}{_SURROGATES}\"'<>\\^`{{|}}]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_URL_LIMIT = 2000


def clean_line(text: str, limit: int = 200) -> str:
    """The text as one safe line of at most `limit` characters, cut with an ellipsis; may be empty.

    Encoded-words cannot survive: `=?` and `?=` are broken, since some parsers decode them
    after the header was checked.
    """
    if not text.isprintable():  # nothing dropped below is printable, and most text is
        text = _DROPPED.sub("", text)
    elif text.isascii() and "  " not in text:  # it has no blank but the space, and none too many
        line = text.strip()
        if "?" not in line:
            return line if len(line) <= limit else _cut(line, limit)
    line = _BLANK.sub(" ", text).strip()
    line = line.replace("=?", "= ?").replace("?=", "? =")
    return line if len(line) <= limit else _cut(line, limit)


def _cut(line: str, limit: int) -> str:
    """Cuts between characters as people see them: no accent or joined emoji is torn apart."""
    end = limit - 1
    while end > limit // 2 and _continues(line, end):
        end -= 1
    return line[:end].rstrip() + "…"


def _continues(line: str, index: int) -> bool:
    character = line[index]
    return (
        character in _JOINERS
        or line[index - 1] == "\u200d"
        or unicodedata.combining(character) != 0
    )


def safe_url(url: str) -> str | None:
    """The address if it is http or https with a plain host and no credentials, else None.

    Non-ASCII hosts become A-labels and non-ASCII paths are percent-encoded.
    """
    if len(url) > _URL_LIMIT or _NEVER_IN_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = _ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:  # a port that is no number, brackets without an IPv6 address, a bad label
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    rest = quote(url.split(parts.netloc, 1)[1], safe="!#$%&()*+,/:;=?@[]~")
    return f"{parts.scheme}://{host}{port}{rest}"


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    return host if host.isascii() else host.encode("idna").decode("ascii")


def terminal_line(text: str) -> str:
    """The text as one line that a terminal only shows: no control, escape or bidi character."""
    return _LONE.sub("\ufffd", _UNPRINTABLE.sub("", _LINE_BREAKS.sub(" ", text)))
