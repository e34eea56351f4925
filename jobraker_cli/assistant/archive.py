"""Where a conversation is kept: the web application's chat tables, or this process only.

Each function is a transaction of its own, so that what was said is there if the process dies.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Engine

from jobraker_cli.errors import NotFoundError
from jobraker_cli.store import chat
from jobraker_cli.store.chat import ChatMessage
from jobraker_cli.store.engine import reading

Clock = Callable[[], datetime]


class Archive(Protocol):
    """Keeps the messages of one user's sessions."""

    def begin(self) -> str:
        """Begin a session; its id."""
        ...

    def messages(self, session_id: str, newest: int | None = None) -> Sequence[ChatMessage]:
        """The messages of a session in order."""
        ...

    def add(self, session_id: str, role: str, content: str, metadata: Mapping[str, Any]) -> str:
        """Append a message; its id."""
        ...

    def revise(self, message_id: str, content: str, metadata: Mapping[str, Any]) -> None:
        """Write what a message says by now."""
        ...

    def name(self, session_id: str, title: str) -> None:
        """Give a session its title."""
        ...


class DatabaseArchive:
    """Sessions in chat_chatsession and chat_chatmessage, within one user's rows."""

    def __init__(self, engine: Engine, user_id: str, clock: Clock) -> None:
        self._engine = engine
        self._user = user_id
        self._clock = clock

    def begin(self) -> str:
        """Begin a session; its id."""
        with self._engine.begin() as connection:
            return chat.create_session(connection, self._user, self._clock())

    def messages(self, session_id: str, newest: int | None = None) -> Sequence[ChatMessage]:
        """The messages of a session in order."""
        with reading(self._engine) as connection:
            return chat.messages(connection, self._user, session_id, newest=newest)

    def add(self, session_id: str, role: str, content: str, metadata: Mapping[str, Any]) -> str:
        """Append a message; NotFoundError where the session was deleted meanwhile."""
        with self._engine.begin() as connection:
            message_id = chat.add_message(
                connection,
                self._user,
                session_id,
                role=role,
                content=content,
                metadata=metadata,
                now=self._clock(),
            )
        if message_id is None:
            raise NotFoundError("This session is not there any more; begin a new one with /new")
        return message_id

    def revise(self, message_id: str, content: str, metadata: Mapping[str, Any]) -> None:
        """Write what a message says by now; one that was deleted stays so."""
        with self._engine.begin() as connection:
            chat.update_message(
                connection, self._user, message_id, content=content, metadata=metadata
            )

    def name(self, session_id: str, title: str) -> None:
        """Give a session its title."""
        with self._engine.begin() as connection:
            chat.set_title(connection, self._user, session_id, title, self._clock())


class MemoryArchive:
    """Sessions that end with the process: CHAT_SAVE=false."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._messages: dict[str, ChatMessage] = {}

    def begin(self) -> str:
        """Begin a session; its id."""
        return str(uuid4())

    def messages(self, session_id: str, newest: int | None = None) -> Sequence[ChatMessage]:
        """The messages of a session in order."""
        found = [one for one in self._messages.values() if one.session_id == session_id]
        return found if newest is None else found[-newest:]

    def add(self, session_id: str, role: str, content: str, metadata: Mapping[str, Any]) -> str:
        """Append a message; its id."""
        made = ChatMessage(
            id=str(uuid4()),
            session_id=session_id,
            role=role,
            content=content,
            at=self._clock(),
            metadata=metadata,
        )
        self._messages[made.id] = made
        return made.id

    def revise(self, message_id: str, content: str, metadata: Mapping[str, Any]) -> None:
        """Write what a message says by now."""
        was = self._messages[message_id]
        self._messages[message_id] = ChatMessage(
            id=was.id,
            session_id=was.session_id,
            role=was.role,
            content=content,
            at=was.at,
            metadata=metadata,
        )

    def name(self, session_id: str, title: str) -> None:
        """Titles are of no use here."""
