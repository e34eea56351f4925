"""The chat's commands as processes: one shot, sessions, who may, and exit codes."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pexpect
import pytest

from tests.chat.terminal import Terminal
from tests.chat.test_dialogue import kept
from tests.support.board import Board
from tests.support.command import Command
from tests.support.model_server import Answer, ModelServer, call, end, say, text, wait_for

ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def board_of_two(sqlite_board: Board, jobraker: Command) -> Board:
    """Give a board that is ready, with Ada and Bob."""
    sqlite_board.add_user(email=ADA)
    sqlite_board.add_user(email=BOB)
    jobraker("init")
    return sqlite_board


def test_one_shot_prints_the_reply_and_json_has_all_of_it(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    server.answers = [say("Two ", "\x1b[2Jwords"), call("my_alerts", {}), say("None.")]
    env = {**server.settings, "CHAT_PRICES": "*=1/1"}
    done = jobraker("chat", "--as", ADA, "-p", "Hello", env=env)
    assert (done.stdout, done.stderr) == ("Two [2Jwords\n", "")
    done = jobraker("chat", "--as", ADA, "-c", "-p", "My alerts?", "--json", env=env)
    (session,) = {str(row["id"]) for row in board_of_two.rows("SELECT id FROM chat_chatsession")}
    assert done.json == {
        "session": done.json["session"],
        "reply": "None.",
        "partial": False,
        "model": "test-model",
        "usage": {"input_tokens": 20, "output_tokens": 10, "cost": 0.00003},
        "tools": [{"name": "my_alerts", "arguments": {}, "rows": 0}],
    }
    assert done.json["session"].replace("-", "") == session
    roles = [one["role"] for one in server.requests[1]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


def test_what_is_piped_in_comes_after_the_prompt(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    server.answers = [say("Short.")]
    jobraker("chat", "--as", ADA, "-p", "Shorten:", input="A letter.\n", env=server.settings)
    assert server.requests[0]["messages"][-1]["content"] == "Shorten:\n\nA letter."
    too_long = jobraker("chat", "--as", ADA, input="x" * 30_000, env=server.settings, check=2)
    assert "20,000 are allowed" in too_long.stderr


def test_a_reply_cut_short_is_printed_kept_and_exits_3(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    server.answers = [Answer(text("half a wo"))]
    env = server.settings
    done = jobraker("chat", "--as", ADA, "-p", "Hello", env=env, check=3)
    assert done.stdout == "half a wo\n"
    assert "cut short" in done.stderr
    done = jobraker("chat", "--as", ADA, "-p", "Hello", "--json", env=env, check=3)
    assert (done.json["reply"], done.json["partial"]) == ("half a wo", True)
    assert [one[2] for one in kept(board_of_two)] == [False, True, False, True]


def test_exit_codes_name_what_is_wrong(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    def said(code: int, *arguments: str, **env: str | None) -> str:
        given = {**server.settings, "OPENAI_MAX_RETRIES": "0", **env}
        done = jobraker("chat", *arguments, env=given, check=code)
        (line,) = done.stderr.splitlines()
        assert done.stdout == ""
        return line

    me = ("--as", ADA, "-p", "Hello")
    nothing: dict[str, str | None] = {"OPENAI_API_KEY": None, "OPENAI_BASE_URL": None}
    assert "jobraker chat --demo" in said(78, *me, **nothing)
    assert "cannot be reached" in said(69, *me, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert "no active user" in said(66, "--as", "eve@example.org", "-p", "Hello")
    assert "There is no session" in said(66, *me, "-r", "7d4c6d0e")
    assert "Say who you are" in said(2, "-p", "Hello")
    assert "give one of them" in said(2, *me, "-c", "-r", "7d4c6d0e")
    assert "nothing to ask" in said(2, "--as", ADA)
    assert "--as is refused" in said(78, *me, CHAT_REQUIRE_TOKEN="true")
    assert "not valid" in said(78, "-p", "Hello", JOBRAKER_CHAT_TOKEN="a.b")
    assert server.requests == []


def test_a_token_lets_in_and_each_login_is_written_down(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    token = jobraker("chat", "token", ADA, "--json").json["token"]
    env: dict[str, str | None] = {"JOBRAKER_CHAT_TOKEN": token, "CHAT_REQUIRE_TOKEN": "true"}
    done = jobraker("chat", "--demo", "-p", "Hello", env=env)
    assert "Scripted demo, no AI" in done.stdout
    (session,) = jobraker("chat", "list", "--json", env=env).json
    jobraker("chat", "list", "--as", BOB, env=env, check=78)
    assert jobraker("chat", "list", "--as", BOB, "--json").json == []
    for command in (("show",), ("export",), ("delete",)):
        done = jobraker("chat", *command, session["id"], "--as", BOB, check=66)
        assert "There is no session" in done.stderr
    logins = board_of_two.rows(
        "SELECT method, command, email FROM jobraker_chat_login l JOIN users u ON u.id = l.user_id"
    )
    assert sorted(tuple(row.values()) for row in logins) == [
        ("as", "chat delete", BOB),
        ("as", "chat export", BOB),
        ("as", "chat list", BOB),
        ("as", "chat show", BOB),
        ("token", "chat", ADA),
        ("token", "chat list", ADA),
    ]


def test_sessions_are_listed_shown_searched_exported_and_deleted(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    server.answers = [say("Nurses are wanted in \x1b[2JBergen.")]
    jobraker("chat", "--as", ADA, "-p", "Hi, where are nurses wanted?", env=server.settings)

    def ada(*arguments: str) -> Any:
        return jobraker("chat", *arguments, "--as", ADA)

    (row,) = ada("list", "--json").json
    assert (row["title"], row["count"]) == ("where are nurses wanted?", 2)
    shown = ada("show", row["id"][:8]).stdout
    assert shown.startswith("# where are nurses wanted?\n\n## You (")
    assert "Nurses are wanted in [2JBergen." in shown
    assert [one["role"] for one in ada("search", "BERGEN", "--json").json] == ["assistant"]
    assert ada("search", "100%", "--json").json == []
    ada("export", row["id"], "--to", "talk.json")
    ada("export", row["id"], "--to", "talk.md")
    exported = json.loads((jobraker.cwd / "talk.json").read_text("utf-8"))
    assert [one["content"][:6] for one in exported["messages"]] == ["Hi, wh", "Nurses"]
    assert (jobraker.cwd / "talk.md").read_text("utf-8").strip() == shown.strip()
    assert (jobraker.cwd / "talk.md").stat().st_mode & 0o077 == 0
    ada("delete", row["id"])
    assert ada("list", "--json").json == []
    assert board_of_two.counts()["chat_chatmessage"] == 0


def test_a_kill_in_the_middle_of_a_reply_leaves_it_marked_partial(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    held = threading.Event()
    server.answers = [Answer([*text("It begins "), wait_for(held), *end()])]
    process = jobraker.start("chat", "--as", ADA, "-p", "Hello", env=server.settings)
    deadline = time.monotonic() + 30
    while len(kept(board_of_two)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    held.set()
    assert kept(board_of_two)[-1] == ("assistant", "It begins ", True)


def test_what_is_new_is_told_between_turns(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    (ada,) = [
        str(row["id"]) for row in board_of_two.rows("SELECT id FROM users WHERE email = :a", a=ADA)
    ]
    notify = _notifier(board_of_two)
    notify(ada, "Old news")
    server.answers = [say("One."), say("Two.")]
    chat = Terminal(jobraker, "--as", ADA, env=server.settings)
    try:
        chat.prompt()
        chat.type("First")
        assert "Old news" not in chat.prompt()
        notify(ada, "Your application at Acme\x1b[2J moved to Interview scheduled")
        chat.type("Second")
        shown = chat.prompt()
        assert "* Your application at Acme[2J moved to Interview scheduled" in shown
        chat.type("/help")
        assert "Acme" not in chat.prompt()
    finally:
        chat.close()


def test_what_is_new_is_told_above_a_prompt_that_waits_and_what_was_typed_stays(
    board_of_two: Board, jobraker: Command, server: ModelServer
) -> None:
    ada = str(board_of_two.rows("SELECT id FROM users WHERE email = :a", a=ADA)[0]["id"])
    server.answers = [say("One."), say("Two.")]
    chat = Terminal(jobraker, "--as", ADA, env=server.settings)
    try:
        chat.prompt()
        chat.type("First")
        chat.prompt()
        chat.process.send("Half a que")
        _notifier(board_of_two)(ada, "Moved to\x1b[2J Interview scheduled")
        assert "* Moved to[2J Interview scheduled" in chat.until("scheduled.*?You: .*?Half a que")
        chat.type("stion")
        assert "Interview" not in chat.prompt()
        assert server.requests[-1]["messages"][-1]["content"] == "Half a question"
    finally:
        chat.close()


def _notifier(board: Board) -> Callable[[str, str], None]:
    numbers = iter(range(1, 100))

    def notify(user: str, title: str) -> None:
        board.execute(
            "INSERT INTO jobraker_notification (id, user_id, kind, title, link, created_at)"
            " VALUES (:id, :user, 'status_update', :title, '', CURRENT_TIMESTAMP)",
            id=f"{next(numbers):032x}",
            user=user,
            title=title,
        )

    return notify


def test_the_demo_says_that_it_is_one_and_uses_the_real_tools(
    board_of_two: Board, jobraker: Command
) -> None:
    board_of_two.add_job(title="Python Engineer", location="Berlin")
    done = jobraker("chat", "--demo", "--as", ADA, "-p", "find python jobs in Germany")
    assert done.stdout.startswith("*(Scripted demo, no AI")
    assert "**Python Engineer**" in done.stdout
    for question, words in (
        ("how are my applications?", "found nothing"),
        ("which alerts do I have?", "found nothing"),
        ("what do you recommend?", "found nothing"),
        ("any news?", "found nothing"),
        ("hello", "This is what a conversation looks like"),
    ):
        assert words in jobraker("chat", "--demo", "--as", ADA, "-p", question).stdout


def test_tool_calls_are_told_on_a_terminal_also_in_one_shot(
    board_of_two: Board, jobraker: Command
) -> None:
    process = pexpect.spawn(
        sys.executable,
        ["-m", "jobraker_cli", "chat", "--demo", "--as", ADA, "-p", "my alerts?"],
        cwd=str(jobraker.cwd),
        env=jobraker.environment({"PYTHONWARNINGS": "default"}),
        encoding="utf-8",
        timeout=30,
    )
    process.expect(r"\[my_alerts: 0 rows\]")
    process.expect("found nothing")
    process.close(force=True)
