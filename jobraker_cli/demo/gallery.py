"""The gallery: one page that shows mails as they would look, light and dark, without a network.

The page runs no script and loads nothing; each mail sits in a sandboxed frame, so that whatever is
in it can neither run nor reach the page. A frame's colour scheme is what its mail believes the
reader prefers.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError as MalformedError
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

AT_MOST = 40
# Controls and bidirectional overrides would change how the page itself reads.
UNSHOWABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows of one mail; `page` is its HTML part, "" if it has none."""

    subject: str
    sender: str
    recipient: str
    size: int
    page: str
    text: str


def write_gallery(folder: Path, messages: Iterable[bytes | Path], title: str) -> Path:
    """Writes `gallery.html` into the folder and returns its path.

    Of more than 40 messages (bytes or .eml files) it shows 40 from all over the list, the largest
    and the smallest among them, in the order given.
    """
    everything = list(messages)
    sizes = [_size(message) for message in everything]
    mails = [_shown(everything[index]) for index in chosen(sizes, AT_MOST)]
    path = folder / "gallery.html"
    path.write_text(_page(title, mails, sizes), encoding="utf-8")
    return path


def chosen(sizes: Sequence[int], at_most: int) -> list[int]:
    """Indexes of at most that many entries: spread evenly, with the largest and the smallest."""
    if len(sizes) <= at_most:
        return list(range(len(sizes)))
    extremes = {sizes.index(max(sizes)), sizes.index(min(sizes))}
    others = [index for index in range(len(sizes)) if index not in extremes]
    room = at_most - len(extremes)
    evenly = {others[step * (len(others) - 1) // max(1, room - 1)] for step in range(room)}
    return sorted(extremes | evenly)


def _size(message: bytes | Path) -> int:
    return len(message) if isinstance(message, bytes) else message.stat().st_size


def _shown(message: bytes | Path) -> Shown:
    content = message if isinstance(message, bytes) else message.read_bytes()
    parsed = message_from_bytes(content, policy=policy.default)
    return Shown(
        subject=_header(parsed, "subject"),
        sender=_header(parsed, "from"),
        recipient=_header(parsed, "to"),
        size=len(content),
        page=_part(parsed, "html"),
        text=_part(parsed, "plain"),
    )


def _header(message: EmailMessage, name: str) -> str:
    """The decoded header on one line, as it stands where it cannot be decoded.

    Not by the policy's own parser, which fails on malformed addresses in many ways.
    """
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    try:
        text = str(make_header(decode_header(raw)))
    except (MalformedError, ValueError, LookupError):
        text = raw
    return " ".join(text.split())


def _part(message: EmailMessage, kind: str) -> str:
    try:
        body = message.get_body((kind,))
        content = body.get_content() if body is not None else ""
    except (ValueError, LookupError):
        return "(unreadable)"
    return content if isinstance(content, str) else ""


def escaped(text: str) -> str:
    """Safe as HTML text and as a quoted attribute; what cannot be shown becomes a box."""
    return html.escape(UNSHOWABLE.sub("\ufffd", text.replace("\r\n", "\n")))


def _octets(size: int) -> str:
    return f"{size / 1024:.1f} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"


def _page(title: str, mails: Sequence[Shown], sizes: Sequence[int]) -> str:
    lines = "".join(_inbox_line(number, mail) for number, mail in enumerate(mails, 1))
    sections = "".join(_section(number, mail) for number, mail in enumerate(mails, 1))
    count = "1 mail" if len(sizes) == 1 else f"{len(sizes):,} mails"
    shown = "" if len(mails) == len(sizes) else f", {len(mails)} of them shown"
    facts = f"{count}{shown}; {_octets(sum(sizes))} in all" if sizes else "No mails were sent."
    return PAGE.format(
        title=escaped(title), style=STYLE, facts=facts, lines=lines, sections=sections
    )


def _inbox_line(number: int, mail: Shown) -> str:
    return INBOX_LINE.format(
        number=number,
        initial=escaped(mail.recipient[:1].upper() or "?"),
        recipient=escaped(mail.recipient or "(no recipient)"),
        subject=escaped(mail.subject or "(no subject)"),
        size=_octets(mail.size),
    )


def _section(number: int, mail: Shown) -> str:
    subject = escaped(mail.subject or "(no subject)")
    frames = "".join(
        FRAME.format(scheme=scheme, label=label, subject=subject, page=escaped(mail.page))
        for scheme, label in (("light", "Light"), ("dark", "Dark"))
    )
    return SECTION.format(
        number=number,
        subject=subject,
        sender=escaped(mail.sender),
        recipient=escaped(mail.recipient),
        size=_octets(mail.size),
        frames=frames if mail.page else NO_PAGE,
        text=escaped(mail.text or "(no text part)"),
    )


STYLE = """
:root { color-scheme: light dark; --ground: #f3f4f7; --sheet: #fff; --ink: #1b2130; --soft: #5c6579;
  --line: #dfe3ea; --accent: #2f56c6; --wash: #e8edfb; }
@media (prefers-color-scheme: dark) { :root { --ground: #12151c; --sheet: #1b202a; --ink: #e9ecf3;
  --soft: #a2abbd; --line: #303746; --accent: #9db4ff; --wash: #26304a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 40px 24px 80px; max-width: 1400px; background: var(--ground);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: 28px; letter-spacing: -.01em; }
header p, .facts { margin: 4px 0 0; color: var(--soft); }
nav, section { margin-top: 28px; background: var(--sheet); border: 1px solid var(--line);
  border-radius: 14px; overflow: hidden; }
nav a { display: grid; grid-template-columns: 36px minmax(0, 20em) minmax(0, 1fr) auto; gap: 14px;
  align-items: center; padding: 10px 18px; color: inherit; text-decoration: none; }
nav a + a { border-top: 1px solid var(--line); }
nav a:hover, nav a:focus-visible { background: var(--wash); }
nav i { display: grid; place-items: center; width: 32px; height: 32px; border-radius: 50%;
  background: var(--wash); color: var(--accent); font-style: normal; font-weight: 600; }
nav span, nav b { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
nav b { font-weight: 600; }
nav span, nav small { color: var(--soft); }
section > div, summary { padding: 18px 22px; }
h2 { margin: 0; font-size: 19px; overflow-wrap: anywhere; }
h2 a { color: var(--soft); font-weight: 400; text-decoration: none; margin-right: 8px; }
.frames { display: grid; grid-template-columns: 1fr 1fr; gap: 1px; padding: 0;
  background: var(--line); border: solid var(--line); border-width: 1px 0; }
figure { margin: 0; background: var(--sheet); }
figcaption { padding: 8px 22px; color: var(--soft); font-size: 13px; }
iframe { display: block; width: 100%; height: 720px; border: 0; }
summary { cursor: pointer; color: var(--accent); }
pre { margin: 0; padding: 0 22px 22px; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 13px/1.55 ui-monospace, "SF Mono", Consolas, monospace; }
.none { margin: 0; padding: 22px; background: var(--sheet); color: var(--soft);
  grid-column: 1 / -1; }
@media (max-width: 900px) { .frames { grid-template-columns: 1fr; }
  nav a { grid-template-columns: 36px minmax(0, 1fr) auto; } nav a span { display: none; } }
"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header id="top"><h1>{title}</h1><p>{facts}</p></header>
<nav aria-label="Mails">{lines}</nav>
<main>{sections}</main>
</body>
</html>
"""
INBOX_LINE = """
<a href="#mail-{number}"><i aria-hidden="true">{initial}</i><span><bdi>{recipient}</bdi></span>
<b><bdi>{subject}</bdi></b><small>{size}</small></a>"""
SECTION = """
<section id="mail-{number}">
<div><h2><a href="#top" title="Back to the list">{number}</a><bdi>{subject}</bdi></h2>
<p class="facts">From <bdi>{sender}</bdi> to <bdi>{recipient}</bdi>, {size}</p></div>
<div class="frames">{frames}</div>
<details><summary>Text part</summary><pre>{text}</pre></details>
</section>"""
FRAME = """
<figure><figcaption>{label}</figcaption>
<iframe sandbox loading="lazy" style="color-scheme:{scheme}" title="{label}: {subject}"
 srcdoc="{page}"></iframe></figure>"""
NO_PAGE = '<p class="none">This mail has no HTML part.</p>'
