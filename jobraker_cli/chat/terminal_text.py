"""A stream of a stranger's text, made fit for a terminal whatever it is cut into."""

import re

from jobraker_cli.mail.clean import terminal_line

_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_HIGH, _LOW = ("\ud800", "\udbff"), ("\udc00", "\udfff")


class TerminalText:
    """Makes text of which a terminal shows every character and obeys none.

    Control and bidi characters go, tabs become spaces; what an escape sequence would have said
    stays as text. Pieces give the same as the whole: a line break or a character beyond the
    basic plane may be cut in two.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """The next piece, made fit."""
        text, self._held = self._held + text, ""
        if text[-1:] == "\r" or _HIGH[0] <= text[-1:] <= _HIGH[1]:
            text, self._held = text[:-1], text[-1]
        return fit(text)

    def finish(self) -> str:
        """What was held back, once nothing follows."""
        text, self._held = self._held, ""
        return fit(text)


def fit(text: str) -> str:
    """A whole text, made fit: lines end in a line feed."""
    lines = _BREAKS.split(_joined(text))
    return "\n".join(terminal_line(line) for line in lines)


def _joined(text: str) -> str:
    """The text with halves of characters joined where both are there."""
    if not any(_HIGH[0] <= letter <= _LOW[1] for letter in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
