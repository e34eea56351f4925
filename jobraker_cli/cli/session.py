"""What the commands of one process share: the common options, the settings, the way to print."""

import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.errors import UsageError

if TYPE_CHECKING:
    from jobraker_cli.settings import Loaded
    from jobraker_cli.tasks.app import App

given: dict[str, Any] = {}
"""The common options that were given, filled in while the command line is parsed."""


def verbosity() -> int:
    """How often -v was given."""
    return int(given.get("verbose", 0))


def output_format() -> str:
    """The format asked for."""
    return str(given.get("format", "table"))


def quiet() -> bool:
    """Whether only errors may be printed."""
    return bool(given.get("quiet"))


@cache
def loaded() -> "Loaded":
    """The settings, read once; warnings go to standard error."""
    from jobraker_cli.settings import load

    flags = {"DATABASE_URL": given["database_url"]} if "database_url" in given else {}
    found = load(flags=flags, env_file=given.get("env_file"))
    for warning in found.warnings:
        note(f"warning: {warning}")
    return found


def app(
    *,
    now: datetime | None = None,
    readonly: bool = False,
    create: bool = False,
    stop: Event | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> "App":
    """The App of this command."""
    from jobraker_cli import wiring

    return wiring.build(
        loaded().settings,
        now=moment(now),
        readonly=readonly,
        create=create,
        stop=stop,
        console=sys.stdout if output_format() == "table" else sys.stderr,
        progress=progress,
    )


def moment(value: datetime | None) -> datetime | None:
    """A moment from the command line in UTC; one without a zone is in JOBRAKER_TZ."""
    if value is None:
        return None
    if not 1970 <= value.year < 9_000:
        raise UsageError(f"{value} is out of range; years from 1970 to 8999 make sense")
    if value.tzinfo is None:
        value = value.replace(tzinfo=loaded().settings.timezone)
    return value.astimezone(UTC)


def note(words: str) -> None:
    """One line for people on standard error."""
    from jobraker_cli.mail.clean import terminal_line

    click.echo(f"jobraker: {terminal_line(words)}", err=True)


def line(words: str) -> None:
    """One line of data for people on standard output."""
    from jobraker_cli.mail.clean import terminal_line

    click.echo(terminal_line(words))


def start_log() -> None:
    """Begin to log where JOBRAKER_LOG says; without it nothing of it is loaded."""
    settings = loaded().settings
    if settings.log:
        from jobraker_cli.operations import logs

        logs.start(settings.log, settings.log_format, secrets())
    else:
        logging.getLogger("jobraker").addHandler(logging.NullHandler())


def on_terminal() -> bool:
    """Whether a person reads standard output."""
    return sys.stdout.isatty()


def colors() -> bool:
    """Whether tables may have colours."""
    wanted = given.get("color", "auto")
    if wanted != "auto":
        return bool(wanted == "always")
    environ = os.environ  # noqa: TID251 - NO_COLOR and TERM speak of the terminal, not of us
    return on_terminal() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def secrets() -> list[str]:
    """What must not be printed, as far as the settings could be read."""
    if not loaded.cache_info().currsize:
        return []
    settings = loaded().settings
    from urllib.parse import unquote

    user_info = settings.database_url.partition("://")[2].rpartition("@")[0]
    password = user_info.partition(":")[2]
    old_keys = settings.old_secret_keys.replace(",", " ").split()
    relay = unquote(settings.email_fallback_url.rpartition("@")[0].rpartition(":")[2])
    found = [relay, settings.email_host_password, settings.secret_key, password, unquote(password)]
    found += [*old_keys, settings.dkim_private_key]
    found.append(settings.ping_url)
    found += [settings.openai_api_key, settings.chat_token]
    return [secret for secret in found if len(secret) > 3]
