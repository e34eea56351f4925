"""A proxy before a server that swallows the answer to a chosen request and hangs up, once."""

import socket
import threading
from contextlib import suppress


class Cut:
    """Forwards a port of this machine; the answer to the first request with `mark` in it is lost.

    The server gets that request and answers it: whoever asked cannot know.
    """

    def __init__(self, port: int, mark: bytes) -> None:
        self.happened = threading.Event()
        self._port = port
        self._mark = mark
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                swallow = threading.Event()
                for ends in ((client, server), (server, client)):
                    pump = self._requests if ends[0] is client else self._answers
                    threading.Thread(target=pump, args=(*ends, swallow), daemon=True).start()

    def _requests(
        self, client: socket.socket, server: socket.socket, swallow: threading.Event
    ) -> None:
        with suppress(OSError):
            while octets := client.recv(65536):
                if self._mark in octets and not self.happened.is_set():
                    self.happened.set()
                    swallow.set()
                server.sendall(octets)
            server.shutdown(socket.SHUT_WR)

    def _answers(
        self, server: socket.socket, client: socket.socket, swallow: threading.Event
    ) -> None:
        with suppress(OSError):
            while octets := server.recv(65536):
                if swallow.is_set():
                    break
                client.sendall(octets)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
