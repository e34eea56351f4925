"""Samples of the templates, sent straight to an address: what `test-email` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobraker_cli.delivery.replies import classify
from jobraker_cli.delivery.transport import Envelope, Transport
from jobraker_cli.errors import MessageError
from jobraker_cli.mail import samples
from jobraker_cli.mail.compose import Composer
from jobraker_cli.model import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSent:
    """What became of one sample: its state, and the server's words."""

    kind: str
    case: str
    state: str
    reply: str


def send_samples(
    composer: Composer,
    transport: Transport,
    chosen: Sequence[tuple[str, str]],
    *,
    sender: str,
    recipient: str,
    language: str,
    now: datetime,
) -> Sequence[SampleSent]:
    """Send these (kind, case) pairs to one address; nothing is written down or tried again.

    Raises UnreachableError or ConfigError when nothing can go this way now.
    """
    found: list[SampleSent] = []
    try:
        for number, (kind, case) in enumerate(chosen):
            letter = samples.letter(
                kind,
                case,
                site_url=composer.site_url,
                recipient=recipient,
                domain=sender.rpartition("@")[2].lower(),
                locale=language,
                written=now + timedelta(microseconds=number),
            )
            state, reply = _sent(composer, transport, letter, sender)
            found.append(SampleSent(kind=kind, case=case, state=state, reply=reply))
    finally:
        transport.close()
    return found


def _sent(composer: Composer, transport: Transport, letter: Letter, sender: str) -> tuple[str, str]:
    """The state that one message was left in, and the server's words."""
    try:
        envelope = Envelope(
            id=letter.id,
            sender=sender,
            recipient=letter.recipient,
            content=composer.content(letter),
            created_at=letter.created_at,
        )
        outcome = transport.send(envelope)
    except MessageError as error:
        return "dead", str(error)
    reply = " ".join(str(part) for part in (outcome.code, outcome.text) if part)
    return str(classify(outcome, attempt=1, jitter=0.0).state), reply
