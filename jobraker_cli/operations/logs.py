"""The log: one event one line, as text or JSON, to stderr, a file or syslog; never an address."""

import json
import logging
import logging.handlers
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jobraker_cli.errors import ConfigError

FIELDS = (
    "task", "run_id", "outcome", "planned", "queued", "sent", "failed", "dead", "uncertain",
    "suppressed", "cancelled", "duration_seconds", "error",
)  # fmt: skip
_ADDRESS = re.compile(r"[^\s'\"<>(),:;=]+@[^\s'\"<>(),:;=]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SYSLOG_SOCKETS = ("/dev/log", "/var/run/syslog")


def start(destination: str, form: str, secrets: Sequence[str] = ()) -> None:
    """Send what the logger "jobraker" says to a destination; "" is nowhere.

    `destination` is stderr, syslog or a path; `form` is text or json. A file that logrotate moves
    away is opened again. Raises ConfigError for a destination that cannot be opened.
    """
    logger = logging.getLogger("jobraker")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    handler = logging.NullHandler() if not destination else _handler(destination)
    handler.setFormatter(_Json(secrets) if form == "json" else _Text(secrets))
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logging.raiseExceptions = False  # a full disk must not end a run, nor print a traceback


def _handler(destination: str) -> logging.Handler:
    try:
        if destination == "stderr":
            return logging.StreamHandler(sys.stderr)
        if destination == "syslog":
            found = (one for one in _SYSLOG_SOCKETS if Path(one).exists())
            return syslog_handler(next(found, ("localhost", 514)))
        return logging.handlers.WatchedFileHandler(Path(destination), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"JOBRAKER_LOG names {destination}, which cannot be written: {error.strerror or error}"
        ) from error


def syslog_handler(address: str | tuple[str, int]) -> logging.Handler:
    """A handler for the syslog daemon at a socket's path or a host and port."""
    facility = logging.handlers.SysLogHandler.LOG_MAIL
    handler = logging.handlers.SysLogHandler(address, facility)
    handler.ident = "jobraker: "
    handler.append_nul = False
    return handler


class _Event(logging.Formatter):
    """What both forms share: the fields of an event, without secrets, addresses and line ends."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = [one for one in secrets if one]

    def facts(self, record: logging.LogRecord) -> dict[str, object]:
        """The fields that this event has, in their order."""
        found = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        return {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": self.clean(record.getMessage()),
            **{
                name: self.clean(value) if isinstance(value, str) else value
                for name, value in found.items()
            },
        }

    def clean(self, text: str) -> str:
        """One line without an address or a secret."""
        for secret in self._secrets:
            text = text.replace(secret, "********")
        return _CONTROLS.sub(" ", _ADDRESS.sub("<address>", text))


class _Json(_Event):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        return json.dumps(self.facts(record))


class _Text(_Event):
    def format(self, record: logging.LogRecord) -> str:
        """Time, level and event, then name=value; a value with a space is quoted."""
        facts = self.facts(record)
        head = f"{facts.pop('time')} {str(facts.pop('level')).upper()} {facts.pop('event')}"
        return " ".join([head, *(f"{name}={_quoted(value)}" for name, value in facts.items())])


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r'[\s"=]', text) or not text else text
