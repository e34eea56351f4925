"""A conversation in this process: a real board, the SDK, and a scripted server on loopback."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobraker_cli import wiring
from jobraker_cli.assistant.client import OpenAIModel
from jobraker_cli.assistant.dialogue import Dialogue, Event, Reply, ToolUsed
from jobraker_cli.assistant.model import Text
from jobraker_cli.chat.making import make_dialogue
from jobraker_cli.settings import load
from jobraker_cli.store import users
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.baseline import initialize
from tests.support.board import Board
from tests.support.model_server import ModelServer


@dataclass(slots=True, kw_only=True)
class Heard:
    """What came of a question."""

    text: str = ""
    notes: list[str] = field(default_factory=list)
    reply: Reply | None = None


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A person's conversation with the scripted server."""

    app: App
    dialogue: Dialogue
    model: OpenAIModel

    def ask(self, text: str) -> Heard:
        return self.hear(self.dialogue.say(text))

    def hear(self, events: Any) -> Heard:
        heard = Heard()
        for event in events:
            self._take(heard, event)
        return heard

    def _take(self, heard: Heard, event: Event) -> None:
        if isinstance(event, Text):
            heard.text += event.text
        elif isinstance(event, ToolUsed):
            heard.notes.append(event.note)
        else:
            heard.reply = event


Opening = Callable[..., Conversation]


def converse(
    board: Board,
    server: ModelServer,
    user_id: str,
    *,
    settings: Mapping[str, str] | None = None,
    confirm: Callable[[str], bool] = lambda _: False,
    session_id: str | None = None,
) -> Conversation:
    """Open the conversation of a user, on a board that is ready for it."""
    environ = {name: str(value) for name, value in server.settings.items()}
    environ |= {"OPENAI_MAX_RETRIES": "0", "DATABASE_URL": board.url, **(settings or {})}
    loaded = load(flags={}, environ=environ, directory=Path("/nonexistent"))
    app = wiring.build(loaded.settings)
    if "jobraker_key" not in board.tables():
        initialize(app, since=None)
    with reading(app.engine) as connection:
        user = users.by_id(connection, user_id)
    assert user is not None
    model = OpenAIModel(loaded.settings)
    dialogue = make_dialogue(app, user, model, session=None, confirm=confirm)
    dialogue.session_id = session_id
    return Conversation(app=app, dialogue=dialogue, model=model)
