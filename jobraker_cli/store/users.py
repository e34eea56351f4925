"""Finding one user, by address or id. Functions take an open connection and never commit."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from jobraker_cli.model import User
from jobraker_cli.store.shared import users
from jobraker_cli.store.types import present


def by_email(connection: Connection, email: str) -> User | None:
    """The active user with this address; of several that differ in case only the exact one."""
    found = select(*users.columns).where(
        func.lower(users.c.email) == email.lower(), users.c.is_active
    )
    rows = [_user(row) for row in connection.execute(found).mappings()]
    exact = [user for user in rows if user.email == email]
    found_ones = exact or rows
    return found_ones[0] if len(found_ones) == 1 else None


def by_id(connection: Connection, user_id: str) -> User | None:
    """The active user with this id."""
    found = select(*users.columns).where(users.c.id == user_id, users.c.is_active)
    row = connection.execute(found).mappings().one_or_none()
    return None if row is None else _user(row)


def _user(row: Mapping[Any, Any]) -> User:
    return User(**{"email": "", **present(row)})
