"""A real SMTP server on loopback that keeps what it is sent."""

import asyncio
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

Scriptable = Literal["MAIL", "RCPT", "DATA"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One accepted message: its envelope, and the octets between DATA and the dot."""

    envelope_from: str
    envelope_to: tuple[str, ...]
    content: bytes
    at: float  # by the monotonic clock, in seconds

    @property
    def parsed(self) -> EmailMessage:
        """Return the message as the email package reads it."""
        return message_from_bytes(self.content, policy=policy.default)


class Mailbox:
    """The server, and what came. It accepts everything that no `reply` refuses."""

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.refused = 0
        self._domains: dict[str, str] = {}
        self._delays: dict[str, float] = {}
        self.port = 0
        self._replies: dict[str, deque[tuple[str, float]]] = defaultdict(deque)
        self._reached: dict[str, threading.Event] = defaultdict(threading.Event)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that makes jobraker send here."""
        return {
            "EMAIL_BACKEND": "smtp",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.port),
            "EMAIL_USE_TLS": "false",
            "EMAIL_USE_SSL": "false",
        }

    def reply(
        self, command: Scriptable, code_text: str, times: int = 1, *, delay: float = 0.0
    ) -> None:
        """Answer the next `times` of a command like this, after what was said before is used up.

        DATA means the reply after the dot; a message so answered is kept if the code is 2yz, as
        soon as its dot is there. `delay` is the seconds that the answer lets wait.
        """
        self._replies[command].extend([(code_text, delay)] * times)

    def refuse_domain(self, domain: str, code_text: str | None) -> None:
        """Answer every recipient of a domain like this; None: take them again."""
        self._domains.pop(domain, None)
        if code_text is not None:
            self._domains[domain] = code_text

    def delay_domain(self, domain: str, seconds: float) -> None:
        """Let every recipient of a domain wait for its answer."""
        self._delays[domain] = seconds

    def reached(self, command: Scriptable, timeout: float) -> bool:
        """Wait until a client has sent a command; whether it did in `timeout` seconds."""
        return self._reached[command].wait(timeout)

    def start(self) -> None:
        """Listen; returns when connections are accepted."""
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the SMTP server does not start")

    def stop(self) -> None:
        """Drop every connection and end the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a sender."""
        answer = await self._next("MAIL", "250 OK")
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        refusal = self._domains.get(address.rpartition("@")[2])
        await asyncio.sleep(self._delays.get(address.rpartition("@")[2], 0.0))
        self.refused += refusal is not None
        answer = refusal or await self._next("RCPT", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take or refuse a message after its dot."""
        accepted = not self._replies["DATA"] or self._replies["DATA"][0][0].startswith("2")
        if accepted:
            received = Received(
                envelope_from=envelope.mail_from or "",
                envelope_to=tuple(envelope.rcpt_tos),
                content=envelope.original_content or b"",
                at=time.monotonic(),
            )
            self.messages.append(received)
        return await self._next("DATA", "250 OK")

    async def _next(self, command: str, otherwise: str) -> str:
        waiting = self._replies[command]
        answer, delay = waiting.popleft() if waiting else (otherwise, 0.0)
        self._reached[command].set()
        await asyncio.sleep(delay)
        return answer

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        connections: list[SMTP] = []

        def connected() -> SMTP:
            connections.append(SMTP(self, enable_SMTPUTF8=True, hostname="mailbox.test"))
            return connections[-1]

        server = await self._loop.create_server(connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for connection in connections:
            if connection.transport is not None:
                connection.transport.close()
        await asyncio.sleep(0)  # the aborted transports close in the next turn of the loop
