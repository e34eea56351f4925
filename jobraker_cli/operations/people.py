"""All that is kept of one person: found, exported, erased."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import suppression_key
from jobraker_cli.errors import NotFoundError, UsageError
from jobraker_cli.mail.address import normalized
from jobraker_cli.store import personal, suppressions
from jobraker_cli.store.engine import reading
from jobraker_cli.store.personal import Person
from jobraker_cli.tasks import follow_ups, messages, status_updates
from jobraker_cli.tasks.app import App

_OF_APPLICATIONS = (status_updates.KIND, follow_ups.KIND)  # their keys name the application
_HIDDEN = "not exported: it may hold a link that resets the password"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased, or would be: rows by table; whether the address stays blocked."""

    counts: dict[str, int]
    has_account: bool
    suppressed: bool


def find(connection: Connection, email: str, secret: bytes) -> Person:
    """The person with this address.

    Raises NotFoundError when neither an account nor a message has it, and UsageError when accounts
    differ in the case of its letters only and none is spelled like this.
    """
    found = personal.accounts(connection, email)
    exact = [user for user, address in found.items() if address == email]
    if len(found) > 1 and not exact:
        raise UsageError(
            f"{len(found)} accounts have this address in other spellings of its letters; "
            "write it exactly as the account has it"
        )
    live = exact or list(found)
    spellings = tuple({email.lower(), normalized(email)})
    gone = [] if len(found) > 1 else personal.mailed_before(connection, spellings)
    person = Person(
        email=found[live[0]] if live else email,
        address_key=suppression_key(secret, email),
        user_ids=(*live, *gone),
        has_account=bool(live),
        spellings=spellings if len(found) < 2 else (),
    )
    person = replace(person, related=_related(connection, person))
    if not person.user_ids and not any(personal.counts(connection, person).values()):
        raise NotFoundError("Neither an account nor a message has this address")
    return person


def _related(connection: Connection, person: Person) -> Mapping[str, Collection[str]]:
    """Alerts and applications that a person's messages and preferences name, by column."""
    alerts = {scope.removeprefix("alert:") for scope in personal.scopes_of(connection, person)}
    applications = set()
    for one in personal.messages_of(connection, person):
        content = messages.content(one.payload)
        applications.add(str(content.get("application_id")))
        if one.kind in _OF_APPLICATIONS:
            applications.add(one.key.removeprefix(f"{one.kind}:").partition(":")[0])
        alerts |= _alerts_of(content.get("sections"))
    return {
        "alert_id": sorted(filter(messages.is_id, alerts)),
        "application_id": sorted(filter(messages.is_id, applications)),
    }


def _alerts_of(sections: object) -> set[str]:
    """The alerts of a digest's sections; a payload that we did not write may hold anything."""
    listed = sections if isinstance(sections, list) else []
    return {str(one.get("alert_id")) for one in listed if isinstance(one, dict)}


def export(app: App, email: str, now: datetime) -> dict[str, Any]:
    """One document of all that the ledger and the chat hold of a person."""
    secret = app.keyring().secret
    with reading(app.engine) as connection:
        person = find(connection, email, secret)
        tables = {
            table.name: [_plain(row) for row in personal.rows(connection, table, person)]
            for table in personal.all_tables(connection)
        }
        reason = _block(connection, person.address_key)
    return {
        "email": person.email,
        "user_ids": list(person.user_ids),
        "has_account": person.has_account,
        "exported_at": _iso(now),
        "suppressed": reason,
        "tables": tables,
    }


def erase(app: App, email: str, *, block: bool | None, dry_run: bool) -> Erased:
    """Delete all of a person but the HMAC of a blocked address; in one transaction.

    With `block` the address is put on the list of those that are never mailed; so it is with None
    while the account is there, since all that kept it from being mailed anew is gone.
    """
    secret = app.keyring().secret
    with reading(app.engine) if dry_run else app.engine.begin() as connection:
        person = find(connection, email, secret)
        work = personal.counts if dry_run else personal.erase
        counts = work(connection, person)
        key = person.address_key
        block = person.has_account if block is None else block
        if block and not dry_run:
            suppressions.suppress(connection, [key], reason="erased", source="operator")
        blocked = block or _block(connection, key) is not None
    return Erased(counts=counts, has_account=person.has_account, suppressed=blocked)


def _block(connection: Connection, key: str) -> str | None:
    """Why an address is never mailed; None where it may be."""
    return suppressions.suppressed(connection, [key]).get(key)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON can have it; a payload as the document that it is."""
    plain = {
        name: _iso(value) if isinstance(value, datetime) else value for name, value in row.items()
    }
    if "payload" in plain:
        hidden = plain.get("kind") == "password_reset"
        plain["payload"] = _HIDDEN if hidden else _document(plain["payload"])
    return plain


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
