"""A person's notifications as they come in: none missed, none twice, over lost connections too."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import UnreachableError
from jobraker_cli.store import notifications
from jobraker_cli.store.engine import reading, translate
from jobraker_cli.store.listening import listening
from jobraker_cli.store.notifications import CHANNEL, Notification
from jobraker_cli.tasks.app import App

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds between two tries to reach the database again


def follow(
    app: App, user_id: str, *, shown: set[str], lost: Callable[[str], None]
) -> Iterator[Notification]:
    """The notifications that are not among `shown` (ids), as they come in, for ever.

    What is new is what was not shown, not what is younger: a row that commits late is not missed.
    `lost` is told when the connection breaks; it is made again until it holds.
    """
    pause = FIRST_PAUSE
    while not app.stop.is_set():
        try:
            with listening(app.engine, CHANNEL, app.stop) as wait:
                while not app.stop.is_set():
                    found = _unshown(app, user_id, shown)
                    pause = FIRST_PAUSE
                    for one in found:
                        shown.add(one.id)
                        yield one
                    wait()
        except (UnreachableError, DBAPIError) as error:
            known = error if isinstance(error, UnreachableError) else translate(error)
            if not isinstance(known, UnreachableError):
                raise
            lost(str(known))
            app.stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def known(app: App, user_id: str) -> set[str]:
    """The ids of all that a person has now."""
    with reading(app.engine) as connection:
        return notifications.ids_of(connection, user_id)


def _unshown(app: App, user_id: str, shown: set[str]) -> Sequence[Notification]:
    with reading(app.engine) as connection:
        new = notifications.ids_of(connection, user_id) - shown
        return notifications.by_id(connection, new)
