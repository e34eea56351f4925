"""`jobraker notifications list|follow|read`."""

import json
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Group
from jobraker_cli.cli.outbox import uuid_of
from jobraker_cli.cli.output import iso, show_record, show_rows
from jobraker_cli.errors import NotFoundError
from jobraker_cli.mail.clean import terminal_line

if TYPE_CHECKING:
    from jobraker_cli.model import User
    from jobraker_cli.store.notifications import Notification
    from jobraker_cli.tasks.app import App

_EXAMPLES = (
    "\b\nExamples:\n"
    "  jobraker notifications list --user ada@example.org --unread\n"
    "  jobraker notifications follow --user ada@example.org\n"
    "  jobraker notifications read --user ada@example.org"
)
_USER: dict[str, Any] = {"metavar": "USER", "help": "An address, or a user's id."}
COLUMNS = ("id", "to", "kind", "title", "created_at", "read_at")


@click.group(cls=Group, epilog=_EXAMPLES)
def notifications() -> None:
    """Look at what people are shown in the application, live if need be."""


@notifications.command(
    "list", epilog="\b\nExample:\n  jobraker notifications list --user ada@example.org --unread"
)
@click.option("--user", **_USER)
@click.option("--unread", is_flag=True, help="Only what was not read.")
@click.option("--limit", type=click.IntRange(min=1, max=MOST), default=100, show_default=True)
def list_notifications(user: str | None, unread: bool, limit: int) -> None:
    """List notifications, the newest first: one person's, or everybody's."""
    from jobraker_cli.store import notifications as store
    from jobraker_cli.store.engine import reading

    app = session.app(readonly=True)
    person = None if user is None else _person(app, user)
    with reading(app.engine) as connection:
        found = store.search(
            connection, user_id=None if person is None else person.id, unread=unread, limit=limit
        )
    rows = [{**_row(one), "to": address} for one, address in found]
    show_rows(rows, COLUMNS, empty="There is no notification.")


@notifications.command(
    "follow",
    epilog="\b\nExamples:\n"
    "  jobraker notifications follow --user ada@example.org\n"
    "  jobraker notifications follow --user ada@example.org --unread --format ndjson",
)
@click.option("--user", required=True, **_USER)
@click.option("--unread", is_flag=True, help="Begin with what was not read.")
def follow(user: str, unread: bool) -> None:
    """Print a person's notifications as they come in, until Ctrl-C.

    A lost connection is made again; nothing is missed by it, nothing printed twice.
    """
    from jobraker_cli.store import notifications as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks import following

    app = session.app(readonly=True)
    person = _person(app, user)
    shown = following.known(app, person.id)
    if unread:
        with reading(app.engine) as connection:
            found = store.search(connection, user_id=person.id, unread=True, limit=None)
        shown -= {one.id for one, _ in found}
    for one in following.follow(app, person.id, shown=shown, lost=_say_lost):
        _print(one)


@notifications.command(
    "read",
    epilog="\b\nExamples:\n"
    "  jobraker notifications read --user ada@example.org           all of them\n"
    "  jobraker notifications read --user ada@example.org 7d4c6d0e-...",
)
@click.option("--user", required=True, **_USER)
@click.argument("ids", metavar="[ID]...", nargs=-1)
def read(user: str, ids: tuple[str, ...]) -> None:
    """Mark a person's notifications as read: these, or all."""
    from jobraker_cli.store import notifications as store

    app = session.app()
    person = _person(app, user)
    wanted = [uuid_of(one, "notification") for one in ids] or None
    with app.engine.begin() as connection:
        marked = store.mark_read(connection, person.id, app.clock(), wanted)
    show_record({"read": marked}, [f"Marked as read: {marked}"])


def _person(app: "App", who: str) -> "User":
    from jobraker_cli.store.engine import reading
    from jobraker_cli.store.people import find_person
    from jobraker_cli.tasks.runner import require_baseline

    require_baseline(app)
    with reading(app.engine) as connection:
        person = find_person(connection, who)
    if person is None:
        raise NotFoundError("There is no such user; give an address or an id of the table users")
    return person


def _say_lost(words: str) -> None:
    session.note(f"{words}; trying again")


def _print(one: "Notification") -> None:
    if session.output_format() == "table":
        line = f"{one.created_at:%Y-%m-%d %H:%M}  {one.title}  {one.link}"
        click.echo(terminal_line(line))
    else:
        click.echo(json.dumps(_row(one)))


def _row(one: "Notification") -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "title": one.title,
        "link": one.link,
        "created_at": iso(one.created_at),
        "read_at": iso(one.read_at),
        "message": one.outbox_id,
    }
