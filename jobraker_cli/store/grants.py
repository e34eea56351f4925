"""Least privilege in PostgreSQL: what jobraker's role needs, from the contract and the ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobraker_cli.errors import UsageError
from jobraker_cli.store import ledger, shared

# The only columns of the web application that jobraker writes; settings can turn each off.
WRITTEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"applications": ("follow_up_reminder_sent_at",), "job_alerts": ("last_run",)}
)
# Where the chat adds, names and deletes sessions and messages.
CHAT = ("chat_chatmessage", "chat_chatsession")
OWN_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_HEAD = """\
-- What jobraker's role may do: its work, and nothing else. The owner of the tables runs it in the
-- board's database, after "jobraker init" and again after every "jobraker db upgrade"; once more
-- changes nothing. The role must exist. "jobraker db grants {role}" wrote this file.
GRANT USAGE ON SCHEMA public TO {role};
REVOKE CREATE ON SCHEMA public FROM {role};
"""
_OWN = """\
-- The ledger: all of it, without the right to change or drop the tables (they are the owner's).
DO $$
DECLARE
    own text;
BEGIN
    FOR own IN
        SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND starts_with(tablename, 'jobraker_')
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO {role}', own);
    END LOOP;
END
$$;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One right on a table, or on some of its columns."""

    right: str
    table: str
    columns: tuple[str, ...] = ()

    def sql(self, role: str) -> str:
        """The statement that gives it."""
        columns = f" ({', '.join(self.columns)})" if self.columns else ""
        return f"GRANT {self.right}{columns} ON {self.table} TO {role};"


def on_shared_tables() -> Iterator[Grant]:
    """What the role needs on the web application's tables: columns to read, few to write."""
    for table in shared.shared.sorted_tables:
        read = tuple(column.name for column in table.columns)
        yield Grant(right="SELECT", table=table.name, columns=read)
        written = WRITTEN.get(table.name)
        if written is not None:
            yield Grant(right="UPDATE", table=table.name, columns=written)
        if table.name in CHAT:
            yield from (Grant(right=right, table=table.name) for right in OWN_RIGHTS[1:])


def on_ledger() -> Iterator[Grant]:
    """What the role needs on each of jobraker's own tables."""
    for table in ledger.ledger.sorted_tables:
        yield from (Grant(right=right, table=table.name) for right in OWN_RIGHTS)


def script(role: str) -> str:
    """The whole script for a role. Raises UsageError for a name that would need quotes."""
    if not (role.isascii() and role.isidentifier() and role == role.lower()):
        raise UsageError(f"{role[:60]!r} is no plain name of a role; write for example jobraker")
    lines = [grant.sql(role) for grant in on_shared_tables()]
    return _HEAD.format(role=role) + "".join(f"{line}\n" for line in lines) + _OWN.format(role=role)
