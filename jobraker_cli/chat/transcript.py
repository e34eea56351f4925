"""A session as a file: Markdown for people, JSON for programs."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobraker_cli.chat.terminal_text import fit
from jobraker_cli.errors import UsageError
from jobraker_cli.store.chat import ChatMessage, ChatSession

_NAMES = {"user": "You", "assistant": "Assistant", "system": "System", "function": "Tool"}


def as_markdown(session: ChatSession, messages: Sequence[ChatMessage]) -> str:
    """The session as Markdown, fit for a terminal too."""
    lines = [f"# {fit(session.title or 'Untitled').splitlines()[0]}", ""]
    for one in messages:
        when = "" if one.at is None else f" ({one.at:%Y-%m-%d %H:%M} UTC)"
        name = _NAMES.get(one.role, fit(one.role).replace("\n", " "))
        lines += [f"## {name}{when}", "", fit(one.content).strip(), ""]
        if one.partial:
            lines += ["*(cut short)*", ""]
    return "\n".join(lines)


def as_record(session: ChatSession, messages: Sequence[ChatMessage]) -> dict[str, Any]:
    """The session as plain values."""
    return session_row(session) | {"messages": [message_row(one) for one in messages]}


def session_row(session: ChatSession) -> dict[str, Any]:
    """A session without its messages, but for their number (`count`)."""
    return {
        "id": session.id,
        "title": session.title or None,
        "created_at": _iso(session.created_at),
        "last_message_at": _iso(session.last_message_at),
        "count": session.messages,
    }


def message_row(one: ChatMessage) -> dict[str, Any]:
    """One message."""
    return {
        "id": one.id,
        "role": one.role,
        "content": one.content,
        "at": _iso(one.at),
        "partial": one.partial,
        "metadata": dict(one.metadata),
    }


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def write_file(path: Path, session: ChatSession, messages: Sequence[ChatMessage]) -> None:
    """Write a session to a file that only its owner may read, in the form that its name says."""
    if path.suffix.lower() not in (".md", ".json"):
        raise UsageError(f"{path.name} ends neither in .md nor in .json; choose one of them")
    record = as_record(session, messages)
    text = (
        json.dumps(record, indent=2, ensure_ascii=True)
        if path.suffix.lower() == ".json"
        else as_markdown(session, messages)
    )
    with open(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text + "\n")
