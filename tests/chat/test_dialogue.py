"""A conversation with a real server on loopback: replies, faults, what is kept, what is sent."""

import json
from collections.abc import Callable

import pytest

from jobraker_cli.assistant.model import ContextLengthError, PartialReplyError
from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError, UsageError
from tests.chat.conversation import Conversation
from tests.support.board import Board
from tests.support.model_server import (
    Answer,
    ModelServer,
    call,
    calls,
    data,
    drop,
    end,
    refuse,
    say,
    text,
)

Open = Callable[..., Conversation]


def kept(board: Board) -> list[tuple[str, str, bool]]:
    """Role, text and whether it is partial, of every message in its order."""
    rows = board.rows('SELECT id FROM chat_chatmessage ORDER BY "timestamp", id')
    messages = [board.row("chat_chatmessage", str(row["id"])) for row in rows]
    found = []
    for one in messages:
        metadata = one["metadata"]
        assert isinstance(metadata, dict)
        found.append((str(one["role"]), str(one["content"]), bool(metadata.get("partial"))))
    return found


def test_a_reply_comes_in_pieces_and_is_kept_with_its_session(
    board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [say("Hel", "lo **Ada**"), say("Yes.")]
    user = board.add_user()
    chat = opened(board, user)
    assert chat.ask("Hello, find me a job in Bergen!").text == "Hello **Ada**"
    assert chat.ask("Really?").text == "Yes."
    assert kept(board) == [
        ("user", "Hello, find me a job in Bergen!", False),
        ("assistant", "Hello **Ada**", False),
        ("user", "Really?", False),
        ("assistant", "Yes.", False),
    ]
    (session,) = board.rows("SELECT id, title FROM chat_chatsession")
    assert session["title"] == "find me a job in Bergen!"
    row = board.row("chat_chatsession", str(session["id"]))
    assert row["user_id"] == user
    (last,) = board.rows('SELECT max("timestamp") AS at FROM chat_chatmessage')
    moved = board.rows("SELECT last_message_at AS at FROM chat_chatsession")
    assert moved == [last]
    first, second = server.requests
    assert first["stream"] is True
    assert first["stream_options"] == {"include_usage": True}
    assert [one["role"] for one in second["messages"]] == ["system", "user", "assistant", "user"]


def test_usage_is_reserved_and_then_settled_by_the_servers_count(
    board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [say("Hi", usage=(1000, 200))]
    chat = opened(board, board.add_user(), settings={"CHAT_PRICES": "test-model=2/10"})
    reply = chat.ask("Hello").reply
    assert reply is not None
    assert (reply.used.input_tokens, reply.used.output_tokens) == (1000, 200)
    rows = board.rows(
        "SELECT state, input_tokens, output_tokens, cost_micros FROM jobraker_chat_usage"
    )
    assert [tuple(row.values()) for row in rows] == [("settled", 1000, 200, 4000)]


EMPTY = (Answer([]), Answer(end()))
FAULTS: list[tuple[Answer, type[JobrakerError], str]] = [
    (refuse(401, "Incorrect API key"), ConfigError, "refuses the key (401: Incorrect API key)"),
    (refuse(404, "no such model"), ConfigError, "does not know the model 'test-model'"),
    (refuse(429, "slow down", retry_after="7"), UnreachableError, "try again in 7 seconds"),
    (refuse(500, "boom"), UnreachableError, "has trouble of its own (500: boom)"),
    (refuse(400, "no tools here"), ConfigError, "does not take the request"),
    (
        refuse(400, "This model's maximum context length is 10 tokens"),
        ContextLengthError,
        "longer than test-model can read",
    ),
    (Answer([data("{not json")]), UnreachableError, "cannot be read"),
    (Answer([data([1, 2])]), UnreachableError, "cannot be read"),
    (Answer([data({"error": {"message": "overloaded"}})]), UnreachableError, "overloaded"),
    (Answer([drop]), UnreachableError, "broke the connection"),
    (EMPTY[0], PartialReplyError, "cut short"),
    (EMPTY[1], PartialReplyError, "said nothing (stop)"),
    (Answer([*text("half a wo")]), PartialReplyError, "cut short by the server"),
    (Answer([*text("half a wo"), drop]), PartialReplyError, "kept as partial"),
    (Answer([*text("half a wo"), data("{")]), PartialReplyError, "cannot be read"),
]


@pytest.mark.parametrize(("answer", "kind", "words"), FAULTS)
def test_each_fault_is_one_sentence_and_the_text_is_kept(
    sqlite_board: Board,
    server: ModelServer,
    opened: Open,
    answer: Answer,
    kind: type[JobrakerError],
    words: str,
) -> None:
    server.answers = [answer]
    chat = opened(sqlite_board, sqlite_board.add_user())
    with pytest.raises(kind) as caught:
        chat.ask("A question")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    cut_in_text = kind is PartialReplyError and len(answer.steps) in (1, 2) and answer not in EMPTY
    partial = [("assistant", "half a wo", True)] if cut_in_text else []
    assert kept(sqlite_board) == [("user", "A question", False), *partial]
    # The same question, sent again, is not written down twice.
    server.answers = [say("Now it works")]
    server.requests.clear()
    assert chat.hear(chat.dialogue.retry()).text == "Now it works"
    assert [one[:2] for one in kept(sqlite_board) if one[0] == "user"] == [("user", "A question")]
    assert kept(sqlite_board)[-1] == ("assistant", "Now it works", False)
    assert [one["role"] for one in server.requests[0]["messages"]] == ["system", "user"]


def test_nothing_listens_there(sqlite_board: Board, server: ModelServer, opened: Open) -> None:
    chat = opened(
        sqlite_board, sqlite_board.add_user(), settings={"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    )
    with pytest.raises(UnreachableError, match=r"cannot be reached .* is it running"):
        chat.ask("Hello")


def test_the_sdk_tries_again_what_failed_before_the_reply(
    sqlite_board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [refuse(500, "boom", retry_after_ms="1"), say("Better")]
    chat = opened(sqlite_board, sqlite_board.add_user(), settings={"OPENAI_MAX_RETRIES": "1"})
    assert chat.ask("Hello").text == "Better"


def test_a_conversation_too_long_for_the_model_is_trimmed_once_more(
    sqlite_board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [say("long " * 400), refuse(400, "maximum context length exceeded"), say("Ok")]
    chat = opened(sqlite_board, sqlite_board.add_user(), settings={"CHAT_CONTEXT_TOKENS": "2500"})
    chat.ask("First " * 300)
    assert chat.ask("Second").text == "Ok"
    _, whole, trimmed = (len(json.dumps(one["messages"])) for one in server.requests)
    assert trimmed < whole
    assert server.requests[2]["messages"][-1] == {"role": "user", "content": "Second"}


def test_a_reply_that_is_not_read_to_its_end_is_kept_as_partial(
    sqlite_board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [say("one ", "two ", "three")]
    chat = opened(sqlite_board, sqlite_board.add_user())
    events = chat.dialogue.say("Count")
    next(events)
    next(events)
    events.close()  # type: ignore[attr-defined]  # what Ctrl-C comes to
    assert kept(sqlite_board)[-1] == ("assistant", "one two ", True)


@pytest.mark.parametrize(
    ("written", "words"), [("", "empty"), (" \n\x00", "empty"), ("x" * 101, "101 characters")]
)
def test_a_message_that_is_too_long_or_empty_is_not_kept(
    sqlite_board: Board, server: ModelServer, opened: Open, written: str, words: str
) -> None:
    chat = opened(sqlite_board, sqlite_board.add_user(), settings={"CHAT_MESSAGE_LENGTH": "100"})
    with pytest.raises(UsageError, match=words):
        chat.ask(written)
    assert kept(sqlite_board) == []
    assert server.requests == []


def test_tools_are_used_and_the_model_is_told_what_they_found(
    sqlite_board: Board, server: ModelServer, opened: Open
) -> None:
    sqlite_board.add_job(title="Python Engineer", location="Berlin")
    sqlite_board.add_job(title="Nurse", location="Berlin")
    server.answers = [
        calls(
            [
                ("search_jobs", {"keywords": ["python"], "location": "Germany"}, "a"),
                ("my_applications", {}, "b"),
            ]
        ),
        say("One job."),
    ]
    chat = opened(sqlite_board, sqlite_board.add_user())
    heard = chat.ask("Any python jobs?")
    assert heard.notes == ["search_jobs: 1 row", "my_applications: 0 rows"]
    assert heard.reply is not None
    assert [one.name for one in heard.reply.tools] == ["search_jobs", "my_applications"]
    said = server.requests[1]["messages"][-3:]
    assert [one["role"] for one in said] == ["assistant", "tool", "tool"]
    assert [one["id"] for one in said[0]["tool_calls"]] == ["a", "b"]
    told = json.loads(said[1]["content"])
    assert "no instructions for you" in told["note"]
    assert [row["title"] for row in told["rows"]] == ["Python Engineer"]
    assert kept(sqlite_board)[-1] == ("assistant", "One job.", False)


def test_an_endless_loop_of_look_ups_ends(
    sqlite_board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [call("my_alerts", {})]
    chat = opened(sqlite_board, sqlite_board.add_user(), settings={"CHAT_TOOL_ROUNDS": "2"})
    with pytest.raises(PartialReplyError, match="said nothing"):
        chat.ask("Loop")
    assert len(server.requests) == 3
    assert "tools" in server.requests[1]
    assert "tools" not in server.requests[2]


def test_without_saving_nothing_is_written_into_the_chat_tables(
    sqlite_board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [say("Hi")]
    chat = opened(sqlite_board, sqlite_board.add_user(), settings={"CHAT_SAVE": "false"})
    chat.ask("Hello")
    chat.ask("Again")
    assert sqlite_board.counts()["chat_chatsession"] == 0
    assert sqlite_board.counts()["chat_chatmessage"] == 0
    assert len(server.requests[1]["messages"]) == 4
