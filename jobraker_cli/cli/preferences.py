"""`jobraker unsubscribe` and `jobraker preferences show|pause|snooze|resume|cap`."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command, Group, MomentType
from jobraker_cli.cli.output import iso, show_record
from jobraker_cli.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.model import User
    from jobraker_cli.tasks.app import App

_EXAMPLES = (
    "\b\nExamples:\n"
    "  jobraker preferences show ada@example.org\n"
    "  jobraker preferences pause ada@example.org --scope alerts\n"
    "  jobraker preferences snooze ada@example.org --until 2026-12-24\n"
    "  jobraker preferences resume ada@example.org\n"
    "  jobraker preferences cap ada@example.org 3"
)


@click.command(cls=Command, epilog="\b\nExample:\n  jobraker unsubscribe MS5rMS4...")
@click.argument("token")
def unsubscribe(token: str) -> None:
    """Unsubscribe the person whom a link's TOKEN names, from what it names.

    Doing it twice is no error. Whatever is wrong with a token, the answer is the same (exit 66).
    """
    from jobraker_cli.mail.consent import in_words
    from jobraker_cli.tasks.choosing import unsubscribe as end

    asked = end(_app(), token, source="command")
    if asked is None:
        raise NotFoundError("This unsubscribe link is not valid")
    record = {"user_id": asked.user_id, "scope": asked.scope, "issued_at": iso(asked.issued_at)}
    show_record(record, [f"Unsubscribed from {in_words(asked.scope)}: user {asked.user_id}"])


@click.group(cls=Group, epilog=_EXAMPLES)
def preferences() -> None:
    """Look at what a person chose about mail, or change it for them.

    USER is an e-mail address or the id of a user. Scopes: alert:ID (one job alert), alerts,
    recommendations, reminders, status, all (everything optional).
    """


def _scope(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    from uuid import UUID

    from jobraker_cli.mail.consent import ONE_ALERT, SCOPES

    if value is None or value in SCOPES:
        return value
    try:
        return f"{ONE_ALERT}{UUID(value.removeprefix(ONE_ALERT))}"
    except ValueError:
        raise click.BadParameter(f"write one of {', '.join(SCOPES)}, or alert:ID") from None


_which = click.option(
    "--scope", callback=_scope, default="all", show_default=True, help="What it is about."
)


@preferences.command("show", epilog="\b\nExample:\n  jobraker preferences show ada@example.org")
@click.argument("user")
def show(user: str) -> None:
    """Show what a person chose, and whether it holds mail back now."""
    app = _app(readonly=True)
    _show(app, _person(app, user))


@preferences.command(
    "pause", epilog="\b\nExample:\n  jobraker preferences pause ada@example.org --scope reminders"
)
@click.argument("user")
@_which
@click.option("--until", type=MomentType(), help="When it ends by itself (default: it does not).")
def pause(user: str, scope: str, until: datetime | None) -> None:
    """Hold a person's mail back; they are told in the application only."""
    _pause(user, scope, until)


@preferences.command(
    "snooze", epilog="\b\nExample:\n  jobraker preferences snooze ada@example.org --days 14"
)
@click.argument("user")
@_which
@click.option("--until", type=MomentType(), help="The moment at which mail goes on.")
@click.option("--days", type=click.IntRange(1, 3650), help="The same, as days from now.")
def snooze(user: str, scope: str, until: datetime | None, days: int | None) -> None:
    """Hold a person's mail back until a date, when it goes on by itself."""
    if (until is None) == (days is None):
        raise UsageError("Say until when: --until DATE or --days N")
    _pause(user, scope, until, days)


@preferences.command(
    "resume", epilog="\b\nExample:\n  jobraker preferences resume ada@example.org --scope alerts"
)
@click.argument("user")
@click.option("--scope", callback=_scope, help="Only this scope (default: every one).")
@click.option(
    "--unsubscribed",
    is_flag=True,
    help="Take back unsubscribes too; only when the person asked for it.",
)
def resume(user: str, scope: str | None, unsubscribed: bool) -> None:
    """End a person's pauses: mail goes on from now, without what came in between."""
    from jobraker_cli.tasks.choosing import resume as go_on

    app = _app()
    person = _person(app, user)
    go_on(app, person, scope, unsubscribed=unsubscribed)
    _show(app, person)


@preferences.command("cap", epilog="\b\nExample:\n  jobraker preferences cap ada@example.org 3")
@click.argument("user")
@click.argument("mails", metavar="MAILS|none")
def cap(user: str, mails: str) -> None:
    """Set how many list mails a person gets in a calendar week at most; `none` for any number."""
    from jobraker_cli.tasks.choosing import cap as bound

    if mails != "none" and not (mails.isascii() and mails.isdigit() and len(mails) < 6):
        raise UsageError("Write how many mails a week, for example 3, or none")
    app = _app()
    person = _person(app, user)
    bound(app, person, None if mails == "none" else int(mails))
    _show(app, person)


def _app(*, readonly: bool = False) -> "App":
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=readonly)
    require_baseline(app)
    return app


def _person(app: "App", who: str) -> "User":
    from jobraker_cli.store.engine import reading
    from jobraker_cli.store.people import find_person

    with reading(app.engine) as connection:
        person = find_person(connection, who)
    if person is None:
        raise NotFoundError("There is no such user; write an e-mail address or a user's id")
    return person


def _pause(user: str, scope: str, until: datetime | None, days: int | None = None) -> None:
    from jobraker_cli.tasks.choosing import pause as hold

    app = _app()
    person = _person(app, user)
    if days is not None:
        until = app.clock() + timedelta(days=days)
    moment = session.moment(until)
    if moment is not None and moment <= app.clock():
        raise UsageError("That moment is over; write one to come")
    hold(app, person, scope, until=moment)
    _show(app, person)


def _show(app: "App", person: "User") -> None:
    from jobraker_cli.mail.consent import weekly_cap
    from jobraker_cli.store import preferences as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks import consents

    with reading(app.engine) as connection:
        found = store.of_person(connection, person.id)
        wishes = consents.read(connection, [person.id], app.clock(), app.settings.timezone)
    choices = [
        {
            "scope": one.preference.scope,
            "choice": one.preference.choice,
            "until": iso(one.preference.until),
            "holds_mail": wishes.of(person.id, one.preference.scope).way.value == "in-app",
            "source": one.source,
            "changed_at": iso(one.changed_at),
        }
        for one in found
    ]
    record = {
        "user_id": person.id,
        "email": person.email,
        "weekly_cap": weekly_cap(wishes.chosen.get(person.id, {})),
        "choices": choices,
    }
    show_record(record, _words(record))


def _words(record: dict[str, Any]) -> list[str]:
    lines = [f"{record['email']} ({record['user_id']})"]
    for one in record["choices"]:
        until = f" until {one['until']}" if one["until"] else ""
        over = "" if one["holds_mail"] or one["choice"] == "mail" else " (over)"
        lines.append(f"  {one['scope']}: {one['choice']}{until}{over}, by {one['source'] or '?'}")
    if record["weekly_cap"] is not None:
        lines.append(f"  at most {record['weekly_cap']} list mails a week")
    return lines if len(lines) > 1 else [*lines, "  all mail is wanted"]
