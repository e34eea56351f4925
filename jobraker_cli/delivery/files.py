"""The way out that writes a file a message (EMAIL_BACKEND=file)."""

import os
import re
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from time import monotonic

from jobraker_cli.delivery.transport import Envelope, Heading, Outcome, Phase, nothing
from jobraker_cli.errors import MessageError, UnreachableError

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class FileTransport:
    """Writes each message to `folder`, byte for byte, under a name that sorts by its time.

    A message that is sent again replaces its own file. The folder is made when it is needed.
    """

    provider = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(
        self,
        envelope: Envelope,
        following: Heading | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> Outcome:
        """Write the file and have the disk keep it; raises UnreachableError when it cannot."""
        started = monotonic()
        name = _name_of(envelope)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._folder, name, envelope.content)
        except OSError as error:
            raise UnreachableError(
                f"cannot write mail to {self._folder}: {error.strerror};"
                " check EMAIL_FILE_PATH and the space on its disk"
            ) from error
        return Outcome(
            phase=Phase.DONE,
            code=250,
            enhanced_code="",
            text=f"written as {name}",
            seconds=monotonic() - started,
            provider=self.provider,
        )

    def give_up(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open."""


def _name_of(envelope: Envelope) -> str:
    if not _SAFE_ID.fullmatch(envelope.id):
        raise MessageError(f"the message's id {envelope.id!a:.60} cannot be part of a file's name")
    return f"{envelope.created_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{envelope.id}.eml"


def _write(folder: Path, name: str, content: bytes) -> None:
    """Let the file appear whole or not at all, and still be there after a power failure."""
    unfinished = folder / f".{name}.{os.getpid()}"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        unfinished.replace(folder / name)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
