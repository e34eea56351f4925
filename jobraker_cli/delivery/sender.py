"""Claim, send, settle: from the outbox to the relay, in groups of a few messages.

One transaction writes the outcomes of a group and claims the next; none is open while the network
is waited for. So a crash repeats at most one group, with the same bytes, and loses nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import tenacity
from sqlalchemy import Connection, Engine, exc

from jobraker_cli.delivery.checks import Check, Checked, suppression_key
from jobraker_cli.delivery.replies import Stop, Verdict, classify
from jobraker_cli.delivery.transport import Envelope, Outcome, Transport
from jobraker_cli.errors import ConfigError, JobrakerError, MessageError, UnreachableError
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.store import outbox
from jobraker_cli.store.engine import translate
from jobraker_cli.store.outbox import Attempt, Claimed, Settlement
from jobraker_cli.store.suppressions import suppress, suppressed

if TYPE_CHECKING:  # loading the templates waits until there is something to render
    from jobraker_cli.mail.compose import Composer

UNCERTAIN_AGAIN_SECONDS = 300.0
SOONEST_AGAIN_SECONDS = 1.0  # after this delivery, so that no message goes round in circles
_DIED = "the sender died while it had this message; how far it came is unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """The settings that delivery obeys, as values. `secret` keys the suppressions."""

    envelope_from: str
    message_id_domain: str
    secret: bytes
    settle_group: int = 10
    lease_seconds: int = 900
    domain_pause_seconds: int = 3600
    hold_uncertain_digests: bool = False


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery did: messages by the state they were left in, and what ended it early."""

    counts: Counter[str] = field(default_factory=Counter)
    error: JobrakerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A claimed message with what was found out about it: empty strings mean that it may go."""

    claimed: Claimed
    cancel: str
    suppressed: str


@dataclass(slots=True, kw_only=True)
class Sender:
    """Delivers what is due in the outbox, over one transport, until all is sent or it must stop."""

    engine: Engine
    composer: "Callable[[], Composer]"
    transport: Transport
    checks: Mapping[str, Check]
    policy: DeliveryPolicy
    owner: str
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    stop: Event
    progress: Callable[[int], None]
    _paused: dict[str, datetime] = field(default_factory=dict)
    _suppress: list[str] = field(default_factory=list)

    def deliver(self) -> DeliveryReport:
        """Send all that is due now. Expected failures end up in the report, not as exceptions."""
        report = DeliveryReport()
        until = self.clock()  # what is put off during this delivery is for the next one
        try:
            while not self.stop.is_set() and (batch := self._claim(until)):
                settled = self._send_group(batch, report)
                self._write(settled)
                report.counts.update(one.state for one in settled)
                self.progress(len(settled))
                if report.error is not None or len(settled) < len(batch):
                    break
            self._release()
        finally:
            self.transport.close()
        return report

    def _claim(self, until: datetime) -> Sequence[_Ready]:
        """Take a group of what was due at `until`, and look at each message before it goes."""
        now = self.clock()
        with self.engine.begin() as connection:
            claimed = outbox.claim(
                connection,
                owner=self.owner,
                now=until,
                lease_seconds=self.policy.lease_seconds,
                limit=self.policy.settle_group,
            )
            if not claimed:
                return ()
            self._record_takeovers(connection, claimed, now)
            claimed = self._with_message_ids(connection, claimed)
            reasons = {**self._check(connection, claimed, now), **self._late(claimed, now)}
            payloads = {row: found.payload for row, found in reasons.items() if found.payload}
            outbox.set_payloads(connection, payloads)
            keys = {one.letter.id: self._key(one) for one in claimed}
            blocked = suppressed(connection, set(keys.values()))
        return [
            _Ready(
                claimed=_with_payload(one, payloads.get(one.letter.id)),
                cancel=reasons[one.letter.id].cancel if one.letter.id in reasons else "",
                suppressed=blocked.get(keys[one.letter.id], ""),
            )
            for one in claimed
        ]

    def _record_takeovers(
        self, connection: Connection, claimed: Sequence[Claimed], now: datetime
    ) -> None:
        """Their sender died with these in hand: write down that how far each came is unknown."""
        outbox.record_attempts(
            connection,
            [
                (one.letter.id, one.attempt - 1, Attempt(at=now, phase="unknown", text=_DIED))
                for one in claimed
                if one.was == "sending"
            ],
        )

    def _with_message_ids(
        self, connection: Connection, claimed: Sequence[Claimed]
    ) -> Sequence[Claimed]:
        """Fix a Message-ID for rows that the web application queued without one."""
        missing = {
            one.letter.id: outbox.message_id_of(one.letter.id, self.policy.message_id_domain)
            for one in claimed
            if not one.letter.message_id
        }
        outbox.set_message_ids(connection, missing)
        return [
            replace(one, letter=replace(one.letter, message_id=missing[one.letter.id]))
            if one.letter.id in missing
            else one
            for one in claimed
        ]

    def _check(
        self, connection: Connection, claimed: Sequence[Claimed], now: datetime
    ) -> dict[str, Checked]:
        """Ask each kind's check about its messages, once for the group."""
        found: dict[str, Checked] = {}
        for kind in {one.letter.kind for one in claimed} & self.checks.keys():
            of_kind = [one for one in claimed if one.letter.kind == kind]
            found.update(self.checks[kind](connection, of_kind, now))
        return found

    def _late(self, claimed: Sequence[Claimed], now: datetime) -> dict[str, Checked]:
        return {
            one.letter.id: Checked(cancel="expired before it could be sent")
            for one in claimed
            if one.expires_at is not None and one.expires_at <= now
        }

    def _key(self, one: Claimed) -> str:
        return suppression_key(self.policy.secret, one.letter.recipient)

    def _send_group(self, batch: Sequence[_Ready], report: DeliveryReport) -> Sequence[Settlement]:
        """Send messages one after the other; ends early on a signal or when none can go now."""
        settled: list[Settlement] = []
        for one in batch:
            if self.stop.is_set():
                break
            try:
                settled.append(self._send(one, report))
            except (UnreachableError, ConfigError) as error:
                report.error = error
            if report.error is not None:
                break
        return settled

    def _send(self, one: _Ready, report: DeliveryReport) -> Settlement:
        """Send one message, or say why not."""
        held = self._held_back(one)
        if held is not None:
            return held
        try:
            content = self.composer().compose(one.claimed.letter).content
            outcome = self.transport.send(self._envelope(one.claimed, content))
        except MessageError as error:
            return self._settlement(one.claimed, "dead", reason=str(error))
        verdict = classify(outcome, attempt=one.claimed.attempt, jitter=self.jitter())
        if verdict.suppress:
            self._suppress.append(self._key(one.claimed))
        if verdict.stop is not None:
            report.error = _stopped(verdict.stop, outcome)
        return self._judged(one.claimed, outcome, verdict)

    def _held_back(self, one: _Ready) -> Settlement | None:
        """The settlement of a message that must not go out now; None for one that may."""
        now = self.clock()
        if one.suppressed:
            return self._settlement(one.claimed, "suppressed", reason=one.suppressed)
        if one.cancel:
            return self._settlement(one.claimed, "cancelled", reason=one.cancel)
        if one.claimed.was == "sending" and self._holds(one.claimed):
            return self._settlement(one.claimed, "uncertain", reason=_DIED)
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
            wait = wait or float(self.policy.domain_pause_seconds)
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
        return self.policy.hold_uncertain_digests and kind is not None and kind.bulk

    def _envelope(self, one: Claimed, content: bytes) -> Envelope:
        return Envelope(
            id=one.letter.id,
            sender=self.policy.envelope_from,
            recipient=one.letter.recipient,
            content=content,
            created_at=one.letter.created_at,
        )

    def _write(self, settled: Sequence[Settlement]) -> None:
        """Write the outcomes of a group; after a lost connection again, a few times.

        Whether a commit that failed took place is unknown; the guard of `settle` makes the second
        write harmless either way.
        """
        retry = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_connection_lost),
            stop=tenacity.stop_after_attempt(4),
            wait=tenacity.wait_exponential(multiplier=0.2, max=2),
            reraise=True,
        )
        if settled:
            retry(self._write_once, settled)

    def _write_once(self, settled: Sequence[Settlement]) -> None:
        with self.engine.begin() as connection:
            outbox.settle(connection, self.owner, settled)
            suppress(connection, self._suppress, reason="hard bounce", source="smtp")
        self._suppress.clear()

    def _release(self) -> None:
        with self.engine.begin() as connection:
            outbox.release(connection, self.owner)


def _with_payload(one: Claimed, payload: str | None) -> Claimed:
    return replace(one, letter=replace(one.letter, payload=payload)) if payload else one


def _domain(one: Claimed) -> str:
    return one.letter.recipient.rpartition("@")[2].lower()


def _connection_lost(error: BaseException) -> bool:
    return isinstance(error, exc.DBAPIError) and isinstance(translate(error), UnreachableError)


def _stopped(stop: Stop, outcome: Outcome) -> JobrakerError:
    said = " ".join(str(part) for part in (outcome.code, outcome.text) if part)
    if stop == Stop.CONFIG:
        return ConfigError(f"The relay refuses us, all messages wait: {said}")
    return JobrakerError(f"The relay did not understand us, all messages wait: {said}")
