"""`jobraker users export|erase`."""

import sys

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Group
from jobraker_cli.cli.output import show_json, show_record


@click.group(cls=Group, epilog="\b\nExamples:\n  jobraker users export ada@example.org")
def users() -> None:
    """Hand out or erase all that is kept of a person."""


@users.command(
    "export",
    epilog=(
        "\b\nExamples:\n"
        "  jobraker users export ada@example.org > ada.json\n"
        "  jobraker users export ada@example.org --dry-run"
    ),
)
@click.argument("email")
@click.option("--dry-run", is_flag=True, help="Say how many rows there are, and no more.")
def export(email: str, dry_run: bool) -> None:
    """Print one JSON document of all that the ledger and the chat hold of a person."""
    from jobraker_cli.operations import people
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    document = people.export(app, email, app.clock())
    if not dry_run:
        show_json(document)
        return
    counts = {name: len(rows) for name, rows in document["tables"].items()}
    show_record({"tables": counts, "dry_run": True}, _words(counts))


@users.command(
    "erase",
    epilog=(
        "\b\nExamples:\n"
        "  jobraker users erase ada@example.org --dry-run\n"
        "  jobraker users erase ada@example.org --block    and never mail the address again\n"
        "  jobraker users erase ada@example.org --no-block    begin anew with the account"
    ),
)
@click.argument("email")
@click.option("--dry-run", is_flag=True, help="Say how many rows would go; nothing is written.")
@click.option(
    "--block/--no-block",
    default=None,
    help="Keep the address, as an HMAC, from any mail; by default while the account is there.",
)
@click.option("--yes", is_flag=True, help="Do not ask, on a terminal either.")
def erase(email: str, dry_run: bool, block: bool | None, yes: bool) -> None:
    """Delete all that the ledger and the chat hold of a person.

    Only the HMAC of a suppressed address stays. Delete the account in the web application first:
    while it is there its address is suppressed, since jobraker would begin anew with it.
    """
    from jobraker_cli.operations import people
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=dry_run)
    require_baseline(app)
    if not dry_run and not yes and sys.stdin.isatty():
        click.confirm("Delete all that is kept of this person?", abort=True)
    found = people.erase(app, email, block=block, dry_run=dry_run)
    record = {
        "tables": found.counts,
        "dry_run": dry_run,
        "has_account": found.has_account,
        "suppressed": found.suppressed,
    }
    head = "Would erase:" if dry_run else "Erased:"
    show_record(record, [head, *_words(found.counts)])
    if found.has_account:
        session.note(_of_account(suppressed=found.suppressed))


def _of_account(*, suppressed: bool) -> str:
    """What an erasure means for an account that is still there."""
    if suppressed:
        return (
            "the account is still there; its address is not mailed any more "
            "(to undo that: jobraker suppressions remove ADDRESS)"
        )
    return (
        "the account is still there, so jobraker begins anew with it, as with one that has just "
        "joined; delete it in the web application, or use --block"
    )


def _words(counts: dict[str, int]) -> list[str]:
    return [f"  {name}: {number}" for name, number in counts.items() if number] or ["  nothing"]
