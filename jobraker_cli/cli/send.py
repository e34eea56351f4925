"""`jobraker send welcome|password-reset|test`."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Group, MomentType
from jobraker_cli.cli.output import iso, show_record
from jobraker_cli.errors import MessageError, NotFoundError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.model import User
    from jobraker_cli.tasks.app import App
    from jobraker_cli.tasks.sending import Sent

_EXAMPLES = (
    "\b\nExamples:\n"
    "  jobraker send test --user ada@example.org\n"
    "  jobraker send welcome --user ada@example.org\n"
    "  jobraker send password-reset --user ada@example.org --reset-url - < link.txt"
)
_USER = click.option("--user", required=True, metavar="USER", help="An address, or a user's id.")


@click.group(cls=Group, epilog=_EXAMPLES)
def send() -> None:
    """Send one message now, ahead of what waits.

    Exit codes: 0 it went; 3 it did not and will not; 66 there is no such user; 69 the relay cannot
    be reached, the message waits.
    """


@send.command("welcome", epilog="\b\nExample:\n  jobraker send welcome --user ada@example.org")
@_USER
def send_welcome(user: str) -> None:
    """Send a welcome, also to somebody who was welcomed before."""
    from jobraker_cli.tasks import sending

    app = session.app()
    _show(sending.send_welcome(app, _person(app, user)))


@send.command(
    "password-reset",
    epilog="\b\nExamples:\n"
    "  jobraker send password-reset --user ada@example.org \\\n"
    "      --reset-url https://jobs.example.com/reset/4f6c...\n"
    "  jobraker send password-reset --user ada@example.org --reset-url - < link.txt",
)
@_USER
@click.option(
    "--reset-url", required=True, metavar="URL",
    help="The link, https on SITE_URL's host; - reads it from standard input.")  # fmt: skip
@click.option(
    "--expires", type=MomentType(), help="Until when the link works (default: for a day)."
)
def send_password_reset(user: str, reset_url: str, expires: datetime | None) -> None:
    """Send the link that sets a new password. It is never shown, and not kept after sending."""
    from jobraker_cli.tasks import sending

    app = session.app()
    person = _person(app, user)
    link = sys.stdin.readline().strip() if reset_url == "-" else reset_url
    until = session.moment(expires)
    if until is not None and until <= app.clock():
        raise UsageError("--expires is over; give a moment that is still to come")
    try:
        sent = sending.send_password_reset(app, person, link, until)
    except MessageError as error:
        raise UsageError(f"{error}; give a link such as {app.settings.site_url}/...") from None
    _show(sent)


@send.command("test", epilog="\b\nExample:\n  jobraker send test --user ada@example.org")
@_USER
def send_test(user: str) -> None:
    """Send a message that says that mail arrives, the whole way through outbox and relay."""
    from jobraker_cli.tasks import sending

    app = session.app()
    _show(sending.send_test(app, _person(app, user)))


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


def _show(sent: "Sent") -> None:
    entry = sent.entry
    record = {
        "id": entry.letter.id,
        "kind": entry.letter.kind,
        "to": entry.letter.recipient,
        "state": entry.state,
        "sent_at": iso(entry.sent_at),
        "last_reply": entry.last_reply or None,
    }
    if session.on_terminal() or session.verbosity() or session.output_format() != "table":
        reply = f": {entry.last_reply}" if entry.last_reply else ""
        show_record(
            record, [f"{entry.letter.kind} to {entry.letter.recipient}: {entry.state}{reply}"]
        )
    if sent.error is not None:
        raise sent.error
    if entry.state not in ("sent", "pending", "sending", "failed"):
        session.note(f"the message is {entry.state}: {entry.last_reply}")
        sys.exit(3)
