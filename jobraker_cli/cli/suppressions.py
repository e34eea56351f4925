"""`jobraker suppressions list|add|remove|import|export`."""

import csv
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Group
from jobraker_cli.cli.output import defused, iso, show_record, show_rows
from jobraker_cli.errors import NotFoundError

if TYPE_CHECKING:
    from jobraker_cli.tasks.app import App

COLUMNS = ("key", "reason", "source", "created_at")
_LIST = (
    "\b\nExamples:\n"
    "  jobraker suppressions list\n"
    "  jobraker suppressions list --address ada@example.org\n"
    "  jobraker suppressions list --reason complaint --json"
)


@click.group(cls=Group, epilog=_LIST)
def suppressions() -> None:
    """Look at the addresses that are never mailed, or change the list.

    Addresses are not stored: each is known by a key, an HMAC of it, so that the list gives
    nobody away and outlives the erasure of a person.
    """


@suppressions.command("list", epilog=_LIST)
@click.option("--address", help="Only this address: is it suppressed?")
@click.option("--reason", help="Only those suppressed for this reason, for example complaint.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=MOST),
    help="At most so many (default: 100 in a table, else all).",
)
def list_suppressions(address: str | None, reason: str | None, limit: int | None) -> None:
    """List suppressed addresses, the newest first."""
    from jobraker_cli.tasks.suppressing import key_of

    app = _app(readonly=True)
    if limit is None and session.output_format() == "table":
        limit = 100
    key = None if address is None else key_of(app, address)
    show_rows(
        list(_rows(app, key=key, reason=reason, limit=limit)),
        COLUMNS,
        empty="No suppressed address fits.",
    )


@suppressions.command("add", epilog="\b\nExample:\n  jobraker suppressions add ada@example.org")
@click.argument("address")
@click.option("--reason", default="by hand", show_default=True, help="Why it is not mailed.")
def add(address: str, reason: str) -> None:
    """Never mail an ADDRESS (or the address of a key) again."""
    from jobraker_cli.mail.clean import clean_line
    from jobraker_cli.tasks import suppressing

    app = _app()
    new = suppressing.add(app, address, reason=clean_line(reason, 100), source="operator")
    words = "Suppressed." if new else "It was suppressed before."
    show_record({"key": suppressing.key_of(app, address), "new": new}, [words])


@suppressions.command(
    "remove", epilog="\b\nExample:\n  jobraker suppressions remove ada@example.org"
)
@click.argument("address")
def remove(address: str) -> None:
    """Let an ADDRESS (or the address of a key) be mailed again."""
    from jobraker_cli.tasks import suppressing

    app = _app()
    if not suppressing.remove(app, address):
        raise NotFoundError("This address is not suppressed; see: jobraker suppressions list")
    show_record({"key": suppressing.key_of(app, address), "removed": True}, ["It may be mailed."])


@suppressions.command(
    "import",
    epilog=(
        "\b\nExamples:\n"
        "  jobraker suppressions import unwanted.csv --reason complaint\n"
        "  jobraker suppressions import - < addresses.txt"
    ),
)
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--reason", default="imported", show_default=True, help="Where no column says why.")
def import_(file: TextIO, reason: str) -> None:
    """Suppress every address or key in a CSV FILE (`-`: standard input), or none of them.

    One column of addresses or keys will do. With a first line of names, the column key, address or
    email counts, and a column reason says why.
    """
    from jobraker_cli.mail.clean import clean_line
    from jobraker_cli.tasks.suppressing import import_csv

    done = import_csv(_app(), file, reason=clean_line(reason, 100), source="import")
    show_record(
        {"read": done.read, "new": done.new},
        [f"{done.read} read, {done.new} of them new"],
    )


@suppressions.command(
    "export", epilog="\b\nExample:\n  jobraker suppressions export > suppressions.csv"
)
def export() -> None:
    """Print the whole list: as CSV, or with --format json or ndjson.

    The keys can be imported into a ledger with the same key (a restored or moved one) only.
    """
    app = _app(readonly=True)
    if session.output_format() == "json":
        show_rows(list(_rows(app)), COLUMNS, empty="")
        return
    if session.output_format() == "ndjson":
        for row in _rows(app):
            click.echo(json.dumps(row))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(app):
        writer.writerow([defused(str(row[name] or "")) for name in COLUMNS])


def _rows(
    app: "App", *, key: str | None = None, reason: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    from jobraker_cli.store import suppressions as store
    from jobraker_cli.store.engine import reading

    with reading(app.engine) as connection:
        for one in store.listed(connection, key=key, reason=reason, limit=limit):
            yield {
                "key": one.key,
                "reason": one.reason,
                "source": one.source,
                "created_at": iso(one.created_at),
            }


def _app(*, readonly: bool = False) -> "App":
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=readonly)
    require_baseline(app)
    return app
