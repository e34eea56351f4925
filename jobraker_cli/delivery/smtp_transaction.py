"""One message over an open SMTP connection: in step, or pipelined where the server offers it.

Pipelined (RFC 2920): MAIL, RCPT and DATA go out in one write, and the next message's commands may
go out with this one's body. Every reply is read and belongs to one command; replies that cannot
belong to the commands are never believed.
"""

import re
from collections.abc import Callable
from time import monotonic
from typing import Final

from jobraker_cli.delivery.smtp_connection import SmtpConnection
from jobraker_cli.delivery.transport import Envelope, Heading, Phase
from jobraker_cli.errors import MessageError
from jobraker_cli.mail.mime import WireBytes

ONE_WRITE: Final = 262_144
"""Octets of content up to which body and dot go out together; a longer body may be interrupted."""

_END = b".\r\n"
_UNSENDABLE = re.compile(r"[^\x21-\x7e]|[<>]")
_LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3, without the brackets

Reply = tuple[int, bytes]


class OutOfStepError(ConnectionError):
    """The server's replies cannot be those to our commands."""


class Transaction:
    """One message over an open connection; `phase` says how far it came.

    `announced`: its commands went out with the body before it. `has_announced`: the commands of
    the following one went out with this body. `other_seconds` were spent on something else.
    """

    def __init__(
        self, connection: SmtpConnection, envelope: Envelope, *, pipelined: bool, announced: bool
    ) -> None:
        self.phase = Phase.MAIL
        self.has_announced = False
        self.other_seconds = 0.0
        self._connection = connection
        self._envelope = envelope
        self._pipelined = pipelined
        self._announced = announced

    def run(self, after: bytes, meanwhile: Callable[[], None]) -> Reply:
        """The reply that decided, as code and text; raises OSError when none came.

        `after`, what is said of the next message, may go out with the content. `meanwhile` is
        called between the content and its reply.
        """
        reply = self._all_at_once() if self._pipelined else self._in_step()
        if self.phase is not Phase.DATA or reply[0] != 354:
            return reply
        if self._connection.has_spoken():
            raise OutOfStepError("the server says more than it is asked")
        content = dot_stuffed(self._envelope.content)
        if self._pipelined and len(content) <= ONE_WRITE:
            return self._hand_over_with(content, after, meanwhile)
        return self._hand_over(content)

    def _in_step(self) -> Reply:
        reply = self._ask(Phase.MAIL, f"MAIL FROM:<{self._envelope.sender}>")
        if reply[0] // 100 == 2:
            reply = self._ask(Phase.RCPT, f"RCPT TO:<{self._envelope.recipient}>")
            if reply[0] // 100 == 2:
                reply = self._ask(Phase.DATA, "DATA")
        return reply

    def _ask(self, phase: Phase, command: str) -> Reply:
        self.phase = phase
        if self._connection.has_unread:
            raise ConnectionError("the server says more than it is asked")
        return self._connection.docmd(command)

    def _all_at_once(self) -> Reply:
        """Send the commands, if they are not under way, and find the reply that decides."""
        if not self._announced:
            self._connection.write(commands(self._envelope))
        replies = self._replies()
        decisive = next((n for n, one in enumerate(replies) if _is_refusal(*one)), 2)
        self.phase, reply = replies[decisive]
        follows = [code for _, (code, _) in replies[decisive + 1 :]]
        if (
            any(code < 400 for code in follows)  # what follows a refused command is refused
            # a 5yz to DATA may be a stray one with the true reply under way: ask again, in step
            or (self.phase is Phase.DATA and not 300 <= reply[0] < 500)
            or (400 <= reply[0] != 421 and self._connection.has_unread)
        ):
            raise OutOfStepError("the server says more than it is asked")
        return reply

    def _replies(self) -> list[tuple[Phase, Reply]]:
        """The reply to each of the three commands, or as many as the server gave."""
        replies: list[tuple[Phase, Reply]] = []
        for phase in (Phase.MAIL, Phase.RCPT, Phase.DATA):
            self.phase = phase
            try:
                replies.append((phase, self._connection.getreply()))
            except OSError:
                if not any(_is_refusal(*one) for one in replies):
                    raise
                break  # it has said why before it hung up
            if replies[-1][1][0] == 421:
                break  # nothing follows
        return replies

    def _hand_over_with(self, content: bytes, after: bytes, meanwhile: Callable[[], None]) -> Reply:
        """Write content, dot and the next message's commands at once."""
        self.phase = Phase.BODY
        try:
            self._connection.write(content + _END + after)
        except OSError:
            if self._connection.written >= len(content) + len(_END):
                self.phase = Phase.DOT
            elif self._connection.has_spoken():
                return self._connection.getreply()
            raise
        self.phase = Phase.DOT
        written = monotonic()
        meanwhile()
        self.other_seconds = monotonic() - written
        reply = self._connection.getreply()
        self.has_announced = bool(after)
        if reply[0] // 100 == 2:
            self.phase = Phase.DONE
        return reply

    def _hand_over(self, content: bytes) -> Reply:
        """Write the content, then, if the server still listens, the dot that makes it a mail."""
        self.phase = Phase.BODY
        try:
            self._connection.write(content)
        except OSError:
            if not self._connection.has_spoken():
                raise
        if self._connection.has_spoken():
            return self._connection.getreply()
        self.phase = Phase.DOT
        self._connection.write(_END)
        reply = self._connection.getreply()
        if reply[0] // 100 == 2:
            self.phase = Phase.DONE
        return reply


def _is_refusal(phase: Phase, reply: Reply) -> bool:
    return reply[0] // 100 != (3 if phase is Phase.DATA else 2)


def commands(one: Heading) -> bytes:
    """What is said before the content of a message, in one write."""
    return f"MAIL FROM:<{one.sender}>\r\nRCPT TO:<{one.recipient}>\r\nDATA\r\n".encode("ascii")


def can_be_said(one: Heading) -> bool:
    """Whether its addresses say no more to the server than one sender and one recipient."""
    return bool(one.recipient) and all(map(_is_sendable, (one.sender, one.recipient)))


def _is_sendable(address: str) -> bool:
    return len(address) <= _LONGEST_ADDRESS and not _UNSENDABLE.search(address)


def dot_stuffed(content: bytes) -> bytes:
    """The content as it goes on the wire, up to the final dot (RFC 5321 4.5.2)."""
    if isinstance(content, WireBytes):
        return content
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if not stuffed or stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def check(envelope: Envelope) -> None:
    """Refuse (MessageError) what could say more to the server than one mail to one recipient."""
    for role, address in (("sender", envelope.sender), ("recipient", envelope.recipient)):
        if not _is_sendable(address):
            raise MessageError(f"message {envelope.id}: SMTP cannot carry its {role}'s address")
    if not envelope.recipient:
        raise MessageError(f"message {envelope.id} has no recipient")
    content = envelope.content
    if isinstance(content, WireBytes):
        return
    if not content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n"):
        raise MessageError(f"message {envelope.id} has line ends other than CRLF")
