"""A lane: it takes messages from the desk, builds them and sends them, one by one.

Several lanes have a thread each; one lane alone is stepped by the thread that claims and settles.

It takes the next message before it sends one, so that a way out that can do so may announce it, and
builds it while the receiver of the one before is waited for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from jobraker_cli.delivery.claims import Ready
from jobraker_cli.delivery.desk import Desk
from jobraker_cli.delivery.judge import Judge, Judged
from jobraker_cli.delivery.routes import Route, Routes
from jobraker_cli.delivery.transport import Envelope, Transport, nothing
from jobraker_cli.errors import ConfigError, MessageError, UnreachableError
from jobraker_cli.model import Letter

SLOW_SECONDS = 5.0
"""From here on a recipient domain counts as slow, and has one lane of a process to itself."""

PACE_OVER = 4
"""Messages over which the pace of a lane is smoothed."""

Build = Callable[[Letter], bytes]


@dataclass(slots=True, kw_only=True)
class _Held:
    """A message in this lane's hands; its bytes are made when there is time for it."""

    ready: Ready
    sender: str
    build: Build
    _content: bytes = b""
    _error: Exception | None = None

    @property
    def recipient(self) -> str:
        """The address that it goes to."""
        return self.ready.claimed.letter.recipient

    def prepare(self) -> None:
        """Build it, if it is not; what goes wrong is raised when it is asked for."""
        if self._content or self._error is not None:
            return
        try:
            self._content = self.build(self.ready.claimed.letter)
        except Exception as error:  # of this message, and another one is on its way
            self._error = error

    def envelope(self) -> Envelope:
        """The message as it leaves; raises what building it raised."""
        self.prepare()
        if self._error is not None:
            raise self._error
        letter = self.ready.claimed.letter
        return Envelope(
            id=letter.id,
            sender=self.sender,
            recipient=letter.recipient,
            content=self._content,
            created_at=letter.created_at,
        )


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
    _next_one: _Held | None = None
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
                envelope = self._envelope(one)
                if envelope is not None:
                    self._send_before(one, envelope, self._next(wait=False))
        except BaseException as error:
            self.desk.fail(error)
            return False
        return one is not None

    def _send_before(self, one: _Held, envelope: Envelope, following: _Held | None) -> None:
        """Send a message, and keep the following one for the next step if that may go then."""
        slow = frozenset(self.desk.slow)
        self.blocked = self._send(one, envelope, following)
        if following is None:
            return
        if self.blocked is not None:
            self.desk.give_back(following.ready, sent=False)
        elif self._has_slowed(following, slow):
            self.desk.put_back(following.ready)  # others go first
        else:
            self._next_one = following

    def _has_slowed(self, one: _Held, slow: frozenset[str]) -> bool:
        """Whether its domain has been found to be slow since these were known."""
        return one.ready.claimed.domain in self.desk.slow - slow

    def give_up(self) -> None:
        """From another thread: wait for no server any more."""
        for way in list(self._ways.values()):
            way.give_up()

    def _next(self, *, wait: bool) -> _Held | None:
        """The next message that may go; the others are settled on the way."""
        while (ready := self.desk.take(wait=wait)) is not None:
            resting = self.judge.resting(ready)
            if resting is not None:
                self.desk.hand_in(ready, resting, sent=False)
            elif self._is_late(ready) or ready.route not in self.routes.awake():
                self.desk.give_back(ready, sent=False)
            else:
                sender = self.sender_of(ready.claimed.letter.id)
                return _Held(ready=ready, sender=sender, build=self.build)
        return None

    def _envelope(self, one: _Held) -> Envelope | None:
        """The message as it leaves; None when it cannot be built, which is settled."""
        try:
            return one.envelope()
        except MessageError as error:
            reason = str(error)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # A defect of ours that this message brings out: it must not stop the others.
            reason = f"it cannot be built ({type(error).__name__})"
        dead = self.judge.untried(one.ready.claimed, "dead", reason=reason)
        self.desk.hand_in(one.ready, dead, sent=False)
        return None

    def _is_late(self, ready: Ready) -> bool:
        """Whether another process may soon take it over, so that this one must not send it."""
        return self.timer() - ready.taken > self.half_lease

    def _send(
        self, one: _Held, envelope: Envelope, following: _Held | None
    ) -> UnreachableError | None:
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
            judged = self._tried(ready, envelope, following)
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

    def _tried(self, ready: Ready, envelope: Envelope, following: _Held | None) -> Judged:
        """What comes of sending a message; raises UnreachableError and ConfigError."""
        together = following is not None and following.ready.route is ready.route
        meanwhile = nothing if following is None else following.prepare
        try:
            way = self._way(ready.route)
            outcome = way.send(envelope, following if together else None, meanwhile)
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
