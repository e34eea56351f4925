"""A connection to a relay: what is written and read, within time limits that hold."""

import re
import select
import smtplib
import socket
import ssl
from contextlib import suppress
from time import monotonic

from jobraker_cli.delivery.smtp_settings import SmtpSettings
from jobraker_cli.errors import UnreachableError

_REPLY_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?")
_LONGEST_LINE = 8192  # RFC 5321 4.5.3.1.5 says 512; servers write more
_MOST_LINES = 256
_WRITE_BYTES = 65536
_LEAVE_SECONDS = 1.0
_AT_ONCE_SECONDS = 0.1


class LostError(UnreachableError):
    """The relay cannot be reached just now; a moment later it may be."""


class SmtpConnection(smtplib.SMTP):
    """smtplib's connection, with one deadline a reply however slowly it drips (raises OSError).

    It knows, too, whether the server said something that nobody asked for.
    """

    def __init__(
        self, settings: SmtpSettings, context: ssl.SSLContext | None, own_name: str | None
    ) -> None:
        self.written = 0
        self._unread = b""
        self._tls_from_start = context if settings.ssl else None
        super().__init__(settings.host, settings.port, own_name, settings.timeout_seconds)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the dot must not wait
        if self._tls_from_start is None:
            return plain
        return self._tls_from_start.wrap_socket(plain, server_hostname=host)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply, all of its lines, before one deadline."""
        deadline = monotonic() + self.timeout
        words: list[bytes] = []
        try:
            while len(words) < _MOST_LINES:
                code, more, text = self._line(deadline)
                words.append(text)
                if not more:
                    return code, b"\n".join(words)
            raise ConnectionError("an endless reply")
        except OSError:
            self.close()
            raise

    def write(self, content: bytes) -> None:
        """Write much; each part of it within the time limit. Raises OSError.

        `written` counts the octets that the system took, also when it raises.
        """
        view = memoryview(content)
        self.written = 0
        while self.written < len(content):
            part = view[self.written : self.written + _WRITE_BYTES]
            self.written += self._socket.send(part)

    @property
    def has_unread(self) -> bool:
        """Whether more was read than the last reply."""
        return bool(self._unread)

    def has_spoken(self) -> bool:
        """Whether the server, not being asked, said something or hung up; does not wait."""
        if self._unread:
            return True
        if self._is_silent():
            return False
        try:
            self._socket.settimeout(0)
            self._unread = self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        finally:
            self._socket.settimeout(self.timeout)
        return True

    def _is_silent(self) -> bool:
        """Whether nothing came, not even an end; False where that is not known at once."""
        plain = self._socket
        if isinstance(plain, ssl.SSLSocket):
            return False
        poll = select.poll()
        poll.register(plain, select.POLLIN)
        return not poll.poll(0)

    def cut(self) -> None:
        """End the connection under whoever waits for it in another thread; never raises."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say QUIT and close; never raises, never waits long."""
        with suppress(OSError):
            self.timeout = min(self.timeout, _LEAVE_SECONDS)
            self._socket.settimeout(self.timeout)
            self.quit()
        self.close()

    def _line(self, deadline: float) -> tuple[int, bool, bytes]:
        while b"\n" not in self._unread:
            part = self._received(deadline)
            if not part:
                raise ConnectionError("the server closed the connection")
            self._unread += part
            if len(self._unread) > _LONGEST_LINE:
                raise ConnectionError("a reply's line without end")
        line, _, self._unread = self._unread.partition(b"\n")
        parsed = _REPLY_LINE.fullmatch(line.rstrip())
        if parsed is None:
            raise ConnectionError("the server does not speak SMTP")
        return int(parsed[1]), parsed[2] == b"-", parsed[3] or b""

    def _received(self, deadline: float) -> bytes:
        """What the server says next, before the deadline."""
        remaining = deadline - monotonic()
        if remaining <= 0:
            raise TimeoutError
        if remaining > self.timeout - _AT_ONCE_SECONDS:  # the usual limit serves
            return self._socket.recv(4096)
        self._socket.settimeout(remaining)
        try:
            return self._socket.recv(4096)
        finally:
            self._socket.settimeout(self.timeout)

    @property
    def _socket(self) -> socket.socket:
        if self.sock is None:
            raise ConnectionError("the connection is closed")
        return self.sock
