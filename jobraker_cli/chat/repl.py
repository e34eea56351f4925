"""The conversation in the terminal: ask, answer, commands, and what is new in between."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from jobraker_cli.chat import commands
from jobraker_cli.chat.line import Line, PlainLine, RichLine
from jobraker_cli.chat.screen import PlainScreen, RichScreen, Screen
from jobraker_cli.errors import JobrakerError

if TYPE_CHECKING:
    from jobraker_cli.assistant.dialogue import Event
    from jobraker_cli.chat.start import Wish
    from jobraker_cli.chat.talk import Talk
    from jobraker_cli.settings import Settings
    from jobraker_cli.tasks.app import App

_HINT = "Type a question; /help lists commands, Alt-Enter begins a new line, Ctrl-D ends."
_PLAIN_HINT = "Type a question; /help lists commands. A line that ends in \\ goes on. Ctrl-D ends."
_DEMO = "This is a scripted demo, no AI: a script in this program answers, with the real tools."


def talk(settings: "Settings", build: "Callable[[], App]", wish: "Wish") -> None:
    """Talk until the person leaves. What takes long to load is loaded while they type."""
    repl = Repl(settings, build, wish)
    repl.run()


class Repl:
    """One person at one terminal."""

    def __init__(self, settings: "Settings", build: "Callable[[], App]", wish: "Wish") -> None:
        self._settings = settings
        self._build = build
        self._wish = wish
        self._lock = Lock()
        self._talk: Talk | None = None
        self.plain = wish.plain or not _capable()
        self.screen: Screen
        self._line: Line
        self._dress()

    def run(self) -> None:
        """Ask and answer, until Ctrl-D or /quit."""
        self._greet()
        while True:
            try:
                text = self._line.ask()
            except KeyboardInterrupt:  # an empty line clears what was typed
                self.screen.note("(Ctrl-D or /quit ends the chat)")
                continue
            except EOFError:
                self.screen.note("")
                return
            try:
                if not self._heard(text):
                    return
            except Exception as error:  # a bug is raised again
                self.screen.note(str(_expected(error)))

    def toggle_plain(self) -> None:
        """Change between plain lines and the line editor."""
        self.plain = not self.plain
        self._dress()

    def confirm(self, question: str) -> bool:
        """Ask the person for a yes; anything else is a no."""
        self.screen.end()
        self.screen.note(f"{question} [y/N]")
        try:
            return sys.stdin.readline(200).strip().lower() in ("y", "yes")
        except KeyboardInterrupt:
            return False

    def show(self, events: "Iterator[Event]") -> None:
        """Show a reply as it comes. Ctrl-C stops it, and what came is kept as partial."""
        from jobraker_cli.assistant.dialogue import ToolUsed
        from jobraker_cli.assistant.model import Text

        self.screen.wait()
        try:
            for event in events:
                if isinstance(event, Text):
                    self.screen.reply(event.text)
                elif isinstance(event, ToolUsed):
                    self.screen.note(f"[{event.note}]")
                    self.screen.wait()
        except KeyboardInterrupt:
            self.screen.end()
            self.screen.note("(stopped; what came of the reply is kept as partial)")
        except Exception as error:  # a bug is raised again
            words = _expected(error)
            self.screen.end()
            self.screen.note(f"{words} (/retry sends it again)")
        finally:
            events.close()  # type: ignore[attr-defined]  # generators have it
            self.screen.end()

    def _heard(self, text: str) -> bool:
        """Do what was typed; False to leave."""
        text = text.strip()
        if not text:
            return True
        talk = self._open()
        if text.startswith("/"):
            going_on = commands.obey(talk, text)
        else:
            self.show(talk.dialogue.say(text))
            going_on = True
        self._tell(talk.news())
        return going_on

    def _news(self) -> Mapping[str, str]:
        """What the person has not heard; nothing before they are known or while it fails."""
        from sqlalchemy.exc import DBAPIError

        try:
            return {} if self._talk is None else self._talk.news()
        except (DBAPIError, JobrakerError):  # the next question says what is wrong
            return {}

    def _tell(self, news: Mapping[str, str]) -> None:
        for words in news.values():
            self.screen.note(words)
        self._open().heard.update(news)

    def _open(self) -> "Talk":
        """Log in, once; a second thread waits for the first."""
        with self._lock:
            if self._talk is None:
                from jobraker_cli.chat.talk import open_talk

                self._talk = open_talk(self._build(), self._wish, confirm=self.confirm)
                self._talk.adopt(self)
            return self._talk

    def _begun(self) -> None:
        """Log in, and load what the first question needs; runs while the person types."""
        self._open()
        if not self._wish.demo:
            from jobraker_cli.assistant.client import load_sdk

            load_sdk()

    def _dress(self) -> None:
        most = self._settings.chat_message_length
        if self.plain:
            self.screen = PlainScreen(sys.stdout)
            self._line = PlainLine(most, self._open)
            return
        self.screen = RichScreen(sys.stdout, colors=self._wish.colors)
        self._line = RichLine(
            most=most,
            commands=commands.completions,
            history=self._history,
            opened=self._begun,
            refuse=self.screen.note,
            news=self._news,
            tell=self._tell,
        )

    def _history(self) -> Iterable[str]:
        """What the person said before, the newest first; none before they are known."""
        try:
            return self._open().questions()
        except JobrakerError:  # the prompt ends with it
            return ()

    def _greet(self) -> None:
        if self._wish.demo:
            self.screen.note(_DEMO)
        if not self._wish.quiet:
            self.screen.note(_PLAIN_HINT if self.plain else _HINT)


def _expected(error: Exception) -> JobrakerError:
    """The sentence for a failure after which the chat goes on; a bug is raised again."""
    if isinstance(error, JobrakerError):
        return error
    from jobraker_cli.store.engine import translate

    known = translate(error)
    if known is None:
        raise error
    return known


def _capable() -> bool:
    import os

    return os.environ.get("TERM", "") not in ("", "dumb")  # noqa: TID251 - of the terminal
