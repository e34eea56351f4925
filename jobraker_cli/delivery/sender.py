"""Claim, send, settle: from the outbox to the relay, in one process.

This thread has the database to itself: it claims messages and writes outcomes, in groups. It sends,
too, as long as the relay answers at once: a processor has nothing better to do. Where a message
takes long, lanes, threads with a way out each, build and send. No transaction is open while the
network is waited for. So a crash repeats at most one message a lane and the group not yet written,
with the same bytes, and loses nothing.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from jobraker_cli.delivery.claims import Claims, Ready
from jobraker_cli.delivery.desk import Desk
from jobraker_cli.delivery.judge import Judge, Judged
from jobraker_cli.delivery.lane import Lane
from jobraker_cli.delivery.lanes import POLL_SECONDS, Lanes
from jobraker_cli.delivery.report import DeliveryReport
from jobraker_cli.delivery.routes import Routes
from jobraker_cli.errors import ConfigError, UnreachableError

if TYPE_CHECKING:  # loading the templates waits until there is something to render
    from jobraker_cli.mail.compose import Composer

LARGEST_BATCH = 200
STOCK_SECONDS = 1.0
"""Claim about as much as goes out in this time, so that what is urgent soon has its turn."""

URGENT_AT_ONCE = 10
"""How much of what is more urgent is claimed between."""


@dataclass(slots=True, kw_only=True)
class Sender:
    """Delivers what is due in the outbox until all is sent or it must stop."""

    claims: Claims
    composer: "Callable[[], Composer]"
    routes: Routes
    lanes: int
    judge: Judge
    clock: Callable[[], datetime]
    timer: Callable[[], float]
    stop: Event
    progress: Callable[[int], None]
    _desk: Desk = field(init=False)
    _lanes: Lanes = field(init=False)
    _claimed: int = 0
    _paced_until: float = 0.0  # by the timer: when the last of what waits for its turn has it

    def __post_init__(self) -> None:
        paced = {domain for route in self.routes.routes for domain in route.domain_paces}
        self._desk = Desk(lanes=self.lanes, timer=self.timer, slow=paced)
        self._lanes = Lanes(
            desk=self._desk, most=self.lanes, make=self._lane, timer=self.timer, stop=self.stop
        )

    def deliver(self, limit: int | None = None) -> DeliveryReport:
        """Send all that is due now, or at most `limit` messages.

        Expected failures end up in the report, not as exceptions.
        """
        report = DeliveryReport()
        try:
            self._until_done(report, limit)
            self._finish(report)
        except BaseException:
            self._break_off()
            raise
        report.error = report.error or self._desk.refusal()
        report.alarms += self.routes.alarms
        return report

    def _until_done(self, report: DeliveryReport, limit: int | None) -> None:
        until = self.clock()  # what is put off during this delivery is for the next one
        size, done, left, looked_at = self.claims.policy.settle_group, 0, limit, self.timer()
        more = True
        while not self.stop.is_set() and self._desk.refusal() is None:
            since = self.timer() - looked_at
            if more and self._desk.stock() <= size // 2:
                size = self._size(size, done, since)
                wanted = size if left is None else min(size, left)
                taken = self._claim(until, wanted, report) if wanted > 0 else 0
                left = None if left is None else left - taken
                more = taken == wanted > 0
                done, looked_at = 0, self.timer()
            elif left is None and since > STOCK_SECONDS:
                more = more or self._desk.stock() <= size // 2
                self._claim(until, URGENT_AT_ONCE, report, before=self._desk.first_priority())
                done, looked_at = 0, self.timer()
            self._lanes.send()
            written = self._write(report, timeout=0.0 if more and not self._desk.stock() else 0.1)
            done += written
            idle = self._desk.is_idle()
            if idle and not more and not written:
                if self.timer() > self._paced_until:
                    break
                self.stop.wait(POLL_SECONDS)
            more = more or idle  # perhaps something came back, or was queued meanwhile

    def _size(self, before: int, done: int, seconds: float) -> int:
        """How much to claim next: ever more, but what goes out in a while where that is slow."""
        least = self.claims.policy.settle_group
        if self.claims.policy.hold_uncertain_digests:
            return least  # what was claimed is what a crash leaves in doubt
        grown = min(LARGEST_BATCH, 2 * before) if self._claimed else least
        if not self._desk.stock():
            return grown
        return max(least, min(grown, int(done / max(seconds, 0.001) * STOCK_SECONDS)))

    def _claim(
        self, until: datetime, limit: int, report: DeliveryReport, *, before: int | None = None
    ) -> int:
        """Claim messages and lay down those that may go; how many were claimed.

        `before`: only those that are more urgent than this priority.
        """
        batch = self._taken(until, limit, before)
        if not batch:
            return 0
        self._claimed += len(batch)
        going, held = [], []
        for one in batch:
            judged = self.judge.held_back(one)
            if judged is None:
                going.append(one)
            else:
                held.append(judged)
                self._note_turn(one)
        self._record(held, report)
        if going:
            try:
                self.composer()
            except (ConfigError, UnreachableError) as error:
                self._desk.refuse(error)
                return len(batch)
            group = self.claims.policy.settle_group
            self._desk.lay_down(going, group=1 if self._claimed <= group else group)
            self._lanes.open()
        return len(batch)

    def _note_turn(self, one: Ready) -> None:
        """Go on for what waits for its domain's pace."""
        if one.its_turn is not None:
            waits = (one.its_turn - self.clock()).total_seconds() + POLL_SECONDS
            self._paced_until = max(self._paced_until, self.timer() + waits)

    def _taken(self, until: datetime, limit: int, before: int | None) -> Sequence[Ready]:
        """Claim for the first route that may be tried and has room for more."""
        for route in self.routes.awake():
            batch = self.claims.take(route, until, limit, before)
            if batch is not None:
                return batch
        return ()

    def _lane(self) -> Lane:
        composer = self.composer()
        return Lane(
            desk=self._desk,
            judge=self.judge,
            build=composer.content,
            routes=self.routes,
            sender_of=self.claims.policy.sender_of,
            half_lease=self.claims.policy.lease_seconds / 2,
            timer=self.timer,
        )

    def _write(self, report: DeliveryReport, *, timeout: float) -> int:
        """Write a group of outcomes and give back what was not tried; how many it was."""
        settled, returned = self._desk.collect(timeout, wait=self._lanes.own is None)
        self._record(settled, report)
        self._desk.written(len(settled))
        if returned:
            self.claims.release(returned)
        return len(settled) + len(returned)

    def _record(self, settled: Sequence[Judged], report: DeliveryReport) -> None:
        dead = [self.claims.key(judged.one) for judged in settled if judged.suppress]
        full = [self.claims.key(judged.one) for judged in settled if judged.soft_bounce]
        self.claims.write([judged.settlement for judged in settled], dead, full)
        report.counts.update(judged.settlement.state for judged in settled)
        report.alarms += [judged.alarm for judged in settled if judged.alarm]
        if settled:
            self.progress(len(settled))

    def _finish(self, report: DeliveryReport) -> None:
        """Let the lanes finish, write what they did, give the rest back."""
        for _ in self._lanes.finish():
            self._write(report, timeout=0.05)
        while self._write(report, timeout=0.0):
            pass

    def _break_off(self) -> None:
        """After a failure: send no more, and leave what is in flight to its lease."""
        self._lanes.break_off()
        with suppress(DBAPIError):
            self.claims.release(self._desk.unsent())
