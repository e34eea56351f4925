"""A reply that is being written: in memory at once, in the archive a few times a second."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

from jobraker_cli.assistant.archive import Archive

SAVE_SECONDS = 0.25


class Draft:
    """Collects a reply. Its row says that it is partial until the reply is whole.

    So a process that is killed leaves a row that says so. `section` is the text of the call
    under way; `text` is all of them, a paragraph each.
    """

    def __init__(
        self, archive: Archive, session_id: str, model: str, timer: Callable[[], float]
    ) -> None:
        self.tools: list[dict[str, Any]] = []
        self.usage: dict[str, int] = {}
        self.finish = ""
        self._archive = archive
        self._session = session_id
        self._model = model
        self._timer = timer
        self._parts: list[list[str]] = [[]]
        self._row: str | None = None
        self._saved = float("-inf")

    @property
    def section(self) -> str:
        """What the call under way said."""
        return "".join(self._parts[-1])

    @property
    def text(self) -> str:
        """All that was said."""
        said = ("".join(part) for part in self._parts)
        return "\n\n".join(part for part in said if part.strip())

    def add(self, text: str) -> None:
        """Take in a piece; it is not saved yet."""
        self._parts[-1].append(text)

    def new_section(self) -> None:
        """What comes now is another call's."""
        if self._parts[-1]:
            self._parts.append([])

    def save_now_and_then(self) -> None:
        """Save the first piece at once, then at most every SAVE_SECONDS."""
        if self._timer() - self._saved >= SAVE_SECONDS:
            self.keep(partial=True)
            self._saved = self._timer()

    def keep(self, *, partial: bool) -> None:
        """Save what there is; nothing if nothing was said."""
        text = self.text
        if not text:
            return
        metadata: dict[str, Any] = {"model": self._model}
        if partial:
            metadata["partial"] = True
        metadata |= {
            name: value
            for name, value in (
                ("tools", self.tools),
                ("usage", self.usage),
                ("finish_reason", self.finish),
            )
            if value
        }
        if self._row is None:
            with _interrupts_held():  # else the row could be there and its id unknown
                self._row = self._archive.add(self._session, "assistant", text, metadata)
        else:
            self._archive.revise(self._row, text, metadata)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let a Ctrl-C wait until this is over; it is in nobody's way where there is no terminal."""
    usual = signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or not callable(usual):
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if held:
        usual(*held[0])
