"""Finding one person in the web application's table of users."""

from uuid import UUID

from sqlalchemy import Connection, func, select

from jobraker_cli.model import User
from jobraker_cli.store.shared import users
from jobraker_cli.store.types import present


def find_person(connection: Connection, who: str) -> User | None:
    """The user with this id or e-mail address (in any case), active or not; None for nobody."""
    found = select(*users.columns)
    try:
        found = found.where(users.c.id == str(UUID(who)))
    except ValueError:
        found = found.where(func.lower(users.c.email) == who.strip().lower())
    row = connection.execute(found.order_by(users.c.id).limit(1)).mappings().first()
    return None if row is None else User(**{"email": "", **present(row)})
