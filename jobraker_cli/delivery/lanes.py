"""The lanes of one process: one that the claiming thread steps itself, or several with threads.

A processor has nothing better to do than to send itself as long as the relay answers at once.
Where a message takes long, it is worth while to send several at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread

from jobraker_cli.delivery.desk import Desk
from jobraker_cli.delivery.lane import Lane

PER_LANE = 10
"""Messages that have to wait before another lane is opened for them."""

SLOW_FROM_SECONDS = 0.01
"""From this time a message on, several are sent at once."""

POLL_SECONDS = 0.25

PATIENCE_SECONDS = 15.0
"""How long after a signal a server is waited for."""


@dataclass(slots=True, kw_only=True)
class Lanes:
    """Opens lanes as they are worth it, `most` at a time; `make` gives a new one."""

    desk: Desk
    most: int
    make: Callable[[], Lane]
    timer: Callable[[], float]
    stop: Event
    own: Lane | None = None  # the one of the claiming thread
    _threads: list[tuple[Thread, Lane]] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def open(self) -> None:
        """As many as are worth it: one, which is this thread's, unless sending is slow."""
        wanted = min(self.most, 1 + self.desk.stock() // PER_LANE)
        if not self._threads and self.own is None:
            self.own = self._made()
            Thread(target=self._watch, args=(self.own,), daemon=True).start()
        is_slow = self.own is None or self.own.pace > SLOW_FROM_SECONDS
        if wanted > 1 and is_slow and self.own is not None:
            self._start(self.own)
            self.own = None
        while self.own is None and len(self._threads) < wanted:
            self._start(self._made())

    def send(self) -> None:
        """In this thread: send until outcomes are to be written, or nothing more can go now."""
        own = self.own
        if own is None:
            return
        while not (self.stop.is_set() or self.desk.is_due()) and own.step():
            pass
        if own.blocked is not None:
            self.own = None
            own.close()
        elif own.pace > SLOW_FROM_SECONDS:
            self.open()

    def finish(self) -> Iterator[None]:
        """Let every lane end what it has in hand; who asks writes outcomes at each turn."""
        self.desk.end()
        if self.own is not None:
            self.own.close()
        self._over.set()
        deadline = self.timer() + PATIENCE_SECONDS
        while self._is_any_at_work() and self.timer() < deadline:
            yield
        for _, lane in self._threads if self._is_any_at_work() else ():
            lane.give_up()
        deadline += PATIENCE_SECONDS / 3
        while self._is_any_at_work() and self.timer() < deadline:
            yield

    def break_off(self) -> None:
        """After a failure: send no more, and wait a while for what is in flight."""
        self.desk.end()
        self._over.set()
        if self.own is not None:
            self.own.close()
        deadline = self.timer() + PATIENCE_SECONDS
        for thread, _ in self._threads:
            thread.join(max(0.0, deadline - self.timer()))

    def _made(self) -> Lane:
        self.desk.join()
        return self.make()

    def _start(self, lane: Lane) -> None:
        thread = Thread(target=lane.run, daemon=True)
        self._threads.append((thread, lane))
        thread.start()

    def _watch(self, lane: Lane) -> None:
        """After a signal let a lane wait for no server for longer than `PATIENCE_SECONDS`."""
        while not self._over.wait(POLL_SECONDS):
            if self.stop.is_set():
                if not self._over.wait(PATIENCE_SECONDS):
                    lane.give_up()
                return

    def _is_any_at_work(self) -> bool:
        return any(thread.is_alive() for thread, _ in self._threads)
