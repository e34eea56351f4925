"""Where the person types: prompt_toolkit on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

PROMPT = "You: "
NEWS_SECONDS = 1.0
"""How often the person at a prompt is told what is new."""

_MORE = "...  "


class Line(Protocol):
    """Asks the person for a text."""

    def ask(self) -> str:
        """What was typed; EOFError for Ctrl-D, KeyboardInterrupt for Ctrl-C."""
        ...


class PlainLine:
    """Plain lines: a backslash at the end goes on in the next one."""

    def __init__(self, most: int, opened: Callable[[], object]) -> None:
        self._most = most
        self._opened = opened

    def ask(self) -> str:
        """Read lines until one does not end in a backslash; at most one character too many."""
        lines: list[str] = []
        prompt = PROMPT
        while True:
            sys.stdout.write(prompt)
            sys.stdout.flush()
            self._opened()  # the terminal keeps what is typed meanwhile
            line = sys.stdin.readline(self._most + 2)
            if not line:
                raise EOFError
            text = line.rstrip("\n")
            if not text.endswith("\\"):
                return "\n".join([*lines, text])
            lines.append(text[:-1])
            prompt = _MORE


class RichLine:
    """A line editor with history, completion of /commands, and several lines (Alt-Enter)."""

    def __init__(
        self,
        *,
        most: int,
        commands: Callable[[str], Iterable[tuple[str, str]]],
        history: Callable[[], Iterable[str]],
        opened: Callable[[], object],
        refuse: Callable[[str], None],
        news: Callable[[], Mapping[str, str]],
        tell: Callable[[Mapping[str, str]], None],
    ) -> None:
        """`opened` runs beside the first prompt; an exception of it ends the prompt and is raised.

        `commands` completes a text that begins with a slash; `history` is asked for, in a thread
        of its own, when a prompt begins. What `news` finds, asked in a thread, is told above it.
        """
        self._most = most
        self._opened: Callable[[], object] | None = opened
        self._refuse = refuse
        self._news = news
        self._tell = tell
        self._session = self._made(commands, history)

    def ask(self) -> str:
        """What was typed."""
        return self._session.prompt(pre_run=self._begin)

    def _begin(self) -> None:
        self._open()
        self._session.app.create_background_task(self._watch())

    async def _watch(self) -> None:
        """Tell the person what is new while they type or are away; ends with the prompt."""
        import asyncio

        from prompt_toolkit.application import run_in_terminal

        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(NEWS_SECONDS)
            found = await loop.run_in_executor(None, self._news)
            if found:
                await run_in_terminal(partial(self._tell, found))

    def _open(self) -> None:
        if self._opened is None:
            return
        app, opened = self._session.app, self._opened
        self._opened = None

        def work() -> None:
            try:
                opened()
            except BaseException as error:
                if app.loop is not None and app.is_running:
                    app.loop.call_soon_threadsafe(partial(_end, app, error))

        def begin(_: object) -> None:  # once the prompt is there to be typed at
            app.after_render -= begin
            Thread(target=work, daemon=True, name="opening").start()

        app.after_render += begin

    def _made(
        self,
        commands: Callable[[str], Iterable[tuple[str, str]]],
        history: Callable[[], Iterable[str]],
    ) -> "PromptSession[str]":
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import Completer, Completion
        from prompt_toolkit.history import History, ThreadedHistory
        from prompt_toolkit.output.vt100 import Vt100_Output

        output = Vt100_Output.from_pty(sys.stdout)
        output.enable_cpr = False  # some terminals never say where the cursor is, or too late

        class Commands(Completer):
            def get_completions(
                self, document: "Document", complete_event: "CompleteEvent"
            ) -> "Iterator[Completion]":
                text = document.text_before_cursor
                if text.startswith("/") and "\n" not in text:
                    word = text.rpartition(" ")[2]
                    for found, about in commands(text):
                        yield Completion(found, start_position=-len(word), display_meta=about)

        class Said(History):
            def load_history_strings(self) -> Iterable[str]:
                return history()

            def store_string(self, string: str) -> None:
                """The archive keeps what was said."""

        return PromptSession(
            PROMPT,
            completer=Commands(),
            complete_while_typing=True,
            history=ThreadedHistory(Said()),
            multiline=True,
            prompt_continuation=_MORE,
            key_bindings=self._keys(),
            enable_open_in_editor=False,
            enable_suspend=True,
            output=output,
            reserve_space_for_menu=5,
        )

    def _keys(self) -> "KeyBindings":
        from prompt_toolkit.key_binding import KeyBindings
        from prompt_toolkit.keys import Keys

        keys = KeyBindings()

        @keys.add("enter", eager=True)
        def _send(event: "KeyPressEvent") -> None:
            event.current_buffer.validate_and_handle()

        @keys.add("escape", "enter")
        @keys.add("c-j")
        def _new_line(event: "KeyPressEvent") -> None:
            self._insert(event, "\n")

        @keys.add(Keys.BracketedPaste)
        def _paste(event: "KeyPressEvent") -> None:
            text = event.data.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
            self._insert(event, text)

        @keys.add(Keys.Any)
        def _type(event: "KeyPressEvent") -> None:
            self._insert(event, event.data)

        return keys

    def _insert(self, event: "KeyPressEvent", text: str) -> None:
        """Insert what fits; what is too long is refused whole, before it slows anything down."""
        buffer = event.current_buffer
        if len(buffer.text) + len(text) <= self._most:
            buffer.insert_text(text)
        elif len(text) > 1:
            from prompt_toolkit.application import run_in_terminal

            run_in_terminal(
                lambda: self._refuse(
                    f"That text has {len(text):,} characters, a message may have {self._most:,}; "
                    "it was not taken."
                )
            )


def _end(app: Any, error: BaseException) -> None:
    if app.is_running and not app.is_done:
        app.exit(exception=error)
