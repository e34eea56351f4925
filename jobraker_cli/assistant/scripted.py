"""The model of `--demo`: a script in this program that streams and asks for tools like a real one.

It says in each reply that it is a script.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from jobraker_cli.assistant.context import size_of, tokens_of
from jobraker_cli.assistant.model import End, Text, ToolCall, ToolSpec, Turn, Usage

LABEL = "*(Scripted demo, no AI: set OPENAI_API_KEY or OPENAI_BASE_URL for a real model.)*"
_ABOUT = """This is what a conversation looks like. Ask me for example:

- **find python jobs in Berlin**
- **how are my applications?**
- **which alerts do I have?**
- **what do you recommend?**

A real model understands much more; the tools that answer are the same."""
_STOP = re.compile(
    r"(?i)\b(?:find|search|show|list|look|for|me|any|the|a|an|some|new|jobs?|please|are|there|"
    r"what|which|do|you|have|i|want|work|positions?|openings?)\b|[^\w\s+#.-]"
)


class ScriptedModel:
    """Answers by a few rules, with the real tools."""

    name = "scripted-demo"

    def stream(
        self, turns: Sequence[Turn], tools: Sequence[ToolSpec], *, reply_tokens: int
    ) -> Iterator[Text | End]:
        """Ask for the tool that the question is about, or tell what it found."""
        last = turns[-1]
        if last.role == "user" and tools:
            call = _wish(last.content, {tool.name for tool in tools})
            if call is not None:
                yield End(finish="tool_calls", calls=(call,), usage=_usage(turns, ""))
                return
        said = _told(last.content) if last.role == "tool" else _ABOUT
        reply = f"{LABEL}\n\n{said}"
        for piece in re.findall(r"\s*\S+|\s+$", reply):
            yield Text(piece)
        yield End(finish="stop", usage=_usage(turns, reply))


def _usage(turns: Sequence[Turn], reply: str) -> Usage:
    return Usage(input_tokens=size_of(turns), output_tokens=tokens_of(reply))


def _wish(question: str, known: set[str]) -> ToolCall | None:
    asked = question.lower()
    arguments: dict[str, Any] = {}
    if "appl" in asked:
        name = "my_applications"
    elif "alert" in asked:
        name = "my_alerts"
    elif "recommend" in asked or "suit" in asked:
        name = "my_recommendations"
    elif "notif" in asked or "news" in asked:
        name = "my_notifications"
    elif re.search(r"\b(jobs?|find|search|work|position)", asked):
        name, arguments = "search_jobs", _search(question)
    else:
        return None
    if name not in known:
        return None
    return ToolCall(id="call_demo", name=name, arguments=json.dumps(arguments))


def _search(question: str) -> dict[str, Any]:
    wanted, _, place = question.partition(" in ")
    words = " ".join(_STOP.sub(" ", wanted).split())
    found: dict[str, Any] = {"keywords": [words]} if words else {}
    where = " ".join(re.sub(r"[?!.]", " ", place).split())
    return found | ({"location": where} if where else {})


def _told(content: str) -> str:
    """Rows of a tool's result as a list in Markdown."""
    try:
        result = json.loads(content)
    except ValueError:
        return "The tool's result cannot be read."
    if "error" in result:
        return f"That did not work: {result['error']}"
    rows = result.get("rows") or []
    if not rows:
        return "I found nothing of that kind."
    lines = [f"- {_row(row)}" for row in rows[:10]]
    more = [f"\n... and {len(rows) - 10} more."] if len(rows) > 10 else []
    return "\n".join([f"I found **{len(rows)}**:\n", *lines, *more])


def _row(row: dict[str, Any]) -> str:
    name = row.get("title") or row.get("name") or row.get("text") or row.get("id") or "?"
    rest = [str(row[key]) for key in ("company", "location", "status", "pay") if row.get(key)]
    return f"**{name}**" + (f" ({', '.join(rest)})" if rest else "")
