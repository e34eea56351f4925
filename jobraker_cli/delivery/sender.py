"""Claim, send, settle: from the outbox to the relay, in groups of a few messages.

One transaction writes the outcomes of a group and claims the next; none is open while the network
is waited for. So a crash repeats at most one group, with the same bytes, and loses nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

from jobraker_cli.delivery.claims import SENDER_DIED, Claims, Ready
from jobraker_cli.delivery.replies import Stop, Verdict, classify
from jobraker_cli.delivery.transport import Envelope, Outcome, Transport
from jobraker_cli.errors import ConfigError, JobrakerError, MessageError, UnreachableError
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.store import outbox
from jobraker_cli.store.outbox import Attempt, Claimed, Settlement

if TYPE_CHECKING:  # loading the templates waits until there is something to render
    from jobraker_cli.mail.compose import Composer

UNCERTAIN_AGAIN_SECONDS = 300.0
SOONEST_AGAIN_SECONDS = 1.0  # after this delivery, so that no message goes round in circles


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery did: messages by the state they were left in, and what ended it early."""

    counts: Counter[str] = field(default_factory=Counter)
    error: JobrakerError | None = None
    alarms: list[str] = field(default_factory=list)  # what an operator should know of


@dataclass(slots=True, kw_only=True)
class Sender:
    """Delivers what is due in the outbox, over one transport, until all is sent or it must stop."""

    claims: Claims
    composer: "Callable[[], Composer]"
    transport: Transport
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    timer: Callable[[], float]
    stop: Event
    progress: Callable[[int], None]
    _paused: dict[str, datetime] = field(default_factory=dict)
    _dead: list[str] = field(default_factory=list)

    def deliver(self, limit: int | None = None) -> DeliveryReport:
        """Send all that is due now, or at most `limit` messages.

        Expected failures end up in the report, not as exceptions.
        """
        report = DeliveryReport()
        until = self.clock()  # what is put off during this delivery is for the next one
        try:
            left = limit
            while not self.stop.is_set() and (batch := self.claims.take(until, left)):
                settled: list[Settlement] = []
                try:
                    self._send_group(batch, report, settled)
                finally:
                    self._settle(settled, report)
                left = None if left is None else left - len(settled)
                if len(settled) < len(batch):
                    self.claims.release()
                if report.error is not None:
                    break
        finally:
            self.transport.close()
        return report

    def _settle(self, settled: Sequence[Settlement], report: DeliveryReport) -> None:
        """Write what came of a group, also when an exception is on its way through."""
        self.claims.write(settled, self._dead)
        self._dead.clear()
        report.counts.update(one.state for one in settled)
        self.progress(len(settled))

    def _send_group(
        self, batch: Sequence[Ready], report: DeliveryReport, settled: list[Settlement]
    ) -> None:
        """Send messages one after the other; ends early on a signal or when none can go now.

        It ends early, too, when half of the lease is over: what another process may take over
        soon must not be sent by this one any more.
        """
        taken = self.timer()
        for one in sorted(batch, key=self._goes):  # what is held back needs no network
            half = self.claims.policy.lease_seconds / 2
            if self.stop.is_set() or self.timer() - taken > half:
                return
            try:
                settled.append(self._send(one, report))
            except (UnreachableError, ConfigError) as error:
                report.error = error
            if report.error is not None:
                return

    def _goes(self, one: Ready) -> bool:
        taken_over = one.claimed.was == "sending" and self._holds(one.claimed)
        return one.may_go and not taken_over

    def _send(self, one: Ready, report: DeliveryReport) -> Settlement:
        """Send one message, or say why not."""
        held = self._held_back(one)
        if held is not None:
            return held
        composer = self.composer()
        try:
            content = composer.compose(one.claimed.letter).content
            outcome = self.transport.send(self._envelope(one.claimed, content))
        except MessageError as error:
            return self._settlement(one.claimed, "dead", reason=str(error))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # A defect of ours that this message brings out: it must not stop the others.
            reason = f"it cannot be built ({type(error).__name__})"
            return self._settlement(one.claimed, "dead", reason=reason)
        verdict = classify(outcome, attempt=one.claimed.attempt, jitter=self.jitter())
        if verdict.suppress:
            self._dead.append(self.claims.key(one.claimed))
        if verdict.stop is not None:
            report.error = _stopped(verdict.stop, outcome)
        if verdict.pause_domain:
            report.alarms.append(f"{_domain(one.claimed)} refuses us and rests: {outcome.text}")
        return self._judged(one.claimed, outcome, verdict)

    def _held_back(self, one: Ready) -> Settlement | None:
        """The settlement of a message that must not go out now; None for one that may."""
        now = self.clock()
        if one.suppressed:
            return self._settlement(one.claimed, "suppressed", reason=one.suppressed)
        if one.cancel:
            return self._settlement(one.claimed, "cancelled", reason=one.cancel)
        if one.claimed.was == "sending" and self._holds(one.claimed):
            return self._settlement(one.claimed, "uncertain", reason=SENDER_DIED)
        rest_until = self._paused.get(_domain(one.claimed))
        if rest_until is not None and now < rest_until:
            reason = "waiting: the recipient's domain refused by policy"
            return self._settlement(one.claimed, "pending", again=rest_until, reason=reason)
        return None

    def _judged(self, one: Claimed, outcome: Outcome, verdict: Verdict) -> Settlement:
        """The settlement of a message that was tried."""
        now = self.clock()
        wait = verdict.retry_after_seconds
        if verdict.pause_domain:
            wait = wait or float(self.claims.policy.domain_pause_seconds)
            self._paused[_domain(one)] = now + timedelta(seconds=wait)
        if verdict.state == "uncertain":
            wait = None if self._holds(one) else UNCERTAIN_AGAIN_SECONDS
        elif verdict.state in outbox.WAITING:
            wait = max(wait or 0.0, SOONEST_AGAIN_SECONDS)
        reply = " ".join(str(part) for part in (outcome.code, outcome.text) if part)
        return Settlement(
            id=one.letter.id,
            attempt=one.attempt,
            state=verdict.state,
            at=now,
            next_attempt_at=None if wait is None else now + timedelta(seconds=wait),
            counts=verdict.counts,
            reason=reply,
            tried=Attempt(
                at=now,
                phase=outcome.phase.value,
                code=outcome.code,
                enhanced_code=outcome.enhanced_code,
                text=outcome.text,
                provider=outcome.provider,
                seconds=outcome.seconds,
            ),
        )

    def _settlement(
        self, one: Claimed, state: str, *, again: datetime | None = None, reason: str
    ) -> Settlement:
        """The settlement of a message that was not tried: the claim does not count."""
        return Settlement(
            id=one.letter.id,
            attempt=one.attempt,
            state=state,
            at=self.clock(),
            next_attempt_at=again,
            counts=False,
            reason=reason,
        )

    def _holds(self, one: Claimed) -> bool:
        kind = KINDS.get(one.letter.kind)
        return self.claims.policy.hold_uncertain_digests and kind is not None and kind.bulk

    def _envelope(self, one: Claimed, content: bytes) -> Envelope:
        return Envelope(
            id=one.letter.id,
            sender=self.claims.policy.envelope_from,
            recipient=one.letter.recipient,
            content=content,
            created_at=one.letter.created_at,
        )


def _domain(one: Claimed) -> str:
    return one.letter.recipient.rpartition("@")[2].lower()


def _stopped(stop: Stop, outcome: Outcome) -> JobrakerError:
    said = " ".join(str(part) for part in (outcome.code, outcome.text) if part)
    if stop == Stop.CONFIG:
        return ConfigError(f"The relay refuses us, all messages wait: {said}")
    return JobrakerError(f"The relay did not understand us, all messages wait: {said}")
