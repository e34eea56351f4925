"""What becomes of a message: held back before its send, or judged by its outcome after it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobraker_cli.delivery.claims import SENDER_DIED, DeliveryPolicy, Ready
from jobraker_cli.delivery.replies import Stop, Verdict, classify
from jobraker_cli.delivery.transport import Outcome
from jobraker_cli.errors import ConfigError, JobrakerError
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.store import outbox
from jobraker_cli.store.outbox import Attempt, Claimed, Settlement

UNCERTAIN_AGAIN_SECONDS = 300.0
SOONEST_AGAIN_SECONDS = 1.0  # after this delivery, so that no message goes round in circles


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A settlement with its consequences: an address to suppress, a run to stop, an alarm."""

    one: Claimed
    settlement: Settlement
    suppress: bool = False
    soft_bounce: bool = False
    error: JobrakerError | None = None
    alarm: str = ""


@dataclass(slots=True, kw_only=True)
class Judge:
    """Decides by the policy and by what this process has seen of each recipient domain."""

    policy: DeliveryPolicy
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    _paused: dict[str, datetime] = field(default_factory=dict)

    def held_back(self, one: Ready) -> Judged | None:
        """What becomes of a message that must not go out now; None for one that may."""
        if one.suppressed:
            return self.untried(one.claimed, "suppressed", reason=one.suppressed)
        if one.cancel:
            return self.untried(one.claimed, "cancelled", reason=one.cancel)
        if one.claimed.was == "sending" and self._holds(one.claimed):
            return self.untried(one.claimed, "uncertain", reason=SENDER_DIED)
        if one.its_turn is not None:  # this delivery goes on with it then: no reason is kept
            return self.untried(one.claimed, "pending", again=one.its_turn, reason="")
        if one.later is not None:
            reason = "waiting: the quota of the recipient's domain is used up"
            return self.untried(one.claimed, "pending", again=one.later, reason=reason)
        return self.resting(one)

    def resting(self, one: Ready) -> Judged | None:
        """What becomes of a message to a domain that rests; None for others."""
        rest_until = self._paused.get(one.claimed.domain)
        if rest_until is None or self.clock() >= rest_until:
            return None
        reason = "waiting: the recipient's domain refused by policy"
        return self.untried(one.claimed, "pending", again=rest_until, reason=reason)

    def untried(
        self, one: Claimed, state: str, *, again: datetime | None = None, reason: str
    ) -> Judged:
        """The settlement of a message that was not tried: the claim does not count."""
        return Judged(
            one=one,
            settlement=Settlement(
                id=one.letter.id,
                attempt=one.attempt,
                state=state,
                at=self.clock(),
                next_attempt_at=again,
                counts=False,
                reason=reason,
            ),
        )

    def judged(self, one: Claimed, outcome: Outcome) -> Judged:
        """What an outcome means for the message and for the others."""
        verdict = classify(outcome, attempt=one.attempt, jitter=self.jitter())
        return Judged(
            one=one,
            settlement=self._settlement(one, outcome, verdict),
            suppress=verdict.suppress,
            soft_bounce=verdict.soft_bounce,
            error=None if verdict.stop is None else _stopped(verdict.stop, outcome),
            alarm=(
                f"{one.domain} refuses us and rests: {outcome.text}" if verdict.pause_domain else ""
            ),
        )

    def _settlement(self, one: Claimed, outcome: Outcome, verdict: Verdict) -> Settlement:
        now = self.clock()
        wait = verdict.retry_after_seconds
        if verdict.pause_domain:
            wait = wait or float(self.policy.domain_pause_seconds)
            self._paused[one.domain] = now + timedelta(seconds=wait)
        if verdict.state == "uncertain":
            wait = None if self._holds(one) else UNCERTAIN_AGAIN_SECONDS
        elif verdict.state in outbox.WAITING:
            wait = max(wait or 0.0, SOONEST_AGAIN_SECONDS)
        return Settlement(
            id=one.letter.id,
            attempt=one.attempt,
            state=verdict.state,
            at=now,
            next_attempt_at=None if wait is None else now + timedelta(seconds=wait),
            counts=verdict.counts,
            reason=_said(outcome),
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

    def _holds(self, one: Claimed) -> bool:
        kind = KINDS.get(one.letter.kind)
        return self.policy.hold_uncertain_digests and kind is not None and kind.bulk


def _said(outcome: Outcome) -> str:
    return " ".join(str(part) for part in (outcome.code, outcome.text) if part)


def _stopped(stop: Stop, outcome: Outcome) -> JobrakerError:
    if stop == Stop.CONFIG:
        return ConfigError(f"The relay refuses us, all messages wait: {_said(outcome)}")
    return JobrakerError(f"The relay did not understand us, all messages wait: {_said(outcome)}")
