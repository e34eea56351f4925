"""The chat's own time: start to prompt, first token over the server's own, and what a token costs.

The server is one of ours on loopback, in this process; it notes when it sends each token, and the
command's output is read from a pipe (one shot) and a pty (the prompt). One JSON line a figure.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pexpect

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.model_server import Answer, ModelServer, Step, data, end

TOKENS = (500, 1000)
RUNS = 3


def main() -> None:
    """Measure, and print a line a figure."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "demo", "board.db")
        run("demo", "--keep", str(database.parent), env={})
        env = {"DATABASE_URL": f"sqlite:///{database}"}
        alerts = json.loads(run("alerts", "list", "--limit", "1", "--json", env=env))
        who = ["--as", str(alerts[0]["user"])]
        bare = statistics.median(timed_python() for _ in range(RUNS))
        prompts = [to_prompt([*who, "--demo"], env) for _ in range(RUNS)]
        show("start-to-prompt", 1, statistics.median(prompts) * 1000, "ms", bare * 1000)
        server = ModelServer()
        env |= {name: str(value) for name, value in server.settings.items()}
        env["CHAT_MESSAGES_PER_MINUTE"] = "0"
        first, rates = [], {}
        for tokens in TOKENS:
            found = [reply(server, [*who, "-p", "Go"], env, tokens) for _ in range(RUNS)]
            first += [one[0] for one in found]
            rates[tokens] = statistics.median(one[1] for one in found)
        show("first-token-overhead", 1, statistics.median(first) * 1000, "ms", 0)
        for tokens, seconds in rates.items():
            show("per-token-overhead", tokens, seconds * 1_000_000, "us", 0)
        server.close()


def reply(
    server: ModelServer, arguments: list[str], env: dict[str, str], tokens: int
) -> tuple[float, float]:
    """Seconds from the server's first token to ours, and what each token took more than there."""
    sent: list[float] = []

    def noted(step: Step) -> Step:
        def send(handler: Any) -> None:
            sent.append(time.monotonic())
            step(handler)

        return send

    chunk = {"choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}
    words = [noted(data({"id": "1", "object": "chat.completion.chunk", **chunk}))] * tokens
    server.answers = [Answer([*words, *end()])]
    server.requests.clear()
    command = [sys.executable, "-m", "jobraker_cli", "chat", *arguments]
    with subprocess.Popen(command, env=environment(env), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        descriptor = process.stdout.fileno()
        got = os.read(descriptor, 65_536)
        begun = time.monotonic()
        length = len(got)
        while got := os.read(descriptor, 65_536):
            length += len(got)
            if length >= tokens * 5:
                break
        ended = time.monotonic()
        process.communicate()
    theirs = sent[-1] - sent[0]
    return begun - sent[0], max(0.0, ended - begun - theirs) / tokens


def to_prompt(arguments: list[str], env: dict[str, str]) -> float:
    """Seconds until the prompt is there."""
    begun = time.monotonic()
    process = pexpect.spawn(
        sys.executable,
        ["-m", "jobraker_cli", "chat", *arguments],
        env=environment(env | {"TERM": "xterm-256color"}),
        timeout=30,
    )
    process.expect("You:")
    seconds = time.monotonic() - begun
    process.close(force=True)
    return seconds


def timed_python() -> float:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.monotonic() - begun


def run(*arguments: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "jobraker_cli", *arguments],
        env=environment(env),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def environment(env: dict[str, str]) -> dict[str, str]:
    root = str(Path(__file__).parents[1])
    return {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), "PYTHONPATH": root, **env}


def show(bench: str, size: int, value: float, unit: str, peer: float) -> None:
    """Print a figure; the peer of the start is a bare interpreter."""
    print(
        json.dumps(
            {
                "bench": bench,
                "size": size,
                "value": round(value, 1),
                "unit": unit,
                "peer": "python -c pass" if peer else None,
                "peer_value": round(peer, 1) if peer else None,
                "ratio": round(peer / value, 3) if peer else None,
                "versions": {name: version(name) for name in ("openai", "prompt_toolkit")},
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
