"""The language of each person's mail, as the settings have it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from jobraker_cli.mail.languages import language_of
from jobraker_cli.store import locales as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Locales:
    """The board's default language, and the SQL expression for a person's own ("" for none)."""

    default: str
    expression: str = ""

    @property
    def of_all(self) -> str:
        """The language of everybody's mail; "" where each person has their own."""
        return "" if self.expression else self.default

    def of(self, connection: Connection, user_ids: Collection[str]) -> Mapping[str, str]:
        """The tag of each of these users' language, in one query at most."""
        found = {}
        if self.expression:
            found = dict(store.preferences(connection, self.expression, user_ids))
        return {user: language_of(found.get(user), self.default) for user in user_ids}
