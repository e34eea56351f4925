"""Data on standard output: tables for people; JSON, NDJSON and CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from jobraker_cli.cli import session
from jobraker_cli.mail.clean import terminal_line

Row = Mapping[str, Any]


def iso(moment: datetime | None) -> str | None:
    """A moment as programs read it: ISO 8601 in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def show_rows(rows: Sequence[Row], columns: Sequence[str], *, empty: str) -> None:
    """Print rows in the format asked for; a table shows `columns` only."""
    asked = session.output_format()
    if asked == "json":
        show_json(list(rows))
    elif asked == "ndjson":
        for row in rows:
            click.echo(json.dumps(row))
    elif asked == "csv":
        _csv(rows, columns)
    elif rows:
        _table([[_cell(row.get(name)) for name in columns] for row in rows], columns)
    elif not session.quiet():
        click.echo(empty, err=True)


def show_json(data: Any) -> None:
    """Print one JSON document, in ASCII so that nothing in it can move a terminal's cursor."""
    click.echo(json.dumps(data, indent=2 if session.on_terminal() else None))


def show_record(record: Row, words: Iterable[str]) -> None:
    """Print one record: as data in the format asked for, or as lines for people."""
    if session.output_format() in ("json", "ndjson"):
        show_json(record)
    elif session.output_format() == "csv":
        _csv([record], list(record))
    elif not session.quiet():
        for line in words:
            click.echo(terminal_line(line))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        return terminal_line(json.dumps(value))
    return terminal_line(str(value))


def _table(rows: list[list[str]], columns: Sequence[str]) -> None:
    """On a terminal a table that fits it; else plain columns, whole and without colours."""
    titles = [name.replace("_", " ") for name in columns]
    if session.on_terminal() or session.colors():
        _rich_table(rows, titles)
        return
    widths = [max(map(len, cells)) for cells in zip(titles, *rows, strict=True)]
    for row in (titles, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _rich_table(rows: list[list[str]], titles: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])  # Text: a "[" in a title is no markup
    colors = session.colors()
    console = Console(file=sys.stdout, no_color=not colors, force_terminal=colors or None)
    console.print(table)


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([defused(_cell(row.get(name))) for name in columns])


def defused(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
