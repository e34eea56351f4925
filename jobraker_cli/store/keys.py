"""The key that `init` makes: for suppressions, and for links without JOBRAKER_SECRET_KEY."""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, select

from jobraker_cli.store import ledger
from jobraker_cli.store.types import clock


def ensure_key(connection: Connection) -> None:
    """Make a key if the ledger has none."""
    if not all_keys(connection):
        connection.execute(
            ledger.key.insert().values(
                key_id=secrets.token_hex(2),
                secret=secrets.token_hex(32),
                created_at=select(clock()).scalar_subquery(),
            )
        )


def all_keys(connection: Connection) -> Sequence[tuple[str, str]]:
    """Id and secret of every key, the newest first."""
    key = ledger.key
    found = select(key.c.key_id, key.c.secret).order_by(key.c.created_at.desc(), key.c.key_id)
    return [(row.key_id, row.secret) for row in connection.execute(found)]
