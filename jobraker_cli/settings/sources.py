"""Where settings come from: flags, then the environment, then .env; checked and frozen."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from jobraker_cli.errors import ConfigError
from jobraker_cli.settings import values
from jobraker_cli.settings.catalogue import Settings, catalogue
from jobraker_cli.settings.providers import PRESETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings, where each one came from by name, what to warn of, and the .env that was read."""

    settings: Settings
    sources: Mapping[str, str]
    shown: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    env_file: Path | None = None


def load(
    *,
    flags: Mapping[str, str],
    environ: Mapping[str, str] | None = None,
    env_file: Path | None = None,
    directory: Path | None = None,
) -> Loaded:
    """Read flags, then the environment, then .env; raises ConfigError naming the setting.

    `environ` defaults to the process's; `env_file` to .env in `directory` (the working one).
    """
    environ = os.environ if environ is None else environ  # noqa: TID251 - the one place
    path = env_file or (directory or Path.cwd()) / ".env"
    read = env_file is not None or path.is_file()
    dotenv, warnings = _dotenv(path) if read else ({}, ())
    found: dict[str, tuple[str, str]] = {}
    for one in catalogue():
        value = _lookup(one["name"], one["secret"], flags, environ, dotenv)
        if value is not None:
            found[one["name"]] = value
    defaults = _derived(found, environ)
    parsed: dict[str, Any] = {}
    sources: dict[str, str] = {}
    shown: dict[str, str] = {}
    for spec in fields(Settings):
        meta = spec.metadata
        name = meta["name"]
        text, source = found.get(name) or (defaults.get(name, meta["default"]), "default")
        parsed[spec.name] = _parse(name, text, meta["parse"], source, secret=meta["secret"])
        sources[name] = source if text or source != "default" else "not set"
        shown[name] = _show(text, secret=meta["secret"], name=name)
    _check_together(parsed)
    return Loaded(
        settings=Settings(**parsed),
        sources=sources,
        shown=shown,
        warnings=warnings,
        env_file=path if read else None,
    )


def _check_together(parsed: Mapping[str, Any]) -> None:
    if parsed["email_use_tls"] and parsed["email_use_ssl"]:
        raise ConfigError(
            "EMAIL_USE_TLS and EMAIL_USE_SSL are both true; keep EMAIL_USE_TLS for port 587 "
            "or EMAIL_USE_SSL for port 465"
        )
    if parsed["email_backend"] == "smtp" and not parsed["email_host"]:
        raise ConfigError("EMAIL_HOST is not set but EMAIL_BACKEND is smtp; set EMAIL_HOST")


def _dotenv(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    from dotenv import dotenv_values  # most runs have no .env

    try:
        with path.open(encoding="utf-8-sig") as stream:
            found = dotenv_values(stream=stream, interpolate=False)
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {_words(error)}") from error
    read = {name: value for name, value in found.items() if value is not None}
    secret = any(one["secret"] and read.get(one["name"]) for one in catalogue())
    if secret and mode & 0o044:
        return read, (f"{path} holds secrets and others may read it; run: chmod 600 {path}",)
    return read, ()


def _lookup(
    name: str,
    secret: bool,
    flags: Mapping[str, str],
    environ: Mapping[str, str],
    dotenv: Mapping[str, str],
) -> tuple[str, str] | None:
    """The first non-empty value of a setting, with its source."""
    if flags.get(name):
        return flags[name], "flag"
    for place, given in (("environment", environ), (".env", dotenv)):
        if given.get(name, "").strip():
            return given[name].strip(), place
        if secret and given.get(f"{name}_FILE", "").strip():
            path = Path(given[f"{name}_FILE"].strip()).expanduser()
            try:
                return path.read_text(encoding="utf-8").strip(), f"{name}_FILE ({place})"
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(
                    f"{name}_FILE names {path}, which cannot be read: {_words(error)}"
                ) from error
    return None


def _derived(found: Mapping[str, tuple[str, str]], environ: Mapping[str, str]) -> dict[str, str]:
    """Defaults that depend on other settings."""

    def value(name: str) -> str:
        return found.get(name, ("", ""))[0]

    home = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME") or "~") / ".local/share")
    data = Path(home).expanduser() / "jobraker"
    database = value("DATABASE_URL")
    beside = data
    if database.startswith("sqlite:///") and database != "sqlite:///:memory:":
        beside = Path(database.removeprefix("sqlite:///")).parent
    preset = dict(PRESETS.get(value("EMAIL_PROVIDER").lower(), {}))
    tls = value("EMAIL_USE_TLS").lower() in values.YES
    ssl = value("EMAIL_USE_SSL").lower() in values.YES
    if ssl and preset:  # the other way to the same host
        preset |= {"EMAIL_USE_TLS": "false", "EMAIL_PORT": "465"}
    sender = value("DEFAULT_FROM_EMAIL") or "alerts@jobs.example.com"
    address = sender.rpartition("<")[2].rstrip("> ")
    processors = str(min(8, os.cpu_count() or 1))
    return {
        "DATABASE_URL": f"sqlite:///{data / 'jobraker.db'}",
        "EMAIL_BACKEND": "smtp" if value("EMAIL_HOST") or preset.get("EMAIL_HOST") else "file",
        "EMAIL_FILE_PATH": str(beside / "mail"),
        "EMAIL_PORT": "465" if ssl else "587" if tls else "25",
        "EMAIL_WORKERS": processors,
        "ALERT_WORKERS": processors,
        "LIST_ID": f"alerts.{address.rpartition('@')[2]}",
        "UNSUBSCRIBE_MAILTO": address,
        **preset,
    }


_NOT_SET: Mapping[Callable[[str], Any], object] = {
    values.path: None,
    values.rate: None,
    values.count: None,
    values.domain_rates: (),
}


def _parse(
    name: str, text: str, parse: Callable[[str], Any], source: str, *, secret: bool
) -> object:
    if not text:
        return _NOT_SET.get(parse, "")
    try:
        return parse(text)
    except ValueError as error:
        told = "" if secret else f" {text[:80]!r}"
        raise ConfigError(f"{name}{told} (from {source}) {error}") from None


def _show(text: str, *, secret: bool, name: str) -> str:
    """What `config show` may print: a URL without its password, a secret as stars."""
    if name == "DATABASE_URL":
        return mask_url(text)
    return "********" if secret and text else text


def mask_url(url: str) -> str:
    """A database URL without its password, also where the password is a query parameter."""
    url = re.sub(r"(://[^:/@]*):.*@", r"\1:********@", url.replace("+psycopg2", "", 1))
    return re.sub(r"(?i)([?&](?:password|sslpassword|passfile)=)[^&]*", r"\1********", url)


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or "it is not text in UTF-8"
