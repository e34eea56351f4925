"""What the ledger and the chat hold of one person, table by table; and taking it away.

A table belongs to a person by a column: user_id, recipient, or the id of a message, an alert, an
application or a chat session of theirs. Tables without such a column are listed in IMPERSONAL; a
test holds the two together complete.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    inspect,
    or_,
    select,
)

from jobraker_cli.store import ledger, shared

IMPERSONAL: Mapping[str, str] = MappingProxyType(
    {
        "jobraker_schema": "names of SQL files",
        "jobraker_counter": "two numbers",
        "jobraker_key": "the key of the suppressions",
        "jobraker_run": "counts of runs",
        "jobraker_job_seen": "ids of jobs",
        "jobraker_vacancy": "fingerprints of postings",
        "jobraker_quota": "counts of messages by provider, domain and time",
        "jobraker_baseline": "names of baselines that were taken",
        "jobraker_suppression": "HMACs of addresses: they stay, so that the block does",
    }
)
_PARENTS = {
    "alert_id": "job_alerts",
    "application_id": "applications",
    "session_id": "chat_chatsession",
}
_CHAT = ("chat_chatmessage", "chat_chatsession")  # the first hangs on the second


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom it is about: the account's ids and the address as written.

    The ids are those of an account that is there, and of gone ones that were mailed under the
    address. `spellings` are others of it, in small letters; `address_key` is the HMAC under which
    it would be suppressed. `related` has ids of alerts and applications that their messages name,
    by column: to those that are gone nothing else leads.
    """

    email: str
    address_key: str
    user_ids: tuple[str, ...]
    has_account: bool
    spellings: tuple[str, ...] = ()
    related: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A message's kind, dedupe key ("" without one) and payload."""

    kind: str
    key: str
    payload: str


def accounts(connection: Connection, email: str) -> Mapping[str, str]:
    """Accounts whose address is this one in any case of letters: address by id."""
    users = shared.users
    found = select(users.c.id, users.c.email).where(func.lower(users.c.email) == email.lower())
    return {row.id: row.email for row in connection.execute(found)}


def mailed_before(connection: Connection, spellings: Collection[str]) -> Sequence[str]:
    """Ids of accounts that are gone, and to which messages went under one of these addresses."""
    outbox, users = ledger.outbox, shared.users
    found = select(outbox.c.user_id).where(
        func.lower(outbox.c.recipient).in_(spellings),
        outbox.c.user_id.is_not(None),
        ~exists(select(users.c.id).where(users.c.id == outbox.c.user_id)),
    )
    return list(connection.execute(found.distinct()).scalars())


def messages_of(connection: Connection, person: Person) -> Sequence[Named]:
    """The messages of a person by what they name."""
    columns = ledger.outbox.c
    found = select(columns.kind, columns.dedupe_key, columns.payload)
    rows = connection.execute(found.where(of_person(ledger.outbox, person)))
    return [Named(kind=row.kind, key=row.dedupe_key or "", payload=row.payload) for row in rows]


def scopes_of(connection: Connection, person: Person) -> Sequence[str]:
    """The scopes about which a person chose something."""
    found = select(ledger.preference.c.scope).where(of_person(ledger.preference, person))
    return list(connection.execute(found).scalars())


def is_personal(table: Table) -> bool:
    """Whether a table says, by one of its columns, whose a row is."""
    owning = {"user_id", "recipient", "outbox_id", *_PARENTS}
    return table.name == ledger.soft_bounce.name or bool(owning & set(table.columns.keys()))


def personal_tables() -> list[Table]:
    """The ledger's tables with something of a person, those that hang on messages first."""
    found = [table for table in ledger.ledger.sorted_tables if is_personal(table)]
    return sorted(found, key=lambda table: (table.name == ledger.outbox.name, table.name))


def of_person(table: Table, person: Person) -> ColumnElement[bool]:
    """Which rows of a table are theirs. Raises LookupError for a table that is nobody's."""
    columns = table.c
    if table.name == ledger.outbox.name:
        known = {person.email.lower(), *person.spellings}
        theirs = func.lower(columns.recipient).in_(known)
        alone = and_(columns.user_id.is_(None), theirs)
        return or_(columns.user_id.in_(person.user_ids), alone, columns.recipient == person.email)
    if "user_id" in columns:
        return columns.user_id.in_(person.user_ids)
    if table.name == ledger.soft_bounce.name:
        return columns.key == person.address_key
    ways = list(_by_parents(table, person))
    if not ways:
        raise LookupError(f"{table.name} belongs to nobody: see IMPERSONAL in store/personal.py")
    return or_(*ways)


def _by_parents(table: Table, person: Person) -> Iterator[ColumnElement[bool]]:
    """The ways from a row to its person: over a message, an alert, an application, a session."""
    columns = table.c
    for name, ids in person.related.items():
        if name in columns and ids:
            owner = shared.shared.tables[_PARENTS[name]]
            there = exists(select(owner.c.id).where(owner.c.id == columns[name]))
            yield and_(columns[name].in_(ids), ~there)
    if "outbox_id" in columns:
        messages = select(ledger.outbox.c.id).where(of_person(ledger.outbox, person))
        yield columns.outbox_id.in_(messages)
    for name, parent in _PARENTS.items():
        if name in columns and parent in shared.shared.tables:
            owner = shared.shared.tables[parent]
            theirs = owner.c.user_id.in_(person.user_ids)
            yield columns[name].in_(select(owner.c.id).where(theirs))


def rows(connection: Connection, table: Table, person: Person) -> list[dict[str, Any]]:
    """Their rows of a table."""
    found = connection.execute(select(table).where(of_person(table, person))).mappings()
    return [{str(name): value for name, value in row.items()} for row in found]


def counts(connection: Connection, person: Person) -> dict[str, int]:
    """How many rows of theirs each table has."""
    return {
        table.name: int(
            connection.execute(
                select(func.count()).select_from(table).where(of_person(table, person))
            ).scalar_one()
        )
        for table in all_tables(connection)
    }


def all_tables(connection: Connection) -> list[Table]:
    """The tables to look at, in the order in which their rows can be deleted."""
    return [*_chat_tables(connection), *personal_tables()]


def erase(connection: Connection, person: Person) -> dict[str, int]:
    """Delete every row of theirs; how many in each table."""
    return {
        table.name: connection.execute(delete(table).where(of_person(table, person))).rowcount
        for table in all_tables(connection)
    }


def _chat_tables(connection: Connection) -> Iterator[Table]:
    """The web application's chat tables, where it has them and jobraker knows them."""
    there = inspect(connection)
    for name in _CHAT:
        if name in shared.shared.tables and there.has_table(name):
            yield shared.shared.tables[name]
