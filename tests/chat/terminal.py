"""The command in a real terminal: a pty, its size, what was typed and what was shown."""

import re
import sys
from collections.abc import Mapping
from typing import Any

import pexpect

from tests.support.command import Command

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """`jobraker chat` on a pty of its own; `shown` is all that was shown so far."""

    def __init__(
        self, command: Command, *arguments: str, env: Mapping[str, str | None], width: int = 80
    ) -> None:
        self.raw = ""
        given = {"TERM": "xterm-256color", "PYTHONWARNINGS": "default", **env}
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "jobraker_cli", "chat", *arguments],
            cwd=str(command.cwd),
            env=command.environment(given),
            encoding="utf-8",
            codec_errors="surrogateescape",
            dimensions=(30, width),
            timeout=30,
            echo=False,
        )
        self.process.delaybeforesend = 0

    def until(self, pattern: str) -> str:
        """Wait for a pattern; what was shown up to it, without escape sequences."""
        self.process.expect(pattern)
        found = str(self.process.before) + str(self.process.after)
        self.raw += found
        return ESCAPES.sub("", found)

    def prompt(self) -> str:
        """Wait for the prompt to be ready."""
        return self.until(r"\x1b\[\?2004h.*?You:.*?\x1b\[\?25h")

    def type(self, text: str) -> None:
        """Type a line and Enter."""
        self.process.send(f"{text}\r")

    def paste(self, text: str) -> None:
        """Paste as terminals do that were asked to bracket what is pasted."""
        self.process.send(f"\x1b[200~{text}\x1b[201~")

    def leave(self) -> int:
        """Press Ctrl-D at the prompt; the exit code."""
        self.process.send("\x04")
        self.until(r"\Z|$")
        self.process.expect(pexpect.EOF)
        self.raw += str(self.process.before)
        self.process.close()
        code: Any = self.process.exitstatus
        return int(code)

    def close(self) -> None:
        """End it, whatever it does."""
        self.process.close(force=True)
