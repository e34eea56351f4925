"""One question, one reply, no prompt: for pipes and scripts."""

import sys
from dataclasses import dataclass
from typing import Any, TextIO

from jobraker_cli.assistant.dialogue import Dialogue, Reply, ToolUsed
from jobraker_cli.assistant.model import PartialReplyError, Text
from jobraker_cli.chat.terminal_text import TerminalText
from jobraker_cli.mail.clean import terminal_line


@dataclass(slots=True, kw_only=True)
class OneShot:
    """Prints the reply as it comes; notes on tools go to `notes`, if there is one."""

    dialogue: Dialogue
    out: TextIO
    notes: TextIO | None

    def print_reply(self, text: str) -> None:
        """Ask and print; PartialReplyError after what came of a reply that was cut short."""
        shown, last = TerminalText(), "\n"
        try:
            for event in self.dialogue.say(text):
                if isinstance(event, Text):
                    last = self._write(shown.feed(event.text)) or last
                elif isinstance(event, ToolUsed):
                    last = self._between(last, event)
        finally:
            last = self._write(shown.finish()) or last
            if last != "\n":
                self._write("\n")

    def record(self, text: str) -> tuple[dict[str, Any], PartialReplyError | None]:
        """Ask and give the reply as data, with the error where it was cut short."""
        said: list[str] = []
        tools: list[ToolUsed] = []
        reply, failure = None, None
        try:
            for event in self.dialogue.say(text):
                if isinstance(event, Text):
                    said.append(event.text)
                elif isinstance(event, ToolUsed):
                    tools.append(event)
                    said.append("\n\n" if said else "")
                else:
                    reply = event
        except PartialReplyError as error:
            failure = error
        return self._record(reply, "".join(said).strip(), tools), failure

    def _record(self, reply: Reply | None, said: str, tools: list[ToolUsed]) -> dict[str, Any]:
        used = self.dialogue.last_used
        return {
            "session": self.dialogue.session_id,
            "reply": said if reply is None else reply.text,
            "partial": reply is None,
            "model": self.dialogue.model.name,
            "usage": {
                "input_tokens": used.input_tokens,
                "output_tokens": used.output_tokens,
                "cost": used.cost_micros / 1_000_000,
            },
            "tools": [
                {"name": one.name, "arguments": dict(one.arguments), "rows": one.rows}
                for one in tools
            ],
        }

    def _between(self, last: str, event: ToolUsed) -> str:
        if last != "\n":
            self._write("\n\n")
        if self.notes is not None:
            self.notes.write(f"[{terminal_line(event.note)}]\n")
            self.notes.flush()
        return "\n"

    def _write(self, text: str) -> str:
        """Write at once; the last character, if there is one."""
        self.out.write(text)
        self.out.flush()
        return text[-1:]


def read_piped(most: int) -> str:
    """What is piped in, up to one character more than is allowed."""
    return "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read(most + 1)
