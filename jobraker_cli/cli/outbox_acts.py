"""`jobraker outbox retry|cancel|resolve|export`: what a person decides about messages."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Command, MomentType
from jobraker_cli.cli.output import defused, iso, show_json, show_record
from jobraker_cli.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.store.decisions import Group, Selection
    from jobraker_cli.tasks.app import App

STATES = (
    "pending", "sending", "sent", "failed", "dead", "uncertain", "cancelled", "suppressed",
)  # fmt: skip
EXPORTED = (
    "id", "kind", "user_id", "to", "state", "attempt", "message_id", "priority",
    "created_at", "next_attempt_at", "expires_at", "sent_at", "run", "last_reply",
)  # fmt: skip
_Wrapped = TypeVar("_Wrapped", bound=Callable[..., Any])


def _filters(wrapped: _Wrapped) -> _Wrapped:
    """The options that choose messages."""
    for option in (
        click.option("--since", type=MomentType(), help="Only messages created from then on."),
        click.option(
            "--run", type=click.IntRange(min=1, max=MOST), help="Only messages of this run."
        ),
        click.option("--state", type=click.Choice(STATES), help="Only messages in this state."),
        click.option("--kind", help="Only messages of this kind, for example job_alert."),
        click.option("--to", help="An address, or a part of one."),
    ):
        wrapped = option(wrapped)
    return wrapped


def _deciding(wrapped: _Wrapped) -> _Wrapped:
    """What every command that changes messages takes."""
    for option in (
        click.option("--yes", is_flag=True, help="Do it without asking."),
        click.option(
            "--dry-run", is_flag=True, help="Say what it would change, and change nothing."
        ),
    ):
        wrapped = option(wrapped)
    return click.argument("ids", nargs=-1, metavar="[ID]...")(_filters(wrapped))


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker outbox retry 7d4c6d0e-...\n"
        "  jobraker outbox retry --state dead --since 2026-11-22 --dry-run\n"
        "  jobraker outbox retry --state dead --since 2026-11-22 --yes"
    ),
)
@_deciding
def retry(ids: tuple[str, ...], dry_run: bool, yes: bool, **chosen: Any) -> None:
    """Send messages again, or sooner: those named, or all that fit the options.

    They go with the next delivery, with the same content. One past its expiry is cancelled then,
    and one whose address is suppressed stays so. Sent messages are not sent again.
    """
    _decide("retry", _selection(ids, chosen), dry_run=dry_run, yes=yes)


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker outbox cancel 7d4c6d0e-...\n"
        "  jobraker outbox cancel --kind job_alert --state pending --yes"
    ),
)
@_deciding
def cancel(ids: tuple[str, ...], dry_run: bool, yes: bool, **chosen: Any) -> None:
    """Keep waiting messages from going: those named, or all that fit the options."""
    _decide("cancel", _selection(ids, chosen), dry_run=dry_run, yes=yes)


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker outbox resolve sent 7d4c6d0e-...\n"
        "  jobraker outbox resolve again --state uncertain --run 17 --yes"
    ),
)
@click.argument("outcome", type=click.Choice(["sent", "again"]))
@_deciding
def resolve(outcome: str, ids: tuple[str, ...], dry_run: bool, yes: bool, **chosen: Any) -> None:
    """Decide about uncertain and dead messages: it was sent, or send it again.

    Uncertain means that the connection broke when all was handed over. The receiver's log tells
    by the Message-ID whether it arrived.
    """
    _decide(f"resolve {outcome}", _selection(ids, chosen), dry_run=dry_run, yes=yes)


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker outbox export > outbox.csv\n"
        "  jobraker outbox export --state dead --format ndjson"
    ),
)
@_filters
def export(**chosen: Any) -> None:
    """Print messages without their content, the newest first: as CSV, JSON or NDJSON."""
    app = _app(readonly=True)
    rows = _exported(app, _selection((), chosen))
    if session.output_format() == "json":
        show_json(list(rows))
    elif session.output_format() == "ndjson":
        for row in rows:
            click.echo(json.dumps(row))
    else:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(EXPORTED)
        for row in rows:
            writer.writerow(
                ["" if row[name] is None else defused(str(row[name])) for name in EXPORTED]
            )


def _exported(app: "App", selection: "Selection") -> Iterator[dict[str, Any]]:
    from jobraker_cli.mail.clean import terminal_line
    from jobraker_cli.store import decisions
    from jobraker_cli.store.engine import reading

    with reading(app.engine) as connection:
        for row in decisions.exported(connection, selection):
            values = [iso(one) if isinstance(one, datetime) else one for one in row.values()]
            yield {
                name: terminal_line(one) if isinstance(one, str) else one
                for name, one in zip(EXPORTED, values, strict=True)
            }


def _decide(name: str, selection: "Selection", *, dry_run: bool, yes: bool) -> None:
    from jobraker_cli.tasks.deciding import VERBS, affected, decide

    app = _app(readonly=dry_run)
    found = affected(app, VERBS[name], selection)
    messages = sum(one.messages for one in found)
    if messages and not dry_run:
        if not yes and not selection.ids:
            _confirm(name, found, messages)
        messages = decide(app, VERBS[name], selection)
    record = {
        "action": name,
        "dry_run": dry_run,
        "messages": messages,
        "by": [{"kind": one.kind, "state": one.state, "messages": one.messages} for one in found],
    }
    show_record(record, _words(name, found, messages, dry_run=dry_run))


def _confirm(name: str, found: Sequence["Group"], messages: int) -> None:
    """Ask at a terminal; elsewhere raise UsageError."""
    for line in _words(name, found, messages, dry_run=True):
        session.note(line)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"This would change {messages} messages; say --yes to do it")
    click.confirm("Do it?", abort=True, err=True)


def _words(name: str, found: Sequence["Group"], messages: int, *, dry_run: bool) -> list[str]:
    if not messages:
        return ["No message fits."]
    would = "would " if dry_run else ""
    lines = [f"{would}{name}: {messages} {'message' if messages == 1 else 'messages'}"]
    return lines + [f"  {one.messages} {one.kind}, {one.state}" for one in found]


def _selection(ids: tuple[str, ...], chosen: dict[str, Any]) -> "Selection":
    from jobraker_cli.store.decisions import Selection

    given = {name: value for name, value in chosen.items() if value is not None}
    if ids and given:
        raise UsageError("Name messages by id, or choose them by options, not both")
    if not ids and not given and click.get_current_context().info_name != "export":
        raise UsageError("Say which messages: an ID, or options such as --state dead")
    if "since" in given:
        given["since"] = session.moment(given["since"])
    return Selection(ids=tuple(_uuid(one) for one in ids), **given)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFoundError(
            f"There is no message {text[:60]!r}; ids look like 7d4c6d0e-..."
        ) from None


def _app(*, readonly: bool = False) -> "App":
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=readonly)
    require_baseline(app)
    return app
