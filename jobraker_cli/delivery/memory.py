"""The way out that only keeps what it is given (EMAIL_BACKEND=memory)."""

from collections.abc import Callable

from jobraker_cli.delivery.transport import Envelope, Heading, Outcome, Phase, nothing


class MemoryTransport:
    """Keeps every envelope in `messages`, in the order they came."""

    provider = "memory"

    def __init__(self) -> None:
        self.messages: list[Envelope] = []

    def send(
        self,
        envelope: Envelope,
        following: Heading | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> Outcome:
        """Keep the envelope."""
        self.messages.append(envelope)
        return Outcome(
            phase=Phase.DONE,
            code=250,
            enhanced_code="",
            text="kept in memory",
            seconds=0.0,
            provider=self.provider,
        )

    def give_up(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open."""
