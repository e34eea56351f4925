"""Claimed rows that an application wrote without all that a mail has: fixed once, for every try."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from jobraker_cli.delivery.locales import Locales
from jobraker_cli.store import outbox
from jobraker_cli.store.outbox import Claimed


def with_message_ids(
    connection: Connection, claimed: Sequence[Claimed], domain: str
) -> Sequence[Claimed]:
    """The messages, each with a Message-ID; those that had none get one at `domain`."""
    missing = {
        one.letter.id: outbox.message_id_of(one.letter.id, domain)
        for one in claimed
        if not one.letter.message_id
    }
    outbox.set_message_ids(connection, missing)
    return [
        replace(one, letter=replace(one.letter, message_id=missing[one.letter.id]))
        if one.letter.id in missing
        else one
        for one in claimed
    ]


def with_locales(
    connection: Connection, claimed: Sequence[Claimed], locales: Locales
) -> Sequence[Claimed]:
    """The messages, each with a language: that of its reader, else the usual one."""
    unset = [one.letter for one in claimed if not one.letter.locale]
    if not unset:
        return claimed
    users = {letter.user_id for letter in unset if letter.user_id is not None}
    of_users = locales.of(connection, users)
    found = {letter.id: of_users.get(letter.user_id or "", locales.default) for letter in unset}
    outbox.set_locales(connection, found)
    return [
        replace(one, letter=replace(one.letter, locale=found[one.letter.id]))
        if one.letter.id in found
        else one
        for one in claimed
    ]
