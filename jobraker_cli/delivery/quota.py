"""Quotas at the send: how many messages may be claimed now, and when each of them may go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock

from sqlalchemy import Connection, Engine

from jobraker_cli.delivery.limits import Bucket, Limits, bucket_of, free_at, room
from jobraker_cli.store import quotas
from jobraker_cli.store.outbox import Claimed

AHEAD_SECONDS = 0.02
"""How much sending time a process reserves at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The limits of one provider, and of recipient domains at it; `provider` names its counts."""

    provider: str
    limits: Limits = field(default_factory=Limits)
    domains: Mapping[str, Limits] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether anything is counted by the hour or day."""
        return any(one.spans for one in (self.limits, *self.domains.values()))

    def room(self, connection: Connection, now: datetime) -> int | None:
        """How many messages may be claimed now, None for any number; locks the counts."""
        if not self.counts:
            return None
        quotas.lock(connection, self.provider, now)
        spent = quotas.used(connection, self.provider, ())
        return min(
            (
                room(_of(spent, "", span), span=span, most=most, now=now)
                for span, most in self.limits.spans.items()
            ),
            default=None,
        )

    def full_until(self, connection: Connection, now: datetime) -> datetime | None:
        """Until when no message may be claimed; None if one may. Nothing is locked."""
        if not self.limits.spans:
            return None
        spent = quotas.used(connection, self.provider, ())
        full = [
            free_at(_of(spent, "", span), span=span, now=now)
            for span, most in self.limits.spans.items()
            if not room(_of(spent, "", span), span=span, most=most, now=now)
        ]
        return max(full, default=None)

    def take(
        self, connection: Connection, wanted: Sequence[Claimed], now: datetime
    ) -> Mapping[str, datetime]:
        """Count these messages, but for those that their domain has no room for.

        By id, when to try those again. `room` was asked before in this transaction.
        """
        if not self.counts or not wanted:
            return {}
        spent = quotas.used(connection, self.provider, self.domains)
        left = {
            (domain, span): room(_of(spent, domain, span), span=span, most=most, now=now)
            for domain, limits in self.domains.items()
            for span, most in limits.spans.items()
        }
        later: dict[str, datetime] = {}
        for one in wanted:
            spans = [key for key in left if key[0] == one.domain]
            full = [key for key in spans if left[key] <= 0]
            for key in () if full else spans:
                left[key] -= 1
            if full:
                later[one.letter.id] = max(
                    free_at(_of(spent, *key), span=key[1], now=now) for key in full
                )
        self._add(connection, [one for one in wanted if one.letter.id not in later], now)
        return later

    def _add(self, connection: Connection, going: Sequence[Claimed], now: datetime) -> None:
        for domain, limits in (("", self.limits), *self.domains.items()):
            number = sum(domain in ("", one.domain) for one in going)
            for span in limits.spans if number else ():
                bucket = bucket_of(span, now)
                quotas.add(
                    connection, self.provider, domain, span, bucket, number=number, now=now
                )  # fmt: skip


def _of(spent: Sequence[quotas.Used], domain: str, span: int) -> list[Bucket]:
    return [
        Bucket(number=one.bucket, used=one.used, last_at=one.last_at)
        for one in spent
        if one.domain == domain and one.span == span
    ]


@dataclass(slots=True, kw_only=True)
class Pace:
    """Keeps all processes together to so many messages a second; lanes ask it before each send.

    Of a recipient domain, or with `domain` empty of all that goes to the provider.
    A turn that was missed is not made up for: two messages are never closer than they may be.
    """

    engine: Engine
    provider: str
    per_second: float
    timer: Callable[[], float]
    stop: Event
    domain: str = ""
    _turns: list[float] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def wait(self) -> bool:
        """Wait for a turn; False when a signal came first."""
        while not self.stop.is_set():
            with self._lock:
                turn = self._next()
            waiting = turn - self.timer()
            if waiting > -AHEAD_SECONDS:
                return waiting <= 0 or not self.stop.wait(waiting)
        return False

    def _next(self) -> float:
        if not self._turns:
            seconds = 1 / self.per_second
            number = max(1, int(self.per_second * AHEAD_SECONDS))
            with self.engine.begin() as connection:
                first = quotas.reserve(
                    connection, self.provider, self.domain, number=number, seconds=seconds
                )
            now = self.timer()
            self._turns = [now + first + index * seconds for index in range(number)]
        return self._turns.pop(0)
