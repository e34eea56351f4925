"""The way out by SMTP: one recipient a transaction, and always known how far it came."""

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
from jobraker_cli.delivery.smtp_connection import LostError, SmtpConnection
from jobraker_cli.delivery.smtp_opening import opened
from jobraker_cli.delivery.smtp_settings import SmtpSettings, tls_context
from jobraker_cli.delivery.smtp_transaction import (
    OutOfStepError,
    Transaction,
    can_be_said,
    check,
    commands,
)
from jobraker_cli.delivery.transport import Envelope, Heading, Outcome, Phase, nothing

__all__ = ["SmtpSettings", "SmtpTransport"]

ATTEMPTS: Final = 3
RETRY_SECONDS: Final = 10.0

_BEFORE_THE_DOT = frozenset({Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY})
_OPEN_TRANSACTION = frozenset({Phase.MAIL, Phase.RCPT, Phase.DATA})


class SmtpTransport:
    """Sends over one connection that is opened when needed, reused, and dropped on any doubt.

    What a moment may heal is tried up to three times within 10 seconds, never after the dot.
    `sleep` waits between the tries: give `tenacity.sleep_using_event(stop)` where a signal must
    end the waiting. Commands are pipelined where the server offers it (RFC 2920).
    """

    def __init__(
        self,
        settings: SmtpSettings,
        sleep: Callable[[float], None] = uninterrupted_sleep,
        max_messages_per_connection: int = 100,
    ) -> None:
        self.provider = settings.where
        self._settings = settings
        self._secrets = settings.secrets
        self._context = tls_context(settings)
        self._own_name = settings.local_hostname
        self._most = max_messages_per_connection
        self._connection: SmtpConnection | None = None
        self._carried = 0
        self._announced: bytes | None = None  # what was said of the next message already
        self._may_pipeline = True
        self._given_up = False
        self._retrying = Retrying(
            sleep=sleep,
            stop=stop_any(stop_after_attempt(ATTEMPTS), stop_before_delay(RETRY_SECONDS)),
            wait=wait_random_exponential(multiplier=0.5, max=4),
            retry=retry_any(
                retry_if_exception_type(LostError), retry_if_result(_is_lost_before_the_dot)
            ),
            retry_error_callback=lambda tries: tries.outcome.result() if tries.outcome else None,
        )

    def send(
        self,
        envelope: Envelope,
        following: Heading | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> Outcome:
        """Send one message; raises UnreachableError, ConfigError, or MessageError for this one.

        `following` is of the next call: what is said of it may go out with this one's body.
        `meanwhile` is called while the reply to that is under way.
        """
        check(envelope)
        after = commands(following) if following is not None and can_be_said(following) else b""
        first: Outcome | LostError
        try:
            first = self._attempt(envelope, after, meanwhile)
        except LostError as error:
            first = error
        heals = isinstance(first, LostError) or _is_lost_before_the_dot(first)
        if self._given_up or not heals:
            return _value(first)
        results = iter([first])  # what was seen already counts as the first of the tries
        return self._retrying(
            lambda: _value(next(results, None) or self._attempt(envelope, after, nothing))
        )

    def close(self) -> None:
        """Say QUIT, if there is anybody to say it to; never raises."""
        if self._announced is not None:  # what we say now would be taken for its body
            self._drop()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.leave()

    def give_up(self) -> None:
        """End a wait for the server, from another thread; what is in hand is not tried again."""
        self._given_up = True
        connection = self._connection
        if connection is not None:
            connection.cut()

    def _attempt(self, envelope: Envelope, after: bytes, meanwhile: Callable[[], None]) -> Outcome:
        connection = self._ready(envelope)
        is_fresh = self._carried == 0
        outcome = self._transact(connection, envelope, after, meanwhile)
        if is_fresh or outcome.phase is not Phase.MAIL or (outcome.code or 0) < 500:
            return outcome
        # A refused sender stops the whole run, so a connection with a past is not believed.
        self.close()
        return self._transact(self._ready(envelope), envelope, b"", nothing)

    def _ready(self, envelope: Envelope) -> SmtpConnection:
        if self._announced is not None and self._announced != commands(envelope):
            self._drop()
        if self._connection is not None and self._carried >= self._most:
            self.close()
        if (
            self._connection is not None
            and self._announced is None
            and self._connection.has_spoken()
        ):
            self._drop()
        if self._connection is None:
            self._connection = opened(self._settings, self._context, self._own_name)
            self._own_name = self._connection.local_hostname  # finding it may ask the DNS
            self._carried = 0
        return self._connection

    def _transact(
        self,
        connection: SmtpConnection,
        envelope: Envelope,
        after: bytes,
        meanwhile: Callable[[], None],
    ) -> Outcome:
        """`after`: what is said of the next message, b"" for nothing."""
        started = monotonic()
        announced, self._announced = self._announced is not None, None
        pipelined = announced or (self._may_pipeline and connection.has_extn("pipelining"))
        self._carried += 1
        if not pipelined or self._carried >= self._most or self._given_up:
            after = b""
        transaction = Transaction(connection, envelope, pipelined=pipelined, announced=announced)
        code: int | None = None
        words: bytes | str
        try:
            code, words = transaction.run(after, meanwhile)
            self._announced = after if transaction.has_announced else None
            self._leave_clean(connection, transaction.phase, code)
        except OSError as error:
            words = _loss(error, self._settings)
            self._may_pipeline = self._may_pipeline and not isinstance(error, OutOfStepError)
            self._drop()
        except BaseException:
            self._drop()
            raise
        text = server_words(words, {**self._secrets, envelope.recipient: "<recipient>"})
        return Outcome(
            phase=transaction.phase,
            code=code,
            enhanced_code=enhanced_code_of(text) if code else "",
            text=text,
            seconds=monotonic() - started - transaction.other_seconds,
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
        self._announced = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _value(result: Outcome | LostError) -> Outcome:
    if isinstance(result, LostError):
        raise result
    return result


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
