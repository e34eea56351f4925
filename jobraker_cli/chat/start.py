"""Starting the chat: one shot or a conversation, for whom, in which session, with which model."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobraker_cli.errors import JobrakerError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.settings import Settings
    from jobraker_cli.tasks.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who somebody says they are: `email` by --as, else the token of the settings."""

    email: str | None
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    claim: Claim
    go_on: bool
    resume: str | None
    prompt: str | None
    plain: bool
    demo: bool
    json: bool
    colors: bool
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A reply as data, and why it was cut short."""

    data: dict[str, Any]
    failure: JobrakerError | None


def start(settings: "Settings", build: "Callable[[], App]", wish: Wish) -> Record | None:
    """Chat as wished; a Record where data is wanted, which the caller prints."""
    if not wish.demo:
        from jobraker_cli.assistant.client import require_settings

        require_settings(settings)
    one_shot = wish.prompt is not None or not (sys.stdin.isatty() and sys.stdout.isatty())
    if one_shot or wish.json:
        return _once(settings, build, wish)
    from jobraker_cli.chat.repl import talk

    talk(settings, build, wish)
    return None


def _once(settings: "Settings", build: "Callable[[], App]", wish: Wish) -> Record | None:
    from jobraker_cli.chat.one_shot import OneShot, read_piped
    from jobraker_cli.chat.talk import open_talk

    piped = read_piped(settings.chat_message_length)
    text = "\n\n".join(part for part in (wish.prompt or "", piped) if part.strip())
    if not text:
        raise UsageError("There is nothing to ask: give -p TEXT, pipe a text in, or use a terminal")
    dialogue = open_talk(build(), wish, confirm=lambda _: False).dialogue
    notes = sys.stderr if sys.stderr.isatty() and not wish.quiet else None
    shot = OneShot(dialogue=dialogue, out=sys.stdout, notes=notes)
    if wish.json:
        data, failure = shot.record(text)
        return Record(data=data, failure=failure)
    shot.print_reply(text)
    return None
