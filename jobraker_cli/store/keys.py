"""The key that `init` makes: for suppressions, and for links without JOBRAKER_SECRET_KEY."""

import secrets

from sqlalchemy import Connection, select

from jobraker_cli.store import ledger
from jobraker_cli.store.types import clock


def ensure_key(connection: Connection) -> None:
    """Make a key if the ledger has none."""
    if newest_key(connection) is None:
        connection.execute(
            ledger.key.insert().values(
                key_id=secrets.token_hex(2),
                secret=secrets.token_hex(32),
                created_at=select(clock()).scalar_subquery(),
            )
        )


def newest_key(connection: Connection) -> tuple[str, str] | None:
    """Id and secret of the newest key."""
    key = ledger.key
    found = select(key.c.key_id, key.c.secret).order_by(key.c.created_at.desc(), key.c.key_id)
    row = connection.execute(found.limit(1)).one_or_none()
    return None if row is None else (row.key_id, row.secret)
