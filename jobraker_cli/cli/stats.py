"""`jobraker stats`."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command
from jobraker_cli.cli.output import iso, show_record

if TYPE_CHECKING:
    from jobraker_cli.operations.stats import Stats

_WIDTH = 40  # of the longest bar
_EPILOG = "\b\nExamples:\n  jobraker stats\n  jobraker stats --days 30 --json"


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True)
def stats(days: int) -> None:
    """Count messages by kind, state, provider, domain and hour, and runs by outcome."""
    from jobraker_cli.operations.stats import read
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    found = read(app, days=days)
    if session.output_format() == "table" and session.on_terminal() and not session.quiet():
        _draw(found)
    else:
        show_record(_record(found), _words(found))


def _record(found: "Stats") -> dict[str, Any]:
    return {
        "days": found.days,
        "messages": found.messages,
        "backlog": found.backlog,
        "oldest_pending_seconds": round(found.oldest_pending_seconds, 3),
        "sent_last_24h": found.sent_last_24h,
        "runs": found.runs,
        "providers": [
            {
                "provider": name,
                "replies": replies,
                "mean_seconds": round(found.mean_seconds[name], 4),
            }
            for name, replies in found.providers.items()
        ],
        "domains": [{"domain": name, "states": states} for name, states in found.domains.items()],
        "hours": [{"hour": iso(hour), "sent": number} for hour, number in found.hours.items()],
    }


def _tables(found: "Stats") -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """The four tables with their headings."""
    span = "the last day" if found.days == 1 else f"the last {found.days} days"
    return {
        f"Messages of {span}, by kind": found.messages,
        "Tries by provider and reply": found.providers,
        "Messages by domain": found.domains,
        "Runs by task": found.runs,
    }


def _head(found: "Stats") -> str:
    return (
        f"{found.sent_last_24h} sent in the last 24 hours; {found.backlog} wait, "
        f"the oldest for {found.oldest_pending_seconds:.0f} s"
    )


def _words(found: "Stats") -> list[str]:
    """Plain lines, for files and pipes."""
    lines = [_head(found)]
    for title, rows in _tables(found).items():
        lines += ["", f"{title}:"]
        for name, numbers in rows.items():
            said = ", ".join(f"{number} {inner}" for inner, number in numbers.items())
            lines.append(f"  {name}: {said}")
        lines += [] if rows else ["  none"]
    lines += ["", "Sent by hour (UTC):"]
    lines += [f"  {hour:%d %H:00}  {number}" for hour, number in found.hours.items() if number]
    return lines if any(found.hours.values()) else [*lines, "  none"]


def _draw(found: "Stats") -> None:
    """Tables with bars, for a terminal."""
    from rich.console import Console

    colors = session.colors()
    console = Console(file=sys.stdout, no_color=not colors, force_terminal=colors or None)
    console.print(_head(found), highlight=False)
    for title, rows in _tables(found).items():
        totals = {name: sum(numbers.values()) for name, numbers in rows.items()}
        details = {
            name: ", ".join(f"{number} {inner}" for inner, number in numbers.items())
            for name, numbers in rows.items()
        }
        _chart(console, title, totals, details)
    hours = {f"{hour:%d %H:00}": number for hour, number in found.hours.items()}
    _chart(console, "Sent by hour (UTC)", hours, {})


def _chart(console: Any, title: str, totals: Mapping[str, int], details: Mapping[str, str]) -> None:
    """One bar a row; a name from a mail address is text, never markup or an escape."""
    from rich.bar import Bar
    from rich.table import Table
    from rich.text import Text

    from jobraker_cli.mail.clean import terminal_line

    most = max(totals.values(), default=0) or 1
    table = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
    for name, total in totals.items():
        bar = Bar(most, 0, total, width=_WIDTH, color="cyan" if session.colors() else "default")
        detail = terminal_line(details.get(name, ""))
        table.add_row(
            Text(terminal_line(name)), bar, Text(str(total), justify="right"), Text(detail)
        )
    console.print()
    console.print(table)
