"""What is wrong with a mail that was made: size, links, alt texts, languages, contrast, tags."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from jobraker_cli.mail.color import READABLE, contrast
from jobraker_cli.mail.compose import Composed

LARGEST_HTML = 90 * 1024  # bytes as sent; Gmail cuts at about 102 KB
_VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", re.DOTALL)
_RULE = re.compile(r"\.([\w-]+)(?:, )?[^{}]*?\{([^}]*)\}")
_COLOR = re.compile(r"(?<![\w-])(background-color|color)\s*:\s*(#[0-9a-fA-F]{3,6})")


class _Tones(NamedTuple):
    """The colours of text and ground, in light and in dark mode; and whether it is shown."""

    text: str = "#000000"
    ground: str = "#ffffff"
    dark_text: str = "#000000"
    dark_ground: str = "#ffffff"
    shown: bool = True


@dataclass(slots=True)
class _Reader(HTMLParser):
    """Reads a mail's HTML once and writes down what it saw."""

    dark: Mapping[str, Mapping[str, str]]
    links: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    root: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    _level: int = 0
    _open: list[tuple[str, _Tones]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element has and lacks."""
        found = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.root = found
        if tag == "a":
            self.links.append((found.get("href", ""), ""))
        if re.fullmatch("h[1-6]", tag):
            if int(tag[1]) > self._level + 1:
                self.problems.append(f"the heading <{tag}> skips a level")
            self._level = int(tag[1])
        if tag == "img" and "alt" not in found:
            self.problems.append("a picture has no alt text")
        if tag == "table" and found.get("role") != "presentation":
            self.problems.append("a table for the layout does not say role=presentation")
        if tag not in _VOID:
            self._open.append((tag, self._tones(found)))

    def handle_endtag(self, tag: str) -> None:
        """Close an element; one that was not opened last is a problem."""
        if tag in _VOID:
            return
        if not self._open or self._open[-1][0] != tag:
            self.problems.append(f"the tag </{tag}> closes nothing that was opened last")
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, text: str) -> None:
        """Judge the contrast of a text, and give it to the link it is in."""
        words = " ".join(text.split())
        inside = [name for name, _ in self._open]
        if not words or "style" in inside:
            return
        if "title" in inside:
            self.title += words
            return
        if "a" in inside and self.links:
            href, label = self.links[-1]
            self.links[-1] = (href, label + words)
        self._judge(words)

    def _judge(self, words: str) -> None:
        tones = self._open[-1][1] if self._open else _Tones()
        if not tones.shown:
            return
        for mode, text, ground in (
            ("light", tones.text, tones.ground),
            ("dark", tones.dark_text, tones.dark_ground),
        ):
            ratio = contrast(text, ground)
            if ratio < READABLE:
                self.problems.append(
                    f"contrast {ratio:.1f} in {mode} mode of {words[:30]!r} ({text} on {ground})"
                )

    def _tones(self, attributes: Mapping[str, str]) -> _Tones:
        above = self._open[-1][1] if self._open else _Tones()
        style = attributes.get("style", "")
        own = dict(_COLOR.findall(style))
        dark = dict(own)
        for name in attributes.get("class", "").split():
            dark.update(self.dark.get(name, {}))
        return _Tones(
            text=own.get("color", above.text),
            ground=own.get("background-color", above.ground),
            dark_text=dark.get("color", above.dark_text),
            dark_ground=dark.get("background-color", above.dark_ground),
            shown=above.shown and "display:none" not in style.replace(" ", ""),
        )

    @property
    def unclosed(self) -> list[str]:
        """The elements that were never closed."""
        return [name for name, _ in self._open]


def review(mail: Composed, language: str, direction: str) -> list[str]:
    """What is wrong with a mail in this language, one sentence each; empty when all is well."""
    reader = _Reader(_dark_rules(mail.html))
    reader.feed(mail.html)
    reader.close()
    found = [*reader.problems, *(f"the tag <{tag}> is not closed" for tag in reader.unclosed)]
    if (reader.root.get("lang"), reader.root.get("dir")) != (language, direction):
        found.append(f'<html> does not say lang="{language}" dir="{direction}"')
    if not reader.title:
        found.append("there is no <title>")
    size = html_size(mail)
    if size > LARGEST_HTML:
        found.append(f"the HTML part is {size / 1024:.0f} KB, above {LARGEST_HTML // 1024} KB")
    found += _link_problems(reader.links, mail.text)
    if not mail.subject:
        found.append("the subject is empty")
    return list(dict.fromkeys(found))


def _dark_rules(html: str) -> dict[str, dict[str, str]]:
    """Per class, the colours that the style block sets in dark mode."""
    block = _DARK.search(html)
    rules: dict[str, dict[str, str]] = {}
    for name, body in _RULE.findall(block[1] if block else ""):
        rules.setdefault(name, {}).update(_COLOR.findall(body))
    return rules


def _link_problems(links: list[tuple[str, str]], text: str) -> Iterator[str]:
    lines = {line.strip() for line in text.splitlines()}
    for href, label in links:
        if not href.startswith(("https://", "http://", "mailto:")):
            yield f"a link leads to {href[:60]!r}"
        elif href not in text:
            yield f"the link {href[:80]} is not in the text part"
        elif href.startswith("http") and not any(href in line for line in lines):
            yield f"the link {href[:80]} is broken over lines in the text part"
        if not label:
            yield f"the link to {href[:80]} has no text"


def html_size(mail: Composed) -> int:
    """Bytes of the HTML part as it is sent."""
    return len(mail.content.rpartition(b"Content-Type: text/html")[2])
