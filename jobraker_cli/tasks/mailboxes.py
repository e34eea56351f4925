"""Mailboxes to read: a Maildir whose mails are filed once they are done with, an mbox, one mail."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from jobraker_cli.errors import NotFoundError
from jobraker_cli.mail.reports import LARGEST

_LONGEST_LINE = 64 * 1024


def read_maildir(folder: Path, obey: Callable[[bytes], None]) -> None:
    """Give every new mail of a Maildir to `obey`, and file it under cur, as seen, after that.

    Raises NotFoundError where there is no Maildir. What is no plain file is left alone.
    """
    new, cur = folder / "new", folder / "cur"
    if not new.is_dir() or not cur.is_dir():
        raise NotFoundError(f"{folder} is no Maildir: it has no folders new and cur")
    for name in sorted(os.listdir(new)):
        content = _plain_file(new / name)
        if content is None:
            continue
        obey(content)
        (new / name).rename(cur / (name if ":2," in name else f"{name}:2,S"))


def count_new(folder: Path) -> int:
    """How many mails of a Maildir are new."""
    new = folder / "new"
    return sum(1 for _ in new.iterdir()) if new.is_dir() else 0


def read_mbox(stream: BinaryIO, obey: Callable[[bytes], None]) -> None:
    """Give every mail of an mbox to `obey`; the file stays as it is."""
    for content in _mails(stream):
        obey(content)


def _mails(stream: BinaryIO) -> Iterator[bytes]:
    """The mails of an mbox, each up to the octets that are looked at."""
    kept: list[bytes] = []
    size, blank = 0, True
    for line in iter(lambda: stream.readline(_LONGEST_LINE), b""):
        if blank and line.startswith(b"From "):
            if size:
                yield b"".join(kept)
            kept, size = [], 0
        elif size < LARGEST:
            kept.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
        blank = line in (b"\n", b"\r\n")
    if size:
        yield b"".join(kept)


def _plain_file(path: Path) -> bytes | None:
    """The beginning of a file; None for what is none, or is gone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return None
    with open(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        return stream.read(LARGEST)
