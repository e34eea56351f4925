"""Chat sessions and messages in the web application's tables, each query within one user's rows.

Functions take an open connection and never commit. What belongs to somebody else is not found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from jobraker_cli.store.shared import chat_messages, chat_sessions
from jobraker_cli.store.types import comparable

TITLE_LENGTH = 255
_session, _message = chat_sessions.c, chat_messages.c
_ROLES = {"system": 0, "user": 1, "function": 2, "assistant": 3}
_TICK = timedelta(milliseconds=1)  # what SQLite's comparison of moments still tells apart


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSession:
    """A session of one user; `messages` is how many it holds."""

    id: str
    title: str
    created_at: datetime | None
    last_message_at: datetime | None
    messages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message; `role` is user, assistant, system or function."""

    id: str
    session_id: str
    role: str
    content: str
    at: datetime | None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def partial(self) -> bool:
        """Whether the reply was cut short."""
        return bool(self.metadata.get("partial"))


def sessions(connection: Connection, user_id: str, *, limit: int) -> Sequence[ChatSession]:
    """A user's sessions, the one last written in first."""
    found = _sessions(user_id).order_by(
        comparable(_session.last_message_at).desc(),
        comparable(_session.created_at).desc(),
        _session.id,
    )
    return [_chat_session(row) for row in connection.execute(found.limit(limit))]


def session(connection: Connection, user_id: str, session_id: str) -> ChatSession | None:
    """A user's session by its id; None for what does not exist or is not theirs."""
    row = connection.execute(_sessions(user_id).where(_session.id == session_id)).one_or_none()
    return None if row is None else _chat_session(row)


def create_session(connection: Connection, user_id: str, now: datetime) -> str:
    """Begin a session without a title; its id."""
    session_id = str(uuid4())
    connection.execute(
        insert(chat_sessions).values(
            id=session_id,
            user_id=user_id,
            title=None,
            created_at=now,
            updated_at=now,
            last_message_at=now,
        )
    )
    return session_id


def set_title(
    connection: Connection, user_id: str, session_id: str, title: str, now: datetime
) -> bool:
    """Name a user's session; False for what is not theirs."""
    own = _own(user_id, session_id)
    values = {"title": title[:TITLE_LENGTH], "updated_at": now}
    return connection.execute(update(chat_sessions).where(own).values(values)).rowcount == 1


def delete_session(connection: Connection, user_id: str, session_id: str) -> bool:
    """Delete a user's session with its messages; False for what is not theirs."""
    own = select(_session.id).where(_own(user_id, session_id))
    connection.execute(delete(chat_messages).where(_message.session_id.in_(own)))
    gone = connection.execute(delete(chat_sessions).where(_own(user_id, session_id)))
    return gone.rowcount == 1


def messages(
    connection: Connection, user_id: str, session_id: str, *, newest: int | None = None
) -> Sequence[ChatMessage]:
    """The messages of a user's session in their order, all or the newest ones.

    Of equal timestamps the question comes before its answer, then ids decide: the order is the
    same each time.
    """
    order = _order()
    found = _messages(user_id).where(_message.session_id == session_id)
    if newest is not None:
        last = found.order_by(*(one.desc() for one in order)).limit(newest)
        return [_chat_message(row) for row in connection.execute(last)][::-1]
    return [_chat_message(row) for row in connection.execute(found.order_by(*order))]


def recent_questions(connection: Connection, user_id: str, *, limit: int) -> Sequence[str]:
    """What the user wrote last, the newest first: the input's history."""
    found = _messages(user_id).where(_message.role == "user")
    found = found.order_by(*(one.desc() for one in _order())).limit(limit)
    return [row.content for row in connection.execute(found)]


def search(
    connection: Connection, user_id: str, words: str, *, limit: int
) -> Sequence[tuple[ChatSession, ChatMessage]]:
    """The user's messages that hold the words, or whose session's title does; newest first."""
    wanted = words.lower()
    holds = or_(
        func.lower(_message.content).contains(wanted, autoescape=True),
        func.lower(func.coalesce(_session.title, "")).contains(wanted, autoescape=True),
    )
    found = _messages(user_id).add_columns(
        _session.title, _session.created_at, _session.last_message_at
    )
    found = found.where(holds).order_by(*(one.desc() for one in _order())).limit(limit)
    return [
        (
            ChatSession(
                id=row.session_id,
                title=row.title or "",
                created_at=row.created_at,
                last_message_at=row.last_message_at,
            ),
            _chat_message(row),
        )
        for row in connection.execute(found)
    ]


def add_message(
    connection: Connection,
    user_id: str,
    session_id: str,
    *,
    role: str,
    content: str,
    metadata: Mapping[str, Any],
    now: datetime,
) -> str | None:
    """Append a message and move the session's `last_message_at`; None if it is not theirs.

    Its timestamp is later than that of every message before it, whatever the clock says.
    """
    newest = select(func.max(comparable(_message.timestamp))).where(
        _message.session_id == session_id
    )
    last: datetime | None = connection.execute(newest).scalar_one()
    at = now if last is None or last + _TICK <= now else last + _TICK
    moved = connection.execute(
        update(chat_sessions)
        .where(_own(user_id, session_id))
        .values(last_message_at=at, updated_at=now)
    )
    if moved.rowcount != 1:
        return None
    message_id = str(uuid4())
    connection.execute(
        insert(chat_messages).values(
            id=message_id,
            session_id=session_id,
            role=role,
            content=content.replace("\x00", ""),
            timestamp=at,
            metadata=dict(metadata),
        )
    )
    return message_id


def update_message(
    connection: Connection,
    user_id: str,
    message_id: str,
    *,
    content: str,
    metadata: Mapping[str, Any],
) -> bool:
    """Write what a reply says by now; False if the message is gone or not theirs."""
    own = select(_session.id).where(_session.user_id == user_id)
    changed = connection.execute(
        update(chat_messages)
        .where(_message.id == message_id, _message.session_id.in_(own))
        .values(content=content.replace("\x00", ""), metadata=dict(metadata))
    )
    return changed.rowcount == 1


def _own(user_id: str, session_id: str) -> ColumnElement[bool]:
    return and_(_session.user_id == user_id, _session.id == session_id)


def _sessions(user_id: str) -> Select[Any]:
    count = (
        select(func.count())
        .select_from(chat_messages)
        .where(_message.session_id == _session.id)
        .scalar_subquery()
    )
    columns: tuple[Column[Any], ...] = (
        _session.id,
        _session.title,
        _session.created_at,
        _session.last_message_at,
    )
    return select(*columns, count.label("messages")).where(_session.user_id == user_id)


def _messages(user_id: str) -> Select[Any]:
    return (
        select(
            _message.id,
            _message.session_id,
            _message.role,
            _message.content,
            _message.timestamp,
            _message.metadata.label("extra"),
        )
        .select_from(chat_messages.join(chat_sessions, _session.id == _message.session_id))
        .where(_session.user_id == user_id)
    )


def _order() -> tuple[ColumnElement[Any], ...]:
    return (
        comparable(_message.timestamp),
        case(_ROLES, value=_message.role, else_=len(_ROLES)),
        _message.id,
    )


def _chat_session(row: Any) -> ChatSession:
    return ChatSession(
        id=row.id,
        title=row.title or "",
        created_at=row.created_at,
        last_message_at=row.last_message_at,
        messages=row.messages,
    )


def _chat_message(row: Any) -> ChatMessage:
    return ChatMessage(
        id=row.id,
        session_id=row.session_id,
        role=row.role,
        content=row.content or "",
        at=row.timestamp,
        metadata=row.extra if isinstance(row.extra, dict) else {},
    )
