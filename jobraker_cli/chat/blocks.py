"""Markdown as it streams: cut into blocks that are finished and need not be drawn again."""

import re

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
LONGEST = 20_000  # characters after which a block is shown whether it is finished or not


class Blocks:
    """Gives a stream of Markdown back block by block.

    A paragraph, table or quote ends at an empty line; a heading and a rule with their line; an
    item of a list where the next begins; code in fences at its closing fence.
    """

    def __init__(self) -> None:
        self._line = ""
        self._lines: list[str] = []
        self._length = 0
        self._fence = ""

    def feed(self, text: str) -> list[str]:
        """Take in some text; the blocks that it finishes, in order."""
        finished: list[str] = []
        *whole, self._line = (self._line + text).split("\n")
        for line in whole:
            self._take(line, finished)
        if len(self._line) + self._length > LONGEST:
            self._take(self._line, finished)
            self._line = ""
            finished += self._flush()
        return finished

    def finish(self) -> list[str]:
        """The rest, once nothing follows."""
        finished: list[str] = []
        if self._line:
            self._take(self._line, finished)
            self._line = ""
        return finished + self._flush()

    def _take(self, line: str, finished: list[str]) -> None:
        if self._fence:
            self._keep(line)
            if _closes(line, self._fence):
                self._fence = ""
                finished += self._flush()
        elif not line.strip():
            finished += self._flush()
        elif opening := _FENCE.match(line):
            finished += self._flush()
            self._fence = opening[1]
            self._keep(line)
        elif _HEADING.match(line) or (_RULE.match(line) and not self._lines):
            finished += self._flush()
            finished.append(line)
        else:
            if ITEM.match(line):
                finished += self._flush()
            self._keep(line)

    def _keep(self, line: str) -> None:
        self._lines.append(line)
        self._length += len(line) + 1

    def _flush(self) -> list[str]:
        block = "\n".join(self._lines)
        if self._fence and block:  # cut inside code: both halves stay code
            block += f"\n{self._fence}"
        self._lines = [self._fence] if self._fence else []
        self._length = 0
        return [block] if block.strip() else []


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}
