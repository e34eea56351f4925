"""Which language people prefer: the operator's SQL expression over the table of users."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, exc, literal_column, select

from jobraker_cli.errors import ConfigError, UnreachableError
from jobraker_cli.store.engine import translate
from jobraker_cli.store.shared import users


def preferences(
    connection: Connection, expression: str, user_ids: Collection[str]
) -> Mapping[str, object]:
    """What the expression says of each of these users that exists, in one query.

    Raises ConfigError when the database does not understand it.
    """
    if not user_ids:
        return {}
    found = select(users.c.id, literal_column(f"({expression})").label("preference"))
    try:
        rows = connection.execute(found.where(users.c.id.in_(user_ids))).all()
    except exc.DBAPIError as error:
        known = translate(error)
        if isinstance(known, UnreachableError):
            raise known from error
        why = " ".join(str(error.orig).split())[:200]
        raise ConfigError(
            f"JOBRAKER_LOCALE_SQL does not work ({why}); write for example users.locale"
        ) from error
    return {row.id: row.preference for row in rows}
