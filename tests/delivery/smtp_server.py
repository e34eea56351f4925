"""An SMTP server on loopback that answers the nth command of a kind as a test wants it."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jobraker_cli.delivery.smtp import SmtpSettings

EVERY = 0
"""As `nth`: every command of its kind."""

BIG = b"0123456789" * 599_999 + b"12345678\r\n"
"""More content than the system's buffers take in while the server does not read."""

Answer = Callable[["Session"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message that came with its dot; `content` is what was meant, `wire` what was sent."""

    sender: str
    recipient: str
    content: bytes
    wire: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One line of a client, the number of its connection, and whether it came encrypted."""

    line: str
    connection: int
    encrypted: bool

    @property
    def verb(self) -> str:
        return self.line.partition(" ")[0].upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A self-signed certificate; who trusts the file trusts the server."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def make_certificate(folder: Path, name: str) -> Certificate:
    """A certificate for `name` ("DNS:localhost", "IP:127.0.0.1"), or the test is skipped."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl program here to make certificates with")
    made = Certificate(file=folder / "certificate.pem", key=folder / "key.pem")
    options = {
        "-newkey": "ec",
        "-pkeyopt": "ec_paramgen_curve:prime256v1",
        "-days": "2",
        "-subj": "/CN=jobraker test",
        "-keyout": str(made.key),
        "-out": str(made.file),
    }
    extensions = [f"subjectAltName={name}", "keyUsage=critical,digitalSignature,keyCertSign"]
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes"),
            *(word for option in options.items() for word in option),
            *(word for extension in extensions for word in ("-addext", extension)),
        ],
        check=True,
        capture_output=True,
    )
    return made


def made_expired(certificate: Certificate) -> Certificate:
    """The same certificate, but its time is over since yesterday."""
    made = Certificate(file=certificate.file.with_name("expired.pem"), key=certificate.key)
    command = ["openssl", "x509", "-in", str(certificate.file), "-signkey", str(made.key)]
    command += ["-days", "-1", "-out", str(made.file)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this openssl makes no expired certificates")
    return made


def hang_up(session: "Session") -> None:
    """Close without a word."""
    session.close()


def say_nothing(session: "Session") -> None:
    """Stay silent for as long as the client stays."""
    session.wait_for_client()


def stop_reading(seconds: float) -> Answer:
    """Neither read nor speak for a while."""

    def answer(session: "Session") -> None:
        session.stopping.wait(seconds)

    return answer


def say_and_hang_up(reply: str) -> Answer:
    """Answer, then close."""

    def answer(session: "Session") -> None:
        session.say(reply)
        session.close()

    return answer


def say_then_stray(reply: str, stray: str) -> Answer:
    """Answer, and in the same breath say something that nobody asked for."""

    def answer(session: "Session") -> None:
        session.say(f"{reply}\r\n{stray}")

    return answer


def say_and_later_stray(reply: str, stray: str, said: threading.Event) -> Answer:
    """Answer, and a moment later, then setting `said`, say something that nobody asked for."""

    def answer(session: "Session") -> None:
        session.say(reply)
        session.stopping.wait(0.03)
        session.say(stray)
        said.set()

    return answer


def drip(reply: str, *, every: float) -> Answer:
    """Answer one octet at a time."""

    def answer(session: "Session") -> None:
        for octet in f"{reply}\r\n".encode():
            if session.stopping.wait(every):
                return
            session.write(bytes([octet]))

    return answer


def reset(reply: str) -> Answer:
    """Answer, then cut the connection with a TCP reset."""

    def answer(session: "Session") -> None:
        session.say(reply)
        session.stopping.wait(0.05)
        session.reset()

    return answer


@dataclass(slots=True)
class SmtpServer:
    """Answers as told by `on`, else as a well-behaved server does; `received` has what came."""

    tls: ssl.SSLContext | None = None
    tls_from_start: bool = False
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    host: str = "127.0.0.1"
    strict: bool = True
    """Whether a command out of order is refused."""
    writes: list[str] = field(default_factory=list)
    """The verbs (BODY for content) that came in each read."""
    received: list[Received] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    _script: dict[tuple[str, int], str | Answer] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _sessions: list["Session"] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _listener: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.host, 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # see BIG
        self._start(self._accept)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def verbs(self) -> list[str]:
        """The verbs of all commands, in their order."""
        return [command.verb for command in self.commands]

    def settings(self, *, timeout_seconds: float = 5.0) -> SmtpSettings:
        """How to reach this server without TLS."""
        return SmtpSettings(
            host=self.host,
            port=self.port,
            timeout_seconds=timeout_seconds,
            local_hostname="client.test",
        )

    def on(self, verb: str, answer: str | Answer, *, nth: int = 1) -> None:
        """Script the nth (from 1, over all connections) of CONNECT, a verb, BODY or DOT."""
        self._script[verb, nth] = answer

    def stop(self) -> None:
        """End every connection and thread."""
        self.stopping.set()
        with suppress(OSError):
            socket.create_connection((self.host, self.port), 5).close()  # wakes accept
        for session in self._sessions:
            session.close()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def answer_to(self, verb: str, otherwise: str) -> str | Answer:
        """What to answer to the next command of this kind."""
        self._counts[verb] += 1
        always = self._script.get((verb, EVERY), otherwise)
        return self._script.get((verb, self._counts[verb]), always)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self.stopping.is_set():
                client.close()
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # said is sent
            self.connections += 1
            session = Session(self, client, self.connections)
            self._sessions.append(session)
            self._start(session.serve)


class Session:
    """One connection of a client."""

    def __init__(self, server: SmtpServer, client: socket.socket, number: int) -> None:
        self.stopping = server.stopping
        self._server = server
        self._client = client
        self._number = number
        self._unread = b""
        self._open = True
        self._sender = ""
        self._recipient = ""
        self._is_new_read = True
        self._stage = ""  # the reply to the command before this one of the transaction

    def serve(self) -> None:
        """Talk until one side has had enough."""
        try:
            with suppress(OSError):
                if self._server.tls_from_start:
                    self._encrypt()
                self._answer("CONNECT", "220 server.test ESMTP")
                while self._open and (line := self._read_until(b"\r\n")):
                    self._obey(line.decode("ascii", "replace").removesuffix("\r\n"))
        finally:
            self._client.close()

    def say(self, reply: str) -> None:
        """Write a reply's lines."""
        self.write(f"{reply}\r\n".encode())

    def write(self, octets: bytes) -> None:
        """Write as it is."""
        self._client.sendall(octets)

    def close(self) -> None:
        """Hang up; whoever reads in this session notices."""
        self._open = False
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Hang up rudely."""
        self._open = False
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._client.close()

    def wait_for_client(self) -> None:
        """Read until the client is gone."""
        while self._client.recv(65536):
            pass
        self._open = False

    def _encrypt(self) -> None:
        assert self._server.tls is not None
        self._client = self._server.tls.wrap_socket(self._client, server_side=True)

    def _obey(self, line: str) -> None:
        encrypted = isinstance(self._client, ssl.SSLSocket)
        command = Command(line=line, connection=self._number, encrypted=encrypted)
        self._server.commands.append(command)
        self._note(command.verb)
        match command.verb:
            case "EHLO":
                self._answer("EHLO", self._greeting(encrypted=encrypted))
            case "STARTTLS":
                if self._answer("STARTTLS", "220 go ahead").startswith("220") and self._open:
                    self._encrypt()
            case "AUTH":
                self._log_in(line)
            case "MAIL":
                self._sender = line.partition(":")[2].strip("<>")
                self._stage = self._answer("MAIL", "250 2.1.0 ok")
            case "RCPT" | "DATA" if self._server.strict and not self._stage.startswith("25"):
                self.say("503 5.5.1 out of order")
            case "RCPT":
                self._recipient = line.partition(":")[2].strip("<>")
                self._stage = self._answer("RCPT", "250 2.1.5 ok")
            case "DATA":
                if self._answer("DATA", "354 go ahead").startswith("354") and self._open:
                    self._receive()
            case "QUIT":
                self._answer("QUIT", "221 2.0.0 bye")
                self.close()
            case verb:
                self._answer(verb, "250 2.0.0 ok")

    def _greeting(self, *, encrypted: bool) -> str:
        offers = list(self._server.extensions)
        if self._server.tls is not None and not encrypted:
            offers.append("STARTTLS")
        lines = ["server.test", *offers]
        return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])

    def _log_in(self, line: str) -> None:
        _, mechanism, *initial = line.split()
        steps = {"PLAIN": 1, "LOGIN": 2, "CRAM-MD5": 1}[mechanism] - len(initial)
        for _ in range(steps):
            self.say("334 cGFzczo=")
            self._read_until(b"\r\n")
        self._answer("AUTH", "235 2.7.0 welcome")

    def _receive(self) -> None:
        """Take the content; the script may interrupt after its first octets (BODY)."""
        while not self._unread and self._open:
            self._fill()
        self._note("BODY")
        self._answer("BODY", "")
        if not self._open:
            return
        self._unread = b"\r\n" + self._unread
        wire = self._read_until(b"\r\n.\r\n").removeprefix(b"\r\n")
        if not self._open:
            return
        content = b"\r\n".join(
            line.removeprefix(b".") for line in wire.removesuffix(b".\r\n").split(b"\r\n")
        )
        self._server.received.append(
            Received(sender=self._sender, recipient=self._recipient, content=content, wire=wire)
        )
        self._answer("DOT", "250 2.0.0 queued")

    def _answer(self, verb: str, otherwise: str) -> str:
        """Answer a command; returns what was said, `otherwise` where a function did."""
        answer = self._server.answer_to(verb, otherwise)
        if not isinstance(answer, str):
            answer(self)
            return otherwise
        if answer:
            self.say(answer)
        if answer.startswith("421"):
            self.close()
        return answer

    def _note(self, verb: str) -> None:
        """Remember what came, and what came together."""
        if self._is_new_read:
            self._server.writes.append(verb)
        else:
            self._server.writes[-1] += f" {verb}"
        self._is_new_read = False

    def _read_until(self, end: bytes) -> bytes:
        while end not in self._unread and self._open:
            self._fill()
        if end not in self._unread:
            return b""
        line, _, self._unread = self._unread.partition(end)
        return line + end

    def _fill(self) -> None:
        part = self._client.recv(65536)
        self._unread += part
        self._is_new_read = True
        if not part:
            self._open = False
