"""A lane: one thread that takes messages from the desk, builds them and sends them, one by one.

It builds the next message before it sends one, so that a way out that can do so may announce it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jobraker_cli.delivery.claims import Ready
from jobraker_cli.delivery.desk import Desk
from jobraker_cli.delivery.judge import Judge
from jobraker_cli.delivery.transport import Envelope, Transport
from jobraker_cli.errors import ConfigError, MessageError, UnreachableError
from jobraker_cli.model import Letter

SLOW_SECONDS = 5.0
"""From here on a recipient domain counts as slow, and has one lane of a process to itself."""

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
    transport: Transport
    sender_of: Callable[[str], str]
    half_lease: float
    timer: Callable[[], float]

    def run(self) -> None:
        """Send, one after the other, until there is nothing more to come."""
        blocked: UnreachableError | None = None
        try:
            one = self._next(wait=True)
            while one is not None:
                following = self._next(wait=False)
                blocked = self._send(one, following)
                if blocked is not None and following is not None:
                    self.desk.give_back(following.ready, sent=False)
                one = None if blocked is not None else following or self._next(wait=True)
        except BaseException as error:
            self.desk.fail(error)
        finally:
            self.transport.close()
            self.desk.leave(blocked)

    def _next(self, *, wait: bool) -> _Built | None:
        """The next message that can be built and may go; the others are settled on the way."""
        while (ready := self.desk.take(wait=wait)) is not None:
            resting = self.judge.resting(ready)
            if resting is not None:
                self.desk.hand_in(ready, resting, sent=False)
            elif self.timer() - ready.taken > self.half_lease:
                # What another process may take over soon must not be sent by this one any more.
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

    def _send(self, one: _Built, following: _Built | None) -> UnreachableError | None:
        """Send a message; the error if this lane's way out is blocked."""
        claimed = one.ready.claimed
        resting = self.judge.resting(one.ready)  # since it was built, perhaps
        if resting is not None:
            self.desk.hand_in(one.ready, resting, sent=False)
            return None
        if not self.desk.may_send():
            self.desk.give_back(one.ready, sent=False)
            return None
        try:
            outcome = self.transport.send(
                one.envelope, following.envelope if following is not None else None
            )
        except MessageError as error:
            judged = self.judge.untried(claimed, "dead", reason=str(error))
        except UnreachableError as error:
            self.desk.give_back(one.ready, sent=True)
            return error
        except ConfigError as error:
            self.desk.refuse(error)
            self.desk.give_back(one.ready, sent=True)
            return None
        else:
            if outcome.seconds > SLOW_SECONDS:
                self.desk.slow.add(claimed.domain)
            judged = self.judge.judged(claimed, outcome)
        self.desk.hand_in(one.ready, judged, sent=True)
        return None
