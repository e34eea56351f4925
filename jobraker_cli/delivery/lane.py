"""A lane: it takes messages from the desk, builds them and sends them, one by one.

Several lanes have a thread each; one lane alone is stepped by the thread that claims and settles.

It builds the next message before it sends one, so that a way out that can do so may announce it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from jobraker_cli.delivery.claims import Ready
from jobraker_cli.delivery.desk import Desk
from jobraker_cli.delivery.judge import Judge, Judged
from jobraker_cli.delivery.routes import Route, Routes
from jobraker_cli.delivery.transport import Envelope, Transport
from jobraker_cli.errors import ConfigError, MessageError, UnreachableError
from jobraker_cli.model import Letter

SLOW_SECONDS = 5.0
"""From here on a recipient domain counts as slow, and has one lane of a process to itself."""

PACE_OVER = 4
"""Messages over which the pace of a lane is smoothed."""

Build = Callable[[Letter], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """A message in this lane's hands, with its bytes."""

    ready: Ready
    envelope: Envelope


@dataclass(slots=True, kw_only=True)
class Lane:
    """Sends what the desk has until the desk ends; never raises, but tells the desk."""

    desk: Desk
    judge: Judge
    build: Build
    routes: Routes
    sender_of: Callable[[str], str]
    half_lease: float
    timer: Callable[[], float]
    _ways: dict[str, Transport] = field(default_factory=dict)
    _next_one: _Built | None = None
    _waits: bool = True
    blocked: UnreachableError | None = None  # there is no way left for this lane
    pace: float = 0.0  # seconds that a message took to send, lately

    def run(self) -> None:
        """Send, one after the other, until there is nothing more to come."""
        while self._step(wait=True):
            pass
        self.close()

    def step(self) -> bool:
        """Send one message; False when there is none now, or no way left."""
        return self._step(wait=False)

    def close(self) -> None:
        """Give back what was not sent, take leave of the servers and of the desk."""
        if self._next_one is not None:
            self.desk.give_back(self._next_one.ready, sent=False)
            self._next_one = None
        for way in self._ways.values():
            way.close()
        self.desk.leave(self.blocked)

    def _step(self, *, wait: bool) -> bool:
        self._waits = wait
        try:
            one = self._next_one or (self._next(wait=wait) if self.blocked is None else None)
            self._next_one = None
            if one is not None:
                self._send_before(one, self._next(wait=False))
        except BaseException as error:
            self.desk.fail(error)
            return False
        return one is not None

    def _send_before(self, one: _Built, following: _Built | None) -> None:
        """Send a message, and keep the following one for the next step if that may go then."""
        slow = frozenset(self.desk.slow)
        self.blocked = self._send(one, following)
        if following is None:
            return
        if self.blocked is not None:
            self.desk.give_back(following.ready, sent=False)
        elif self._has_slowed(following, slow):
            self.desk.put_back(following.ready)  # others go first
        else:
            self._next_one = following

    def _has_slowed(self, one: _Built, slow: frozenset[str]) -> bool:
        """Whether its domain has been found to be slow since these were known."""
        return one.ready.claimed.domain in self.desk.slow - slow

    def give_up(self) -> None:
        """From another thread: wait for no server any more."""
        for way in list(self._ways.values()):
            way.give_up()

    def _next(self, *, wait: bool) -> _Built | None:
        """The next message that can be built and may go; the others are settled on the way."""
        while (ready := self.desk.take(wait=wait)) is not None:
            resting = self.judge.resting(ready)
            if resting is not None:
                self.desk.hand_in(ready, resting, sent=False)
            elif self._is_late(ready) or ready.route not in self.routes.awake():
                self.desk.give_back(ready, sent=False)
            else:
                built = self._built(ready)
                if built is not None:
                    return built
        return None

    def _built(self, ready: Ready) -> _Built | None:
        claimed = ready.claimed
        try:
            content = self.build(claimed.letter)
        except MessageError as error:
            reason = str(error)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # A defect of ours that this message brings out: it must not stop the others.
            reason = f"it cannot be built ({type(error).__name__})"
        else:
            envelope = Envelope(
                id=claimed.letter.id,
                sender=self.sender_of(claimed.letter.id),
                recipient=claimed.letter.recipient,
                content=content,
                created_at=claimed.letter.created_at,
            )
            return _Built(ready=ready, envelope=envelope)
        self.desk.hand_in(ready, self.judge.untried(claimed, "dead", reason=reason), sent=False)
        return None

    def _is_late(self, ready: Ready) -> bool:
        """Whether another process may soon take it over, so that this one must not send it."""
        return self.timer() - ready.taken > self.half_lease

    def _send(self, one: _Built, following: _Built | None) -> UnreachableError | None:
        """Send a message; the error if there is no way left for this lane."""
        ready = one.ready
        resting = self.judge.resting(ready)  # since it was built, perhaps
        if resting is not None:
            self.desk.hand_in(ready, resting, sent=False)
            return None
        if not self._may_go(ready):
            self.desk.give_back(ready, sent=False)
            return None
        try:
            judged = self._tried(one, following)
        except UnreachableError as error:
            self.desk.give_back(ready, sent=True)
            return None if self.routes.rest(ready.route, error) else error
        except ConfigError as error:
            self.desk.refuse(error)
            self.desk.give_back(ready, sent=True)
            return None
        self.desk.hand_in(ready, judged, sent=True)
        return None

    def _may_go(self, ready: Ready) -> bool:
        """Wait until the paces and the outcomes not yet written let one more message go."""
        if ready.route not in self.routes.awake() or not self._its_domain_may(ready):
            return False
        pace = ready.route.pace
        if pace is not None and not pace.wait():
            return False
        return self.desk.may_send(wait=self._waits)

    def _its_domain_may(self, ready: Ready) -> bool:
        """Wait for the pace of a domain that has one; False when a signal came first."""
        pace = ready.route.domain_paces.get(ready.claimed.domain)
        if pace is None:
            return True
        since = self.timer()
        goes = pace.wait()
        self.pace += (self.timer() - since) / PACE_OVER  # others need a lane beside this one
        return goes

    def _tried(self, one: _Built, following: _Built | None) -> Judged:
        """What comes of sending a message; raises UnreachableError and ConfigError."""
        ready = one.ready
        together = following is not None and following.ready.route is ready.route
        after = following.envelope if following is not None and together else None
        try:
            outcome = self._way(ready.route).send(one.envelope, after)
        except MessageError as error:
            return self.judge.untried(ready.claimed, "dead", reason=str(error))
        self.pace += (outcome.seconds - self.pace) / PACE_OVER
        if outcome.seconds > SLOW_SECONDS:
            self.desk.slow.add(ready.claimed.domain)
        return self.judge.judged(ready.claimed, outcome)

    def _way(self, route: Route) -> Transport:
        if route.name not in self._ways:
            self._ways[route.name] = route.transport()
        return self._ways[route.name]
