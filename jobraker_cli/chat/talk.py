"""A conversation that was opened: the person, their session, and what they can do with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobraker_cli.assistant.dialogue import Dialogue
from jobraker_cli.assistant.toolbox import Found
from jobraker_cli.chat.making import make_dialogue, model_of
from jobraker_cli.chat.opening import find_session, latest_session, log_in
from jobraker_cli.chat.terminal_text import fit
from jobraker_cli.errors import UsageError
from jobraker_cli.model import User
from jobraker_cli.store import chat as store
from jobraker_cli.store import notifications
from jobraker_cli.store.chat import ChatMessage, ChatSession
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App

if TYPE_CHECKING:
    from jobraker_cli.chat.repl import Repl
    from jobraker_cli.chat.start import Wish

_HISTORY = 200


@dataclass(slots=True, kw_only=True)
class Talk:
    """What the commands work with."""

    app: App
    user: User
    dialogue: Dialogue
    confirm: Callable[[str], bool]
    heard: set[str] = field(default_factory=set)  # the ids of what the person was told of
    _repl: "Repl | None" = field(default=None)

    @property
    def repl(self) -> "Repl":
        """Where it is shown."""
        assert self._repl is not None  # noqa: S101 - for the type checker
        return self._repl

    def adopt(self, repl: "Repl") -> None:
        """Be shown there."""
        self._repl = repl

    def questions(self) -> Sequence[str]:
        """What the person asked before, the newest first."""
        if not self.app.settings.chat_save:
            return ()
        with reading(self.app.engine) as connection:
            return [
                fit(text)
                for text in store.recent_questions(connection, self.user.id, limit=_HISTORY)
            ]

    def go_to(self, session: ChatSession | None) -> None:
        """Go on in another session, or in a new one."""
        self.dialogue = make_dialogue(
            self.app, self.user, self.dialogue.model, session=session, confirm=self.confirm
        )

    def sessions(self, limit: int) -> Sequence[ChatSession]:
        """The person's sessions, the one last written in first."""
        with reading(self.app.engine) as connection:
            return store.sessions(connection, self.user.id, limit=limit)

    def session(self, session_id: str) -> ChatSession:
        """One of the person's sessions."""
        return find_session(self.app, self.user, session_id)

    def here(self) -> tuple[ChatSession, Sequence[ChatMessage]]:
        """This session and its messages; UsageError while nothing was said in it."""
        session_id = self.dialogue.session_id
        if session_id is None or not self.app.settings.chat_save:
            raise UsageError("Nothing of this session is kept yet")
        with reading(self.app.engine) as connection:
            found = store.session(connection, self.user.id, session_id)
            if found is None:
                raise UsageError("This session was deleted meanwhile; begin another with /new")
            return found, store.messages(connection, self.user.id, session_id)

    def search(self, words: str) -> Sequence[tuple[ChatSession, ChatMessage]]:
        """The person's messages that hold the words."""
        with reading(self.app.engine) as connection:
            return store.search(connection, self.user.id, words, limit=20)

    def use(self, tool: str, values: Mapping[str, Any]) -> Found:
        """Use a tool as the assistant would."""
        return self.dialogue.toolbox.rows(tool, values)

    def news(self) -> Mapping[str, str]:
        """What the board told the person and they have not heard, by id, the oldest first.

        Compared by id, so that what commits late is told too.
        """
        with reading(self.app.engine) as connection:
            there = notifications.ids_of(connection, self.user.id)
            found = notifications.by_id(connection, there - self.heard)
        return {one.id: f"* {fit(one.title)}" for one in found}


def open_talk(app: App, wish: "Wish", *, confirm: Callable[[str], bool]) -> Talk:
    """Log in, find the session, and make the conversation."""
    user = log_in(app, wish.claim)
    session = None
    if wish.resume is not None:
        session = find_session(app, user, wish.resume)
    elif wish.go_on:
        session = latest_session(app, user)
    model = model_of(app.settings, demo=wish.demo)
    dialogue = make_dialogue(app, user, model, session=session, confirm=confirm)
    talk = Talk(app=app, user=user, dialogue=dialogue, confirm=confirm)
    with reading(app.engine) as connection:  # what was told before is no news
        talk.heard |= notifications.ids_of(connection, user.id)
    return talk
