"""Writing down what a person chooses: by a signed link, or through an operator."""

from datetime import datetime

from jobraker_cli.mail import tokens
from jobraker_cli.mail.tokens import Unsubscribe
from jobraker_cli.model import User
from jobraker_cli.store import preferences
from jobraker_cli.store.engine import reading
from jobraker_cli.store.people import find_person
from jobraker_cli.tasks.app import App


def unsubscribe(app: App, token: str, *, source: str) -> Unsubscribe | None:
    """End what a token asks for; None, and nothing is written, if anything is wrong with it."""
    asked = tokens.verify(app.keyring().verifying, token.strip(), app.clock())
    if asked is None:
        return None
    with reading(app.engine) as connection:
        person = find_person(connection, asked.user_id)
    if person is None or person.id != asked.user_id:
        return None
    with app.engine.begin() as connection:
        preferences.choose(connection, person.id, asked.scope, choice="unsubscribed", source=source)
    return asked


def pause(app: App, person: User, scope: str, *, until: datetime | None) -> None:
    """Hold a person's mail of a scope until a moment, or until they say so."""
    with app.engine.begin() as connection:
        preferences.choose(
            connection, person.id, scope, choice="paused", until=until, source="operator"
        )


def resume(app: App, person: User, scope: str | None, *, unsubscribed: bool) -> int:
    """End pauses, and unsubscribes too where the person asked for that; how many."""
    choices = ("paused", "unsubscribed") if unsubscribed else ("paused",)
    with app.engine.begin() as connection:
        return preferences.resume(connection, person.id, scope, choices=choices, source="operator")


def cap(app: App, person: User, mails: int | None) -> None:
    """Bound the list mails that a person gets in a calendar week; None: any number."""
    with app.engine.begin() as connection:
        preferences.set_weekly_cap(connection, person.id, mails, source="operator")
