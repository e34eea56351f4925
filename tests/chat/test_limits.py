"""Limits hold over processes, are reserved before the call, and say when it is possible again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobraker_cli.assistant.context import fitting, newest, size_of, tokens_of
from jobraker_cli.assistant.limits import cost_micros, day_of
from jobraker_cli.assistant.model import LimitError, Turn
from jobraker_cli.settings import load
from tests.chat.conversation import Conversation
from tests.support.board import Board
from tests.support.model_server import ModelServer, say

Open = Callable[..., Conversation]


def test_messages_a_minute_are_limited(board: Board, server: ModelServer, opened: Open) -> None:
    server.answers = [say("Hi")]
    user, other = board.add_user(), board.add_user()
    settings = {"CHAT_MESSAGES_PER_MINUTE": "2"}
    first, second = (opened(board, user, settings=settings) for _ in range(2))
    first.ask("One")
    second.ask("Two")
    with pytest.raises(LimitError, match=r"2 messages within a minute.* in \d+ seconds"):
        first.ask("Three")
    assert board.counts()["chat_chatmessage"] == 4
    opened(board, other, settings=settings).ask("Another person")


def test_tokens_a_day_are_reserved_before_the_call(
    board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [say("Hi", usage=(900, 50))]
    settings = {"CHAT_TOKENS_PER_DAY": "6000", "CHAT_REPLY_TOKENS": "1000"}
    chat = opened(board, board.add_user(), settings=settings)
    chat.ask("One")
    while True:
        used = chat.dialogue.meter.used_today(chat.app.clock()).tokens
        try:
            chat.ask("More")
        except LimitError as error:
            assert "it is possible again at" in str(error)  # noqa: PT017 - the loop needs it
            break
        assert used < 6000
    assert used > 3000
    assert len(server.requests) == used // 950


def test_programs_side_by_side_keep_to_one_limit(
    board: Board, server: ModelServer, opened: Open
) -> None:
    user = board.add_user()
    settings = {"CHAT_TOKENS_PER_DAY": "10000", "CHAT_REPLY_TOKENS": "1000"}
    meters = [opened(board, user, settings=settings).dialogue.meter for _ in range(4)]
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def reserve(number: int) -> bool:
        try:
            meters[number % 4].reserve(now, session_id=None, round_number=1, input_tokens=1000)
        except LimitError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(reserve, range(12))) == 5


def test_cost_is_limited_by_the_table_of_prices(
    sqlite_board: Board, server: ModelServer, opened: Open
) -> None:
    server.answers = [say("Hi", usage=(1000, 1000))]
    settings = {"CHAT_COST_PER_DAY": "0.05", "CHAT_PRICES": "test-model=1/20"}
    chat = opened(sqlite_board, sqlite_board.add_user(), settings=settings)
    chat.ask("One")
    with pytest.raises(LimitError, match=r"\$0.05 are nearly used up \(\$0.0210 used"):
        chat.ask("Two")


def test_prices_by_model_and_for_any_other() -> None:
    given = {"CHAT_PRICES": "a=0.15/0.60, *=1/2"}
    settings = load(flags={}, environ=given).settings
    assert cost_micros(settings, "a", 1_000_000, 1_000_000) == 750_000
    assert cost_micros(settings, "b", 10, 10) == 30
    assert cost_micros(load(flags={}, environ={}).settings, "b", 10, 10) == 0


def test_a_day_is_one_of_the_calendar_also_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begin, end = day_of(datetime(2026, 10, 25, 12, tzinfo=UTC), berlin)
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=25)


def test_the_newest_turns_that_fit_go_to_the_model() -> None:
    said = [
        Turn(role=("user", "assistant")[number % 2], content=f"{number} " * 20)
        for number in range(10)
    ]
    kept = newest(said, size_of(said[-5:]))
    assert kept == said[-4:]  # the fifth is a reply without its question
    assert newest(said, 10_000) == said
    assert newest(said, 0) == []
    system, question = Turn(role="system", content="s"), Turn(role="user", content="q" * 9000)
    assert fitting(system, said, [question], 100) == [system, question]
    result = Turn(role="tool", content="r" * 9000, call_id="1")
    cut = fitting(system, said, [Turn(role="user", content="q"), result], 300)
    assert tokens_of(cut[-1].content) < 300
    assert cut[-1].content.endswith("[cut]")
