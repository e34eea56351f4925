"""The way out by SMTP: one recipient a transaction, and always known how far it came."""

import re
from collections.abc import Callable
from time import monotonic
from typing import Final

from tenacity import (
    Retrying,
    retry_any,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    stop_any,
    stop_before_delay,
    wait_random_exponential,
)
from tenacity.nap import sleep as uninterrupted_sleep

from jobraker_cli.delivery.replies import enhanced_code_of, server_words
from jobraker_cli.delivery.smtp_connection import LostError, SmtpConnection, opened
from jobraker_cli.delivery.smtp_settings import SmtpSettings, tls_context
from jobraker_cli.delivery.transport import Envelope, Outcome, Phase
from jobraker_cli.errors import MessageError

__all__ = ["SmtpSettings", "SmtpTransport", "Transaction", "dot_stuffed"]

ATTEMPTS: Final = 3
RETRY_SECONDS: Final = 10.0

_UNSENDABLE = re.compile(r"[^\x21-\x7e]|[<>]")
_LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3, without the brackets
_BEFORE_THE_DOT = frozenset({Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY})
_OPEN_TRANSACTION = frozenset({Phase.MAIL, Phase.RCPT, Phase.DATA})


class SmtpTransport:
    """Sends over one connection that is opened when needed, reused, and dropped on any doubt.

    What a moment may heal is tried up to three times within 10 seconds, never after the dot.
    `sleep` waits between the tries: give `tenacity.sleep_using_event(stop)` where a signal must
    end the waiting.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        sleep: Callable[[float], None] = uninterrupted_sleep,
        max_messages_per_connection: int = 100,
    ) -> None:
        self.provider = settings.where
        self._settings = settings
        self._context = tls_context(settings)
        self._own_name = settings.local_hostname
        self._most = max_messages_per_connection
        self._connection: SmtpConnection | None = None
        self._carried = 0
        self._retrying = Retrying(
            sleep=sleep,
            stop=stop_any(stop_after_attempt(ATTEMPTS), stop_before_delay(RETRY_SECONDS)),
            wait=wait_random_exponential(multiplier=0.5, max=4),
            retry=retry_any(
                retry_if_exception_type(LostError), retry_if_result(_is_lost_before_the_dot)
            ),
            retry_error_callback=lambda tries: tries.outcome.result() if tries.outcome else None,
        )

    def send(self, envelope: Envelope) -> Outcome:
        """Send one message; raises UnreachableError, ConfigError, or MessageError for this one."""
        _check(envelope)
        return self._retrying(self._attempt, envelope)

    def close(self) -> None:
        """Say QUIT, if there is anybody to say it to; never raises."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.leave()

    def _attempt(self, envelope: Envelope) -> Outcome:
        connection = self._ready()
        is_fresh = self._carried == 0
        outcome = self._transact(connection, envelope)
        if is_fresh or outcome.phase is not Phase.MAIL or (outcome.code or 0) < 500:
            return outcome
        # A refused sender stops the whole run, so a connection with a past is not believed.
        self.close()
        return self._transact(self._ready(), envelope)

    def _ready(self) -> SmtpConnection:
        if self._connection is not None and self._carried >= self._most:
            self.close()
        if self._connection is not None and self._connection.has_spoken():
            self._drop()
        if self._connection is None:
            self._connection = opened(self._settings, self._context, self._own_name)
            self._own_name = self._connection.local_hostname  # finding it may ask the DNS
            self._carried = 0
        return self._connection

    def _transact(self, connection: SmtpConnection, envelope: Envelope) -> Outcome:
        started = monotonic()
        transaction = Transaction(connection, envelope)
        self._carried += 1
        code: int | None = None
        words: bytes | str
        try:
            code, words = transaction.run()
            self._leave_clean(connection, transaction.phase, code)
        except OSError as error:
            words = _loss(error, self._settings)
            self._drop()
        except BaseException:
            self._drop()
            raise
        text = server_words(words, {**self._settings.secrets, envelope.recipient: "<recipient>"})
        return Outcome(
            phase=transaction.phase,
            code=code,
            enhanced_code=enhanced_code_of(text) if code else "",
            text=text,
            seconds=monotonic() - started,
            provider=self.provider,
        )

    def _leave_clean(self, connection: SmtpConnection, phase: Phase, code: int) -> None:
        """Make sure that the next transaction starts afresh, or give the connection up."""
        refused = code >= 400 and code != 421
        if phase is Phase.DONE or (phase is Phase.DOT and refused):
            return
        if not (phase in _OPEN_TRANSACTION and refused and _is_reset(connection)):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Transaction:
    """One message over an open connection; `phase` says how far it came."""

    def __init__(self, connection: SmtpConnection, envelope: Envelope) -> None:
        self.phase = Phase.MAIL
        self._connection = connection
        self._envelope = envelope

    def run(self) -> tuple[int, bytes]:
        """The reply that decided, as code and text; raises OSError when none came."""
        reply = self._ask(Phase.MAIL, f"MAIL FROM:<{self._envelope.sender}>")
        if reply[0] // 100 == 2:
            reply = self._ask(Phase.RCPT, f"RCPT TO:<{self._envelope.recipient}>")
            if reply[0] // 100 == 2:
                reply = self._ask(Phase.DATA, "DATA")
                if reply[0] == 354:
                    reply = self._hand_over(dot_stuffed(self._envelope.content))
        return reply

    def _ask(self, phase: Phase, command: str) -> tuple[int, bytes]:
        self.phase = phase
        if self._connection.has_unread:
            raise ConnectionError("the server says more than it is asked")
        return self._connection.docmd(command)

    def _hand_over(self, content: bytes) -> tuple[int, bytes]:
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
        self._connection.send(b".\r\n")
        reply = self._connection.getreply()
        if reply[0] // 100 == 2:
            self.phase = Phase.DONE
        return reply


def dot_stuffed(content: bytes) -> bytes:
    """The content as it goes on the wire, up to the final dot (RFC 5321 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if not stuffed or stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _check(envelope: Envelope) -> None:
    """Refuse what could say more to the server than one message to one recipient."""
    for role, address in (("sender", envelope.sender), ("recipient", envelope.recipient)):
        if _UNSENDABLE.search(address) or len(address) > _LONGEST_ADDRESS:
            raise MessageError(f"message {envelope.id}: SMTP cannot carry its {role}'s address")
    if not envelope.recipient:
        raise MessageError(f"message {envelope.id} has no recipient")
    rest = envelope.content.replace(b"\r\n", b"")
    if b"\r" in rest or b"\n" in rest:
        raise MessageError(f"message {envelope.id} has line ends other than CRLF")


def _is_lost_before_the_dot(outcome: Outcome) -> bool:
    return outcome.code is None and outcome.phase in _BEFORE_THE_DOT


def _is_reset(connection: SmtpConnection) -> bool:
    try:
        return connection.docmd("RSET")[0] == 250
    except OSError:
        return False


def _loss(error: OSError, settings: SmtpSettings) -> str:
    if isinstance(error, TimeoutError):
        return f"no complete reply within {settings.timeout_seconds:g} s"
    return f"the connection was lost: {error}"
