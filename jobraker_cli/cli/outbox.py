"""`jobraker outbox list|show`, and the group that `outbox_acts` adds to."""

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Group, MomentType
from jobraker_cli.cli.outbox_acts import STATES, cancel, export, resolve, retry
from jobraker_cli.cli.output import iso, show_record, show_rows
from jobraker_cli.errors import MessageError, NotFoundError
from jobraker_cli.mail.clean import terminal_line

if TYPE_CHECKING:
    from jobraker_cli.store.entries import Entry
    from jobraker_cli.store.outbox import Attempt
    from jobraker_cli.tasks.app import App

COLUMNS = ("id", "kind", "to", "subject", "state", "attempt", "created_at", "last_reply")
_LIST = (
    "\b\nExamples:\n"
    "  jobraker outbox list --state dead\n"
    "  jobraker outbox list --to ada@example.org --since 2026-08-01\n"
    "  jobraker outbox list --json | jq '.[].message_id'"
)


@click.group(cls=Group, epilog=_LIST)
def outbox() -> None:
    """Look at the ledger of messages: who got what, when, and what the server said."""


for _command in (retry, cancel, resolve, export):
    outbox.add_command(_command)


@outbox.command("list", epilog=_LIST)
@click.option("--to", help="An address, or a part of one.")
@click.option("--kind", help="Only messages of this kind, for example job_alert.")
@click.option("--state", type=click.Choice(STATES), help="Only messages in this state.")
@click.option("--run", type=click.IntRange(min=1, max=MOST), help="Only messages of this run.")
@click.option("--since", type=MomentType(), help="Only messages created from this moment on.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=MOST),
    help="At most so many (default: 100 in a table, else all).",
)
def list_messages(
    to: str | None,
    kind: str | None,
    state: str | None,
    run: int | None,
    since: datetime | None,
    limit: int | None,
) -> None:
    """List messages, the newest first."""
    from jobraker_cli.store import entries as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    if limit is None and session.output_format() == "table":
        limit = 100
    with reading(app.engine) as connection:
        found = store.search(
            connection,
            limit=limit,
            to=to,
            kind=kind,
            state=state,
            run=run,
            since=session.moment(since),
        )
    show_rows([_row(app, entry) for entry in found], COLUMNS, empty="No message fits.")


@outbox.command("show", epilog="\b\nExample:\n  jobraker outbox show 7d4c6d0e-...")
@click.argument("message_id", metavar="ID")
@click.option("--raw", is_flag=True, help="Print the message's bytes as they go out.")
def show(message_id: str, raw: bool) -> None:
    """Show one message: the mail as it goes out, and every try with the server's words."""
    from jobraker_cli.store import entries as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    wanted = uuid_of(message_id, "message")
    with reading(app.engine) as connection:
        found = store.search(connection, limit=1, row_id=wanted)
        tries = store.attempts(connection, wanted)
    if not found:
        raise NotFoundError(f"There is no message {message_id}; see: jobraker outbox list")
    entry = found[0]
    if raw:
        content = app.composer().content(entry.letter)
        sys.stdout.buffer.write(content)
        return
    record = _row(app, entry)
    record["attempts"] = [_attempt(one) for one in tries]
    record["payload"] = _payload(entry)
    show_record(record, _words(app, entry, record))


def uuid_of(text: str, what: str) -> str:
    """An id in its canonical spelling; raises NotFoundError for what can be none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFoundError(
            f"There is no {what} {text[:60]!r}; ids look like 7d4c6d0e-..."
        ) from None


def _row(app: "App", entry: "Entry") -> dict[str, Any]:
    letter = entry.letter
    return {
        "id": letter.id,
        "kind": letter.kind,
        "to": letter.recipient,
        "subject": app.subject(letter),
        "state": entry.state,
        "attempt": entry.attempt,
        "message_id": letter.message_id or None,
        "created_at": iso(letter.created_at),
        "next_attempt_at": iso(entry.next_attempt_at),
        "sent_at": iso(entry.sent_at),
        "last_reply": entry.last_reply or None,
    }


def _payload(entry: "Entry") -> Any:
    try:
        return json.loads(entry.letter.payload)
    except (ValueError, RecursionError):
        return entry.letter.payload


def _attempt(one: "Attempt") -> dict[str, Any]:
    return {
        "at": iso(one.at),
        "phase": one.phase,
        "code": one.code,
        "enhanced_code": one.enhanced_code or None,
        "text": one.text,
        "provider": one.provider,
        "seconds": round(one.seconds, 3),
    }


def _words(app: "App", entry: "Entry", record: dict[str, Any]) -> list[str]:
    shown = (*COLUMNS[:6], "message_id", "created_at", "next_attempt_at", "sent_at", "last_reply")
    lines = [
        f"{name.replace('_', ' ')}: {record[name]}" for name in shown if record[name] is not None
    ]
    for tried in record["attempts"]:
        said = " ".join(str(part) for part in (tried["code"], tried["text"]) if part)
        lines.append(f"try at {tried['at']}, up to {tried['phase']}: {said}")
    try:
        text = app.composer().compose(entry.letter).text
    except MessageError as error:
        return [*lines, "", f"This message cannot be rendered: {error}"]
    return [*lines, "", *(terminal_line(line) for line in text.splitlines())]
