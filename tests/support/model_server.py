"""A model's server on loopback that speaks Chat Completions as they are: SSE, chunk by chunk.

What it says is scripted, a list of steps for each request in its order; the last one is repeated.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[["_Handler"], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: a status with a JSON body, or a stream of steps."""

    steps: Sequence[Step] = ()
    status: int = 200
    body: Mapping[str, Any] | None = None
    headers: tuple[tuple[str, str], ...] = ()


def _chunk(delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "test-model",
        "choices": [choice],
        **more,
    }


def data(value: Any) -> Step:
    """Send one event; text goes as it is, so that it may be no JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return lambda handler: handler.send(f"data: {text}\n\n")


def text(*pieces: str) -> list[Step]:
    """Send the pieces of a reply, a chunk each."""
    return [data(_chunk({"content": piece})) for piece in pieces]


def pause(seconds: float) -> Step:
    """Say nothing for a while."""
    return lambda _: time.sleep(seconds)


def wait_for(event: threading.Event) -> Step:
    """Say nothing until a test says so."""

    def step(_: "_Handler") -> None:
        event.wait(20)

    return step


def end(finish: str = "stop", usage: tuple[int, int] | None = (10, 5)) -> list[Step]:
    """End a reply as servers do: a finish reason, the usage, and [DONE]."""
    steps = [data(_chunk({}, finish))]
    if usage is not None:
        counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
        last = _chunk({})
        steps.append(data({**last, "choices": [], "usage": {**counts, "total_tokens": sum(usage)}}))
    return [*steps, data("[DONE]")]


def drop(handler: "_Handler") -> None:
    """Cut the connection, in the middle of whatever it is."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def say(*pieces: str, finish: str = "stop", usage: tuple[int, int] | None = (10, 5)) -> Answer:
    """A whole reply."""
    return Answer([*text(*pieces), *end(finish, usage)])


def call(name: str, arguments: Any, *, call_id: str = "call_1") -> Answer:
    """A reply that asks for a tool, its arguments in pieces as servers send them."""
    return calls([(name, arguments, call_id)])


def calls(wanted: Iterable[tuple[str, Any, str]]) -> Answer:
    """A reply that asks for several tools at once."""
    steps: list[Step] = []
    for index, (name, arguments, call_id) in enumerate(wanted):
        spelled = arguments if isinstance(arguments, str) else json.dumps(arguments)
        half = len(spelled) // 2
        first = {"name": name, "arguments": spelled[:half]}
        head = {"index": index, "id": call_id, "type": "function", "function": first}
        rest = {"index": index, "function": {"arguments": spelled[half:]}}
        steps += [data(_chunk({"tool_calls": [one]})) for one in (head, rest)]
    return Answer([*steps, *end("tool_calls")])


def refuse(status: int, message: str, **headers: str) -> Answer:
    """An error as servers give it."""
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status=status, body={"error": {"message": message}}, headers=given)


class ModelServer:
    """The server; `requests` holds the bodies that came, in order."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(_Handler):
            server_of = outer

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """What OPENAI_BASE_URL is to be."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def settings(self) -> dict[str, str | None]:
        """The environment of a command that talks to this server."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "key", "OPENAI_MODEL": "test-model"}

    def next_answer(self, body: dict[str, Any]) -> Answer:
        """Take a request down; what is to be said to it."""
        with self._lock:
            self.requests.append(body)
            number = min(len(self.requests), len(self.answers)) - 1
            return self.answers[number]

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: ModelServer

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        answer = self.server_of.next_answer(json.loads(self.rfile.read(length)))
        if answer.body is not None:
            self._fail(answer)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for step in answer.steps:
                step(self)
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True

    def send(self, words: str) -> None:
        """One HTTP chunk."""
        octets = words.encode("utf-8", "surrogatepass")
        self.wfile.write(b"%x\r\n%s\r\n" % (len(octets), octets))
        self.wfile.flush()

    def _fail(self, answer: Answer) -> None:
        octets = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in (*answer.headers, ("Content-Length", str(len(octets)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
