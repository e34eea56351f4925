"""Postings files: one JSON object a line, plain or gzipped, as open-jobs-data publishes its days.

Every line becomes a `Posting`, or a `Skipped` that says why; only a file that cannot be read at
all is an error.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

from jobraker_cli.errors import ConfigError, NotFoundError

GZIP_MAGIC = b"\x1f\x8b"
# No posting is near this long; a longer line is passed over without being held in memory.
LONGEST_LINE = 1 << 20
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One published posting; texts are stripped and storable, otherwise as they were published.

    "" stands for what is absent. `posted_at` is aware UTC, None when absent or unreadable.
    """

    line: int
    company: str
    platform: str
    job_id: str
    title: str
    department: str = ""
    locations: tuple[str, ...] = ()
    is_remote: bool | None = None
    employment_type: str = ""
    apply_url: str = ""
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A line that is no posting: its number from 1, and why."""

    line: int
    reason: str


def read_postings(path: Path) -> Iterator[Posting | Skipped]:
    """Every line of the file in order, read as it is asked for; blank lines count but give nothing.

    Raises NotFoundError when there is no such file, ConfigError when it cannot be read or its
    compression is broken (possibly after some lines).
    """
    try:
        with path.open("rb") as raw, _unpacked(raw, path) as stream:
            for number, line in _lines(stream):
                entry = _entry(number, line)
                if entry is not None:
                    yield entry
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ConfigError(f"{path} is broken gzip data: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error


def day_of(path: Path) -> date | None:
    """The day that the file's name tells ("2026-08-11.jsonl.gz"), None if it tells none."""
    found = DAY.search(path.name)
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot store: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def moment_of(text: object) -> datetime | None:
    """An ISO 8601 moment or date in UTC (no offset means UTC), None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unpacked(raw: BufferedReader, path: Path) -> IO[bytes]:
    """The file's text bytes, unpacked if they are gzip whatever the name says."""
    if raw.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if path.suffix == ".gz":
        raise ConfigError(f"{path} is named .gz but is not gzip data")
    return raw


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Line numbers from 1 with the line; None for one that is too long to be a posting."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        whole: bytes | None = line
        while line and not line.endswith(b"\n") and len(line) == LONGEST_LINE:
            whole, line = None, stream.readline(LONGEST_LINE)
        yield number, whole


def _entry(number: int, line: bytes | None) -> Posting | Skipped | None:
    if line is None:
        return Skipped(line=number, reason=f"longer than {LONGEST_LINE:,} bytes")
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        value = json.loads(text) if text.strip() else None
    except UnicodeDecodeError:
        return Skipped(line=number, reason="not UTF-8")
    except (ValueError, RecursionError):
        return Skipped(line=number, reason="not JSON")
    if not text.strip():
        return None
    return _posting(number, value)


def _posting(number: int, value: object) -> Posting | Skipped:
    if not isinstance(value, dict):
        return Skipped(line=number, reason="not a JSON object")
    title, job_id = _text(value.get("title")), _text(value.get("jobId"))
    missing = [name for name, text in (("title", title), ("jobId", job_id)) if not text]
    if missing:
        return Skipped(line=number, reason="no " + " and no ".join(missing))
    remote = value.get("isRemote")
    return Posting(
        line=number,
        company=_text(value.get("company")),
        platform=_text(value.get("platform")),
        job_id=job_id,
        title=title,
        department=_text(value.get("department")),
        locations=_texts(value.get("locations")),
        is_remote=remote if isinstance(remote, bool) else None,
        employment_type=_text(value.get("employmentType")),
        apply_url=_text(value.get("applyUrl")),
        posted_at=moment_of(value.get("postedAt")),
    )


def _text(value: object) -> str:
    """A string, or a whole number written out (some feeds number their jobs); else ""."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return storable(value).strip() if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    return tuple(text for entry in texts if (text := _text(entry)))
