"""`jobraker chat` and `jobraker chat list|show|search|export|delete|token`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Group
from jobraker_cli.cli.output import show_json, show_record, show_rows
from jobraker_cli.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.chat.start import Claim
    from jobraker_cli.model import User
    from jobraker_cli.store.chat import ChatMessage, ChatSession
    from jobraker_cli.tasks.app import App

_LIMIT = click.IntRange(min=1, max=MOST)
_AS = click.option("--as", "email", metavar="EMAIL", help="Whose chat; recorded in the ledger.")
_CHAT = (
    "\b\nExamples:\n"
    "  jobraker chat --demo --as ada@example.org    try it without a model server\n"
    "  jobraker chat --as ada@example.org           talk; /help says what else there is\n"
    "  jobraker chat -c                             go on with the last session\n"
    '  jobraker chat -p "Which of my applications are open?" --json\n'
    '  cat letter.txt | jobraker chat -p "Make this shorter"'
)


@click.group(cls=Group, invoke_without_command=True, epilog=_CHAT)
@_AS
@click.option("-c", "--continue", "go_on", is_flag=True, help="Go on with the last session.")
@click.option("-r", "--resume", metavar="SESSION", help="Go on with this session.")
@click.option("-p", "--prompt", metavar="TEXT", help="Ask this, print the reply, and end.")
@click.option("--plain", is_flag=True, help="Plain lines, for screen readers and dumb terminals.")
@click.option("--demo", is_flag=True, help="Talk to a scripted model in this program (no AI).")
@click.pass_context
def chat(
    context: click.Context,
    email: str | None,
    go_on: bool,
    resume: str | None,
    prompt: str | None,
    plain: bool,
    demo: bool,
) -> None:
    """Talk to an assistant that knows the board and the ledger."""
    context.obj = email
    if context.invoked_subcommand is not None:
        return
    if go_on and resume:
        raise UsageError("-c goes on with the last session, -r with another one; give one of them")
    from jobraker_cli.chat.start import Wish, start

    wish = Wish(
        claim=_claim(context, "chat"),
        go_on=go_on,
        resume=resume,
        prompt=prompt,
        plain=plain,
        demo=demo,
        json=session.output_format() in ("json", "ndjson"),
        colors=session.colors(),
        quiet=session.quiet(),
    )
    record = start(session.loaded().settings, session.app, wish)
    if record is not None:
        show_json(record.data)
        if record.failure is not None:
            raise record.failure


@chat.command("list", epilog="\b\nExample:\n  jobraker chat list --as ada@example.org")
@_AS
@click.option("--limit", type=_LIMIT, default=50, show_default=True)
@click.pass_context
def list_sessions(context: click.Context, email: str | None, limit: int) -> None:
    """List sessions, the one last written in first."""
    from jobraker_cli.chat.transcript import session_row
    from jobraker_cli.store import chat as store
    from jobraker_cli.store.engine import reading

    app, user = _logged_in(context, email, "chat list")
    with reading(app.engine) as connection:
        found = store.sessions(connection, user.id, limit=limit)
    columns = ("id", "title", "count", "last_message_at")
    show_rows([session_row(one) for one in found], columns, empty="There is no session yet.")


@chat.command("show", epilog="\b\nExample:\n  jobraker chat show 7d4c6d0e --as ada@example.org")
@click.argument("session_id", metavar="SESSION")
@_AS
@click.pass_context
def show(context: click.Context, session_id: str, email: str | None) -> None:
    """Show a session with its messages."""
    from jobraker_cli.chat.transcript import as_markdown, as_record

    found, messages = _session(context, email, session_id, "chat show")
    show_record(as_record(found, messages), as_markdown(found, messages).splitlines())


@chat.command("search", epilog="\b\nExample:\n  jobraker chat search python --as ada@example.org")
@click.argument("words", metavar="WORDS")
@_AS
@click.option("--limit", type=_LIMIT, default=50, show_default=True)
@click.pass_context
def search(context: click.Context, words: str, email: str | None, limit: int) -> None:
    """Search titles and messages for some words, the newest first."""
    from jobraker_cli.chat.transcript import message_row
    from jobraker_cli.store import chat as store
    from jobraker_cli.store.engine import reading

    app, user = _logged_in(context, email, "chat search")
    with reading(app.engine) as connection:
        found = store.search(connection, user.id, words, limit=limit)
    rows = [
        {"session": one.id, "title": one.title or None, **message_row(message)}
        for one, message in found
    ]
    if session.output_format() == "table":
        rows = [{**row, "content": _around(row["content"], words)} for row in rows]
    show_rows(rows, ("session", "title", "role", "content", "at"), empty="Nothing holds that.")


@chat.command("export", epilog="\b\nExample:\n  jobraker chat export 7d4c6d0e --to session.md")
@click.argument("session_id", metavar="SESSION")
@_AS
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file: .md is Markdown, .json is JSON. Default: Markdown to the screen.",
)
@click.pass_context
def export(context: click.Context, session_id: str, email: str | None, to: Path | None) -> None:
    """Export a session as Markdown or JSON."""
    from jobraker_cli.chat.transcript import as_markdown, as_record, write_file

    found, messages = _session(context, email, session_id, "chat export")
    if to is not None:
        write_file(to, found, messages)
    elif session.output_format() in ("json", "ndjson"):
        show_json(as_record(found, messages))
    else:
        click.echo(as_markdown(found, messages))


@chat.command("delete", epilog="\b\nExample:\n  jobraker chat delete 7d4c6d0e --as ada@example.org")
@click.argument("session_id", metavar="SESSION")
@_AS
@click.pass_context
def delete(context: click.Context, session_id: str, email: str | None) -> None:
    """Delete a session with its messages, also for the web application."""
    from jobraker_cli.chat.opening import find_session
    from jobraker_cli.store import chat as store

    app, user = _logged_in(context, email, "chat delete")
    found = find_session(app, user, session_id)
    with app.engine.begin() as connection:
        if not store.delete_session(connection, user.id, found.id):
            raise NotFoundError(f"There is no session {session_id[:60]!r}")
    if sys.stdout.isatty() and not session.quiet():
        session.note(f"deleted {found.id}")


@chat.command("token", epilog="\b\nExample:\n  jobraker chat token ada@example.org --days 30")
@click.argument("email", metavar="EMAIL")
@click.option(
    "--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="Valid for."
)
def token(email: str, days: int) -> None:
    """Make a signed token that lets its bearer chat as this user until it expires."""
    from jobraker_cli.chat.opening import token_for
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    made = token_for(app, email, timedelta(days=days))
    show_record({"token": made, "days": days}, [made])


def _claim(context: click.Context, command: str, email: str | None = None) -> "Claim":
    from jobraker_cli.chat.start import Claim

    return Claim(email=email or context.obj, command=command)


def _logged_in(context: click.Context, email: str | None, command: str) -> "tuple[App, User]":
    from jobraker_cli.chat.opening import log_in

    app = session.app()
    return app, log_in(app, _claim(context, command, email))


def _session(
    context: click.Context, email: str | None, session_id: str, command: str
) -> "tuple[ChatSession, list[ChatMessage]]":
    from jobraker_cli.chat.opening import find_session
    from jobraker_cli.store import chat as store
    from jobraker_cli.store.engine import reading

    app, user = _logged_in(context, email, command)
    found = find_session(app, user, session_id)
    with reading(app.engine) as connection:
        return found, list(store.messages(connection, user.id, found.id))


def _around(content: Any, words: str) -> str:
    """The part of a message around the words."""
    text = " ".join(str(content).split())
    at = max(0, text.lower().find(words.lower()) - 30)
    return f"{'…' if at else ''}{text[at : at + 100]}{'…' if len(text) > at + 100 else ''}"
