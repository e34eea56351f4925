"""The desk between one claimer and several lanes: what waits to go, and what came of it.

The claimer lays messages down and collects settlements in groups; each lane takes a message, sends
it and hands in its settlement. All methods may be called from any thread.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Lock

from jobraker_cli.delivery.claims import Ready
from jobraker_cli.delivery.judge import Judged
from jobraker_cli.errors import JobrakerError

GROUP_SECONDS = 0.02
"""How long an outcome may wait for others before it is written."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """Messages on their way through one process.

    `group` outcomes are written together. One message a lane and one group may have been handed
    to a server without their outcome being written, with groups of one only one message a lane: a
    lane waits before it would pass that.
    """

    lanes: int
    timer: Callable[[], float]
    slow: set[str] = field(default_factory=set)
    _waiting: deque[Ready] = field(default_factory=deque)
    _returned: list[str] = field(default_factory=list)
    _settled: list[Judged] = field(default_factory=list)
    _first_settled: float = 0.0
    _last_settled: float = 0.0
    _gap: float = 0.0  # between the last outcome and the one before
    _open: int = 0  # handed to a server, outcome not written
    _busy: Counter[str] = field(default_factory=Counter)  # messages in a lane's hands, by domain
    _group: int = 1
    _at_work: int = 0  # lanes
    _ends: bool = False
    _refusal: JobrakerError | None = None
    _error: BaseException | None = None
    _lock: Lock = field(default_factory=Lock)
    _for_claimer: Condition = field(init=False)
    _for_lanes: Condition = field(init=False)

    def __post_init__(self) -> None:
        self._for_claimer = Condition(self._lock)
        self._for_lanes = Condition(self._lock)

    # The claimer's side

    def lay_down(self, batch: Iterable[Ready], *, group: int) -> None:
        """Put messages where the lanes find them, the most urgent first.

        Their outcomes are written in groups of `group` from now on.
        """
        with self._lock:
            together = [*self._waiting, *batch]
            together.sort(key=lambda one: one.claimed.priority)  # stable: else as claimed
            self._waiting = deque(together)
            self._group = group
            self._for_lanes.notify_all()

    def stock(self) -> int:
        """How many messages wait for a lane."""
        return len(self._waiting)

    def first_priority(self) -> int | None:
        """The priority of the message that goes next; None when none waits."""
        with self._lock:
            return self._waiting[0].claimed.priority if self._waiting else None

    def collect(
        self, timeout: float, *, wait: bool = True
    ) -> tuple[Sequence[Judged], Sequence[str]]:
        """The next group of settlements, and the ids of messages that were given back.

        Waits until a group is full or 20 ms old, `timeout` seconds at most when nothing happens; or
        does not `wait`.
        Raises what a lane raised.
        """
        with self._lock:
            until = self.timer() + timeout
            while wait and not self._returned and self._error is None:
                now = self.timer()
                if self._settled:
                    until = self._first_settled + GROUP_SECONDS
                if len(self._settled) >= self._group or now >= until:
                    break
                if not self._settled and (self._is_idle() or self._ends):
                    break
                self._for_claimer.wait(min(until - now, GROUP_SECONDS))
            if self._error is not None and not self._settled:
                raise self._error
            settled, self._settled = self._settled[: self._group], self._settled[self._group :]
            returned, self._returned = self._returned, []
            return settled, returned

    def is_due(self) -> bool:
        """Whether outcomes are to be written before more is sent, since that may take too long.

        For a thread that sends itself: nobody else writes while it does.
        """
        if not self._settled:
            return bool(self._returned) or self._error is not None
        waited = self.timer() - self._first_settled
        return len(self._settled) >= self._group or waited + self._gap >= GROUP_SECONDS

    def written(self, number: int) -> None:
        """So many outcomes are in the database: as many messages more may go."""
        with self._lock:
            self._open -= number
            self._for_lanes.notify_all()

    def is_idle(self) -> bool:
        """Whether nothing waits and no lane has anything in hand."""
        with self._lock:
            return self._is_idle()

    def refusal(self) -> JobrakerError | None:
        """Why nothing can go any more, if so."""
        return self._refusal

    def end(self) -> None:
        """Let the lanes finish what they have in hand and end; what still waits is given back."""
        with self._lock:
            self._ends = True
            self._returned += [one.claimed.letter.id for one in self._waiting]
            self._waiting.clear()
            self._for_lanes.notify_all()

    def unsent(self) -> Sequence[str]:
        """The ids of messages that were given back and not collected."""
        with self._lock:
            return list(self._returned)

    # The lanes' side

    def take(self, *, wait: bool) -> Ready | None:
        """The next message to send; None when there is none (now, if not to `wait`) or all ends."""
        with self._lock:
            while not self._ends:
                chosen = self._choose()
                if chosen is not None:
                    self._busy[chosen.claimed.domain] += 1
                    return chosen
                if not wait:
                    return None
                self._for_lanes.wait()
            return None

    def may_send(self, *, wait: bool) -> bool:
        """Wait for leave to hand one more message to a server; False when all ends first.

        A lane that is stepped need not `wait`: what is due is written between its steps, and who
        waited for that would wait for itself.
        """
        with self._lock:
            while wait and self._open >= self._most_open() and not self._ends:
                self._for_lanes.wait()
            self._open += not self._ends
            return not self._ends

    def hand_in(self, one: Ready, judged: Judged, *, sent: bool) -> None:
        """What came of a message; `sent`: leave to send it was taken."""
        with self._lock:
            self._release(one)
            if judged.error is not None:
                self._refuse(judged.error)
            if not sent:
                self._open += 1
            now = self.timer()
            if not self._settled:
                self._first_settled = now
            self._gap, self._last_settled = now - self._last_settled, now
            self._settled.append(judged)
            if self.slow:
                self._for_lanes.notify_all()
            if len(self._settled) >= self._group or self._is_idle():
                self._for_claimer.notify_all()

    def give_back(self, one: Ready, *, sent: bool) -> None:
        """A message that was not tried goes back to the outbox."""
        with self._lock:
            self._release(one)
            self._open -= sent
            self._returned.append(one.claimed.letter.id)
            self._for_claimer.notify_all()

    def put_back(self, one: Ready) -> None:
        """A message that its lane will not send now waits for any lane again."""
        with self._lock:
            self._release(one)
            self._waiting.append(one)
            self._for_lanes.notify_all()

    def join(self) -> None:
        """A lane begins its work."""
        with self._lock:
            self._at_work += 1

    def leave(self, error: JobrakerError | None = None) -> None:
        """A lane ends; with an error since its way out is blocked: with the last one, all ends."""
        with self._lock:
            self._at_work -= 1
            if error is not None and not self._at_work:
                self._refuse(error)

    def refuse(self, error: JobrakerError) -> None:
        """Nothing can go any more."""
        with self._lock:
            self._refuse(error)

    def fail(self, error: BaseException) -> None:
        """Let the claimer know of an exception in a lane."""
        with self._lock:
            self._error = self._error or error
            self._ends = True
            self._for_claimer.notify_all()
            self._for_lanes.notify_all()

    def _refuse(self, error: JobrakerError) -> None:
        self._refusal = self._refusal or error
        self._ends = True
        self._for_claimer.notify_all()
        self._for_lanes.notify_all()

    def _most_open(self) -> int:
        return self.lanes + (self._group if self._group > 1 else 0)

    def _release(self, one: Ready) -> None:
        self._busy[one.claimed.domain] -= 1
        if not self._busy[one.claimed.domain]:
            del self._busy[one.claimed.domain]

    def _is_idle(self) -> bool:
        return not self._waiting and not self._busy

    def _choose(self) -> Ready | None:
        """The first message that may go: a slow domain has one lane at most, and goes last."""
        if not self._waiting:
            return None
        if not self.slow:
            return self._waiting.popleft()
        for index, one in enumerate(self._waiting):
            if one.claimed.domain not in self.slow:
                del self._waiting[index]
                return one
        for index, one in enumerate(self._waiting):
            if not self._busy[one.claimed.domain]:
                del self._waiting[index]
                return one
        return None
