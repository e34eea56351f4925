"""Sessions and messages as rows that the web application shares."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobraker_cli.assistant import login
from jobraker_cli.assistant.titles import title_of
from jobraker_cli.mail import tokens
from jobraker_cli.mail.brand import SigningKey
from jobraker_cli.settings import load
from jobraker_cli.store import chat as store
from jobraker_cli.store import users
from jobraker_cli.store.engine import connect, reading
from tests.support.board import Board

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = SigningKey(id="k", secret=b"secret")


def engine_of(board: Board):  # type: ignore[no-untyped-def]  # an Engine
    url = load(flags={"DATABASE_URL": board.url}, environ={}, directory=Path("/nowhere"))
    return connect(url.settings.database_url)


def test_equal_timestamps_have_a_stable_order_with_the_question_first(board: Board) -> None:
    user = board.add_user()
    session = board.add("chat_chatsession", user_id=user)
    for role in ("assistant", "user", "system", "function", "other"):
        board.add("chat_chatmessage", session_id=session, role=role, content=role, timestamp=NOW)
    before = NOW - timedelta(seconds=1)
    board.add("chat_chatmessage", session_id=session, content="first", timestamp=before)
    with reading(engine_of(board)) as connection:
        said = [one.content for one in store.messages(connection, user, session)]
        assert said == ["first", "system", "user", "function", "assistant", "other"]
        newest = store.messages(connection, user, session, newest=2)
        assert [one.content for one in newest] == ["assistant", "other"]


def test_what_is_added_comes_last_whatever_the_clock_says(board: Board) -> None:
    user = board.add_user()
    engine = engine_of(board)
    with engine.begin() as connection:
        session = store.create_session(connection, user, NOW)
        for number in range(5):
            store.add_message(
                connection, user, session, role=("user", "assistant")[number % 2],
                content=f"{number}\x00", metadata={"n": number}, now=NOW - timedelta(number),
            )  # fmt: skip
    with reading(engine) as connection:
        said = store.messages(connection, user, session)
        assert [one.content for one in said] == list("01234")
        assert said[4].metadata == {"n": 4}
        (found,) = store.sessions(connection, user, limit=5)
        assert found.messages == 5
        assert found.last_message_at == said[4].at


def test_the_session_written_last_comes_first_and_a_search_finds_words_and_titles(
    board: Board,
) -> None:
    user = board.add_user()
    old = board.add("chat_chatsession", user_id=user, title="100%_", last_message_at=NOW)
    new = board.add("chat_chatsession", user_id=user, title="B", last_message_at=NOW + timedelta(1))
    board.add("chat_chatmessage", session_id=old, content="Python, please", metadata=None)
    board.add("chat_chatmessage", session_id=new, content="Rust")
    engine = engine_of(board)
    with reading(engine) as connection:
        assert [one.id for one in store.sessions(connection, user, limit=5)] == [new, old]

        def found(words: str) -> list[str]:
            return [one.content for _, one in store.search(connection, user, words, limit=9)]

        assert found("PYTHON") == ["Python, please"]
        assert found("100%_") == ["Python, please"]
        assert found("%") == ["Python, please"]
        assert found("R_st") == []
    with engine.begin() as connection:
        assert store.delete_session(connection, user, old)
    assert board.counts()["chat_chatmessage"] == 1


def test_a_user_is_found_by_address_exactly_or_where_only_one_has_it(board: Board) -> None:
    bob = board.add_user(email="Bob@x.example")
    board.add_user(email="ADA@x.example")
    small = board.add_user(email="bob@x.example")
    board.add_user(email="gone@x.example", is_active=False)
    with reading(engine_of(board)) as connection:

        def found(email: str) -> str | None:
            user = users.by_email(connection, email)
            return None if user is None else user.id

        assert found("Bob@x.example") == bob
        assert found("bob@x.example") == small
        assert found("BOB@x.example") is None
        assert found("ada@X.example") is not None
        assert found("gone@x.example") is None
        assert users.by_id(connection, bob) is not None


def test_a_token_is_good_for_its_user_until_it_expires() -> None:
    token = login.sign(KEY, "user-1", NOW + timedelta(days=1))
    assert login.verify([KEY], token, NOW) == "user-1"
    assert login.verify([KEY], token, NOW + timedelta(days=1)) is None
    other = SigningKey(id="k", secret=b"other")
    body, _, seal = token.partition(".")
    forged = login.sign(KEY, "user-2", NOW + timedelta(days=1)).partition(".")[0]
    unsubscribe = tokens.sign(KEY, "user-1", "all", NOW)
    wrong = [token[:-1], token + "=", f"{forged}.{seal}", body, "", ".", unsubscribe, "é.é"]
    for one in wrong:
        assert login.verify([KEY], one, NOW) is None, one
    assert login.verify([other], token, NOW) is None
    assert login.verify([], token, NOW) is None
    assert tokens.verify([KEY], token, NOW) is None
    with pytest.raises(ValueError, match="letters"):
        login.sign(KEY, "a.b", NOW)


@pytest.mark.parametrize(
    ("question", "reply", "title"),
    [
        ("Find me a job", "Sure", "Find me a job"),
        ("Hi!\n", "**Hello** there", "Hello there"),
        ("hello, what is new?", "", "what is new?"),
        ("# " + "word " * 30, "", "word word word word word word word word word word word…"),
        ("x" * 90, "", "x" * 59 + "…"),
        ("?", "", "Chat"),
    ],
)
def test_a_title_is_made_from_the_first_exchange(question: str, reply: str, title: str) -> None:
    assert title_of(question, reply) == title
