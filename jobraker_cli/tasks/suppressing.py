"""Suppressing addresses by hand: one at a time, or from a list of addresses or keys."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from jobraker_cli.delivery.checks import suppression_key
from jobraker_cli.errors import MessageError, UsageError
from jobraker_cli.mail.address import check_address
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.store import suppressions
from jobraker_cli.tasks.app import App

BATCH = 1_000
_KEY = re.compile(r"[0-9a-f]{64}")
_ADDRESS_COLUMNS = ("key", "address", "email", "e-mail", "recipient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: addresses read, and those that were not suppressed before."""

    read: int
    new: int


def key_of(app: App, named: str) -> str:
    """The key of an address, or a key as it is. Raises UsageError for what is neither."""
    text = named.strip()
    if _KEY.fullmatch(text):
        return text
    try:
        return suppression_key(app.keyring().secret, check_address(text))
    except MessageError as error:
        raise UsageError(f"This is no address and no key of 64 hex digits: {error}") from None


def add(app: App, named: str, *, reason: str, source: str) -> bool:
    """Suppress an address; whether it was not before."""
    key = key_of(app, named)
    with app.engine.begin() as connection:
        return suppressions.suppress(connection, [key], reason=reason, source=source) == 1


def remove(app: App, named: str) -> bool:
    """Let an address be mailed again; whether it was suppressed."""
    key = key_of(app, named)
    with app.engine.begin() as connection:
        return suppressions.unsuppress(connection, key)


def import_csv(app: App, lines: Iterable[str], *, reason: str, source: str) -> Imported:
    """Suppress all addresses or keys of a CSV file, or none where a line of it makes no sense.

    The first column counts, or the one that the first line names key, address or email; a column
    named reason says why. Raises UsageError with the number of the line, never its text.
    """
    entries = _entries(app, lines, reason)
    read = new = 0
    with app.engine.begin() as connection:
        while batch := list(islice(entries, BATCH)):
            read += len(batch)
            for why in {why for _, why in batch}:
                keys = [key for key, other in batch if other == why]
                new += suppressions.suppress(connection, keys, reason=why, source=source)
    return Imported(read=read, new=new)


def _entries(app: App, lines: Iterable[str], reason: str) -> Iterator[tuple[str, str]]:
    """(key, reason) of every line; blank ones are passed over."""
    rows = csv.reader(lines)
    where, why = 0, None
    try:
        for row in rows:
            names = [cell.strip().lower().removeprefix("\ufeff") for cell in row]
            if rows.line_num == 1 and set(names) & set(_ADDRESS_COLUMNS):
                where = next(at for at, name in enumerate(names) if name in _ADDRESS_COLUMNS)
                why = names.index("reason") if "reason" in names else None
            elif any(names):
                given = row[why] if why is not None and why < len(row) else ""
                yield (
                    key_of(app, row[where] if where < len(row) else ""),
                    (clean_line(given, 100) or reason),
                )
    except (UsageError, csv.Error, UnicodeDecodeError) as error:
        words = str(error) if isinstance(error, UsageError) else "it is not CSV in UTF-8"
        raise UsageError(f"Line {rows.line_num}: {words}; nothing was imported") from None
