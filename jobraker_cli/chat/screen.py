"""What the conversation looks like: on a terminal finished Markdown blocks, or plain text.

Nothing that was printed is drawn again; only the typing indicator, on a line of its own, goes away.
"""

import re
from typing import TYPE_CHECKING, Protocol, TextIO

from jobraker_cli.chat.blocks import ITEM, Blocks
from jobraker_cli.chat.terminal_text import TerminalText, fit

if TYPE_CHECKING:
    from rich.console import Console

_TYPING = "Assistant is typing ..."
_ERASE = "\r\x1b[2K"
_PADDING = re.compile(r" +(?=\n)")  # to the terminal's width: it would wrap if that shrinks


class Screen(Protocol):
    """Where a conversation is shown."""

    def wait(self) -> None:
        """Say that the assistant is at work."""
        ...

    def reply(self, text: str) -> None:
        """Show the next piece of a reply."""
        ...

    def end(self) -> None:
        """The reply, or a part of it before a look-up, is over."""
        ...

    def note(self, words: str) -> None:
        """Say something of our own, on lines of its own."""
        ...

    def markdown(self, text: str) -> None:
        """Show a whole text of Markdown."""
        ...


class PlainScreen:
    """Every piece as it comes, as plain text; no colours, nothing taken back."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._text = TerminalText()
        self._column_zero = True

    def wait(self) -> None:
        """Name who speaks next, so that a screen reader says it."""
        self._write("Assistant: ")

    def reply(self, text: str) -> None:
        """Show the next piece of a reply."""
        self._write(self._text.feed(text))

    def end(self) -> None:
        """Begin a new line, if there is anything on this one."""
        self._write(self._text.finish())
        if not self._column_zero:
            self._write("\n")

    def note(self, words: str) -> None:
        """Say something of our own, on lines of its own."""
        self.end()
        self._write(fit(words) + "\n")

    def markdown(self, text: str) -> None:
        """Show a whole text as it is written."""
        self.note(text)

    def _write(self, text: str) -> None:
        if text:
            self._out.write(text)
            self._out.flush()
            self._column_zero = text.endswith("\n")


class RichScreen:
    """Finished blocks of Markdown, printed once and appended."""

    def __init__(self, out: TextIO, *, colors: bool) -> None:
        self._out = out
        self._colors = colors
        self._text = TerminalText()
        self._blocks = Blocks()
        self._console: Console | None = None
        self._typing = False
        self._begun = False  # whether a block of this reply was shown
        self._after_item = False

    def wait(self) -> None:
        """Show the typing indicator."""
        if not self._typing:
            self._out.write(_TYPING)
            self._out.flush()
            self._typing = True

    def reply(self, text: str) -> None:
        """Show the blocks that this piece finishes; wait for the next one."""
        self._show(self._blocks.feed(self._text.feed(text)))
        self.wait()

    def end(self) -> None:
        """Show the rest."""
        rest = self._blocks.feed(self._text.finish()) + self._blocks.finish()
        self._show(rest)
        self._erase()
        self._begun = False

    def note(self, words: str) -> None:
        """Say something of our own, dimmed where there are colours."""
        self.end()
        from rich.text import Text

        self._printer().print(Text(fit(words), style="dim"))

    def markdown(self, text: str) -> None:
        """Show a whole text of Markdown."""
        self.end()
        self._show([*self._blocks.feed(fit(text) + "\n"), *self._blocks.finish()])

    def _show(self, blocks: list[str]) -> None:
        if not blocks:
            return
        from rich.markdown import Markdown

        self._erase()
        for block in blocks:
            console = self._printer()
            with console.capture() as drawn:
                console.print(Markdown(block, hyperlinks=False))
            item = bool(ITEM.match(block))
            lines = _PADDING.sub("", drawn.get()).strip("\n")
            gap = "" if item and self._after_item else "\n"
            self._out.write(f"{gap if self._begun else ''}{lines}\n")
            self._after_item, self._begun = item, True
        self._out.flush()

    def _erase(self) -> None:
        if self._typing:
            self._out.write(_ERASE)
            self._out.flush()
            self._typing = False

    def _printer(self) -> "Console":
        """A console as wide as the terminal is now."""
        from rich.console import Console

        if self._console is None:
            self._console = Console(
                file=self._out,
                no_color=not self._colors,
                force_terminal=True,
                highlight=False,
                markup=False,
                emoji=False,
            )
        return self._console
