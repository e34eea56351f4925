"""What every way out has in common: an envelope goes in, an outcome comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """How far a message came; a copy can exist at the receiver from `DOT` on, never before."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # DATA is sent, its 354 is awaited
    BODY = "body"  # the content is being written
    DOT = "dot"  # all is sent, the final reply is awaited
    DONE = "done"


class Heading(Protocol):
    """Whom a message is from and to: what a server is told before the content."""

    @property
    def sender(self) -> str:
        """The address that the message comes back to."""
        ...

    @property
    def recipient(self) -> str:
        """The address that it goes to."""
        ...


def nothing() -> None:
    """What there is to do meanwhile when there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message for one recipient; `content` has CRLF line ends and goes out as it is."""

    id: str
    sender: str
    recipient: str
    content: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened to one message.

    `code` is None when no reply came (the connection was lost or the time was up). `text` is one
    line of at most 500 characters that names neither the recipient nor a password. `seconds` are
    those that the message took, without what was done meanwhile.
    """

    phase: Phase
    code: int | None
    enhanced_code: str
    text: str
    seconds: float
    provider: str


class Transport(Protocol):
    """A way out for messages; one thread at a time uses it."""

    provider: str

    def send(
        self,
        envelope: Envelope,
        following: Heading | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> Outcome:
        """Send one message; how the receiver took it is the value.

        `following`, if it is known, is whom the next call is for; some ways out gain by it.
        `meanwhile` may be called while the receiver is waited for, at most once.

        Raises UnreachableError or ConfigError when no message can go this way now, and
        MessageError when this one never can.
        """
        ...

    def give_up(self) -> None:
        """End what another thread waits for in `send`; nothing more is tried. Never raises."""
        ...

    def close(self) -> None:
        """Take leave of the other side; never raises."""
        ...
