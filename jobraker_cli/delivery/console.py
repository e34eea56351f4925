"""The way out that shows messages to a person (EMAIL_BACKEND=console)."""

import re
from collections.abc import Callable
from time import monotonic
from typing import TextIO

from jobraker_cli.delivery.transport import Envelope, Heading, Outcome, Phase, nothing
from jobraker_cli.errors import UnreachableError

_UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e]")


class ConsoleTransport:
    """Writes each message to `stream` as plain text, with a line of dashes after it.

    What a terminal could obey or could not show is written as an escape.
    """

    provider = "console"

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(
        self,
        envelope: Envelope,
        following: Heading | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> Outcome:
        """Show the message; raises UnreachableError when nobody reads the stream any more."""
        started = monotonic()
        try:
            self._stream.write(_printable(envelope.content) + "-" * 79 + "\n")
            self._stream.flush()
        except OSError as error:
            raise UnreachableError(f"cannot write mail to the console: {error.strerror}") from error
        return Outcome(
            phase=Phase.DONE,
            code=250,
            enhanced_code="",
            text="shown on the console",
            seconds=monotonic() - started,
            provider=self.provider,
        )

    def give_up(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """The stream stays open: it is the caller's."""


def _printable(content: bytes) -> str:
    text = content.decode("ascii", "backslashreplace").replace("\r\n", "\n")
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
