"""The conversation in a real terminal, with a server that streams: transcripts and keys."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.chat.terminal import Terminal
from tests.chat.test_dialogue import kept
from tests.support.board import Board
from tests.support.command import Command
from tests.support.model_server import Answer, ModelServer, call, end, say, text, wait_for

Start = Callable[..., Terminal]
MARKDOWN = """# Two jobs

I found **two** of them:

| title | place |
|---|---|
| Engineer | Berlin |

1. one
2. two

```python
print("hello")
```
Good luck."""


@pytest.fixture
def ada(sqlite_board: Board, jobraker: Command) -> str:
    """Give a user of a board that is ready."""
    user = sqlite_board.add_user(email="ada@example.org")
    jobraker("init")
    return user


@pytest.fixture
def start(jobraker: Command, server: ModelServer, ada: str) -> Iterator[Start]:
    """Give a way to start the chat as Ada, in a terminal of its own."""
    made: list[Terminal] = []

    def starting(*arguments: str, **options: str | None) -> Terminal:
        env = {**server.settings, "OPENAI_MAX_RETRIES": "0", **options}
        made.append(Terminal(jobraker, "--as", "ada@example.org", *arguments, env=env))
        return made[-1]

    yield starting
    for one in made:
        one.close()


def test_a_conversation_from_the_first_prompt_to_the_last(
    sqlite_board: Board, server: ModelServer, start: Start, ada: str
) -> None:
    job = sqlite_board.add_job(title="Python Engineer", company="Acme", location="Berlin")
    sqlite_board.add_alert(ada, name="Mine", keywords=["python"])
    sqlite_board.add_application(ada, job, status="under_review")
    letters = [MARKDOWN[at : at + 7] for at in range(0, len(MARKDOWN), 7)]
    server.answers = [
        call("search_jobs", {"keywords": ["python"]}),
        Answer([*text(*letters), *end()]),
        say("Second reply."),
    ]
    chat = start()
    assert "/help lists commands" in chat.prompt()
    chat.type("Any jobs?")
    shown = chat.prompt()
    assert "Assistant is typing ..." in shown
    assert "[search_jobs: 1 row]" in shown
    lines = [line.rstrip() for line in re.sub(r"Assistant is typing \.\.\.", "", shown).split("\n")]
    reply = lines[lines.index("[search_jobs: 1 row]") :]
    for expected in ("Two jobs", "I found two of them:", "Good luck."):
        assert sum(expected in line for line in reply) == 1, shown  # once: nothing is redrawn
    assert any(re.fullmatch(r" ?Engineer +Berlin", line) for line in reply), shown
    assert any(line.strip() == 'print("hello")' for line in reply), shown
    chat.type("/tokens")
    assert "Last reply: 20 in, 10 out" in chat.prompt()
    chat.type("/alerts")
    assert "Mine, daily, active, 1 open jobs match" in chat.prompt()
    chat.type("/apply-status")
    assert "Python Engineer, Acme, under review" in chat.prompt()
    chat.type("/jobs python in Germany")
    assert f"{job}  Python Engineer, Acme, Berlin" in chat.prompt()
    chat.type(f"/why {job}")
    assert "Mine: matches" in chat.prompt()
    chat.type("/title My search")
    assert "Title: My search" in chat.prompt()
    chat.type("/sessions")
    assert re.search(r"\* \w{8}  \S+ \S+ +2  My search", chat.prompt())
    chat.type("/export search.json")
    chat.prompt()
    chat.type("/export")
    assert "## You (" in chat.prompt()
    chat.type("/search luck")
    assert "Good luck." in chat.prompt()
    chat.type("/new")
    chat.prompt()
    chat.type("Second")
    assert "Second reply." in chat.prompt()
    (first,) = [
        str(row["id"])
        for row in sqlite_board.rows("SELECT id FROM chat_chatsession WHERE title = 'My search'")
    ]
    chat.type(f"/resume {first[:8]}")
    assert "Going on with My search" in chat.prompt()
    chat.type("/model")
    assert "test-model at http://127.0.0.1" in chat.prompt()
    chat.type("/helo")
    assert "did you mean /help?" in chat.prompt()
    chat.type("/help")
    assert "/apply-status" in chat.prompt()
    assert chat.leave() == 0


def test_ctrl_c_stops_a_reply_keeps_it_and_retry_asks_again(
    sqlite_board: Board, server: ModelServer, start: Start
) -> None:
    held = threading.Event()
    server.answers = [
        Answer([*text("First paragraph.\n\n", "Second "), wait_for(held), *end()]),
        say("Whole now."),
    ]
    chat = start()
    chat.prompt()
    chat.type("Talk")
    chat.until("First paragraph")
    chat.process.sendintr()
    assert "kept as partial" in chat.prompt()
    held.set()
    role, words, partial = kept(sqlite_board)[-1]
    assert (role, words.partition("\n")[0], partial) == ("assistant", "First paragraph.", True)
    chat.process.sendintr()  # at the prompt it clears the line
    assert "Ctrl-D or /quit" in chat.prompt()
    chat.type("/retry")
    assert "Whole now." in chat.prompt()
    assert [one[0] for one in kept(sqlite_board)] == ["user", "assistant", "assistant"]
    chat.type("/quit")
    chat.until(r"\n")


def test_hostile_text_split_over_chunks_never_reaches_the_terminal(
    server: ModelServer, start: Start
) -> None:
    hostile = (
        "\x1b]52;c;ZXZpbA==\x07 \x1b[2J \x9b2J \x1b]8;;https://evil\x1b\\link [/] [red]x[/red]"
    )
    server.answers = [Answer([*text(*hostile), *end()])]
    chat = start()
    chat.prompt()
    chat.type("Be evil")
    shown = chat.prompt()
    assert "]52;c;ZXZpbA==" in shown
    assert "[red]x[/red]" in shown
    for sequence in ("\x1b]", "\x1b[2J", "\x9b", "\x07"):
        assert sequence not in chat.raw


def test_a_paste_of_a_megabyte_is_refused_and_one_of_many_lines_is_one_message(
    sqlite_board: Board, server: ModelServer, start: Start
) -> None:
    server.answers = [say("Got it.")]
    chat = start()
    chat.prompt()
    chat.paste("x" * 1_000_000)
    assert "1,000,000 characters" in chat.until("it was not taken")
    chat.prompt()
    chat.paste("line one\nline two\n")
    chat.process.send("\x1b\rthree")  # Alt-Enter
    chat.type("")
    assert "Got it." in chat.until("Got it.")
    assert kept(sqlite_board)[0] == ("user", "line one\nline two\n\nthree", False)


def test_resizing_while_a_reply_comes_repeats_nothing(server: ModelServer, start: Start) -> None:
    held = threading.Event()
    words = "word " * 40
    server.answers = [
        Answer([*text(f"Alpha {words}\n\n"), wait_for(held), *text(f"Omega {words}"), *end()])
    ]
    chat = start()
    chat.prompt()
    chat.type("Talk")
    shown = chat.until("Alpha")
    chat.process.setwinsize(30, 40)
    held.set()
    shown += chat.prompt()
    assert (shown.count("Alpha"), shown.count("Omega"), shown.count("word")) == (1, 1, 80)
    omega = shown[shown.index("Omega") :].split("\n")
    assert max(len(line.rstrip()) for line in omega[:4]) <= 40


def test_plain_is_words_without_any_escape_sequence(server: ModelServer, start: Start) -> None:
    server.answers = [say("Plain **words**.")]
    chat = start("--plain")
    chat.until("You: ")
    chat.process.send("Hello \\\n")
    chat.until(r"\.\.\.  ")
    chat.process.send("there\n")
    assert "Assistant: Plain **words**." in chat.until("You: ")
    chat.process.send("/quit\n")
    chat.process.expect(r"$")
    assert "\x1b" not in chat.raw
    assert server.requests[0]["messages"][-1]["content"] == "Hello \nthere"


def test_who_is_not_known_is_told_so_while_the_prompt_waits(
    jobraker: Command, server: ModelServer, ada: str
) -> None:
    chat = Terminal(jobraker, "--as", "nobody@example.org", env=server.settings)
    chat.until("There is no active user with this address")
    chat.process.expect(r"\n")
    chat.process.wait()
    assert chat.process.exitstatus == 66


def test_an_alert_is_made_after_a_yes_in_the_terminal(
    sqlite_board: Board, server: ModelServer, start: Start
) -> None:
    server.answers = [
        call("create_alert", {"name": "Rust", "keywords": ["rust"]}),
        say("Done."),
    ]
    chat = start(CHAT_MAY_EDIT_ALERTS="true")
    chat.prompt()
    chat.type("Make me an alert")
    chat.until(r"\[y/N\]")
    chat.process.send("yes\n")
    assert "Done." in chat.prompt()
    assert sqlite_board.counts()["job_alerts"] == 1
