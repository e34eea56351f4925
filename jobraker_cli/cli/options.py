"""The options that every command has, accepted before and after its name."""

from pathlib import Path
from typing import Any

import click

from jobraker_cli.cli import session

MOST = 2**31 - 1  # for numbers on the command line: what every database takes
FORMATS = ("table", "json", "ndjson", "csv")
_COMMON_HINT = "Common options (--format, --env-file, -v, ...): jobraker --help"


def _store(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep a common option for the session; what was not given changes nothing."""
    if value is None or value is False or value == 0:
        return
    if param.name == "json":
        session.given["format"] = "json"
    elif param.name == "verbose":
        session.given["verbose"] = session.given.get("verbose", 0) + value
    else:
        session.given[str(param.name)] = value


def _common(*, hidden: bool) -> list[click.Parameter]:
    shared: dict[str, Any] = {"expose_value": False, "callback": _store, "hidden": hidden}
    return [
        click.Option(
            ["--env-file"], type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
            help="Read settings from FILE instead of .env in the working directory.", **shared),
        click.Option(
            ["--database-url"], metavar="URL",
            help="The job board's database; overrides DATABASE_URL.", **shared),
        click.Option(
            ["--format"], type=click.Choice(FORMATS), default=None,
            help="How data is printed; table is for people.", **shared),
        click.Option(["--json"], is_flag=True, help="The same as --format json.", **shared),
        click.Option(
            ["-q", "--quiet"], is_flag=True, help="Print errors only.", **shared),
        click.Option(
            ["-v", "--verbose"], count=True,
            help="Say more; twice: tracebacks of errors too.", **shared),
        click.Option(
            ["--color"], type=click.Choice(["auto", "always", "never"]), default=None,
            help="Colours in tables (NO_COLOR and TERM=dumb are obeyed).", **shared),
    ]  # fmt: skip


class Command(click.Command):
    """A command that takes the common options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _common(hidden=True)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, and where the common options are described."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(_COMMON_HINT)


class Group(click.Group):
    """A group that takes the common options, and whose commands do."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _common(hidden=self.name not in (None, "root"))


class MomentType(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A moment in ISO 8601; naive text stays naive until the time zone is known."""

    name = "WHEN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Text as a datetime."""
        from datetime import datetime

        try:
            return datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            self.fail(f"{value!r} is no moment; write for example 2026-08-12T09:00:00Z")


class ShardType(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A part K of N, both from 1."""

    name = "K/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Text as (K, N)."""
        if isinstance(value, tuple):
            return value
        part, _, parts = str(value).partition("/")
        if part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts) <= 10_000:
            return int(part), int(parts)
        return self.fail(f"{value!r} is no part; write for example 1/4, the first of four")
