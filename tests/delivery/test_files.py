"""The file, console and memory ways out."""

import io
import os
import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from jobraker_cli.delivery.console import ConsoleTransport
from jobraker_cli.delivery.files import FileTransport
from jobraker_cli.delivery.memory import MemoryTransport
from jobraker_cli.delivery.transport import Envelope, Phase
from jobraker_cli.errors import MessageError, UnreachableError

MOMENT = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
CONTENT = b"Subject: Jobs\r\n\r\n.dot\r\n..two\r\n.\r\nend\r\n"


def envelope(
    *, key: str = "0b1e", content: bytes = CONTENT, created_at: datetime = MOMENT
) -> Envelope:
    return Envelope(
        id=key,
        sender="jobs@board.example",
        recipient="ada@example.org",
        content=content,
        created_at=created_at,
    )


def test_a_file_holds_the_bytes_of_the_message(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "when needed"
    outcome = FileTransport(folder).send(envelope())
    assert outcome.phase is Phase.DONE
    assert outcome.code == 250
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [
        ("20261122T080000123456Z-0b1e.eml", CONTENT)
    ]


def test_nothing_is_written_before_the_first_message(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path / "mail")
    transport.close()
    assert list(tmp_path.iterdir()) == []


def test_a_retry_replaces_its_own_file(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path)
    transport.send(envelope(content=b"half"))
    transport.send(envelope())
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [CONTENT]


def test_names_sort_by_time_whatever_the_zone(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path)
    east = timezone(timedelta(hours=9))
    transport.send(envelope(key="second", created_at=MOMENT.astimezone(east)))
    transport.send(envelope(key="first", created_at=MOMENT - timedelta(microseconds=1)))
    assert [file.name[23:] for file in sorted(tmp_path.iterdir())] == ["first.eml", "second.eml"]


def test_only_the_owner_may_read_the_mail(tmp_path: Path) -> None:
    FileTransport(tmp_path / "mail").send(envelope())
    made = [tmp_path / "mail", *(tmp_path / "mail").iterdir()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700, 0o600]


def test_an_unwritable_folder_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, not a folder")
    with pytest.raises(UnreachableError, match=r"cannot write mail to .*EMAIL_FILE_PATH"):
        FileTransport(tmp_path / "mail").send(envelope())


def test_a_write_that_fails_leaves_no_unfinished_file(tmp_path: Path) -> None:
    (tmp_path / "20261122T080000123456Z-0b1e.eml").mkdir()
    with pytest.raises(UnreachableError):
        FileTransport(tmp_path).send(envelope())
    assert [path.is_dir() for path in tmp_path.iterdir()] == [True]


@pytest.mark.parametrize("key", ["../evil", "a/b", "", ".hidden", "nul\0", "a" * 200])
def test_an_id_cannot_lead_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(MessageError):
        FileTransport(tmp_path).send(envelope(key=key))
    assert list(tmp_path.iterdir()) == []


def test_the_console_shows_the_message() -> None:
    stream = io.StringIO()
    outcome = ConsoleTransport(stream).send(envelope())
    assert outcome.code == 250
    assert stream.getvalue() == CONTENT.decode().replace("\r\n", "\n") + "-" * 79 + "\n"


def test_the_console_obeys_nothing_in_a_message() -> None:
    stream = io.StringIO()
    ConsoleTransport(stream).send(envelope(content=b"\x1b]52;c;eA==\x07\xc2\x9b2J\r\n"))
    assert stream.getvalue().splitlines()[0] == r"\x1b]52;c;eA==\x07\xc2\x9b2J"


def test_a_console_nobody_reads_is_said() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with suppress(BrokenPipeError), open(writing, "w", encoding="utf-8") as stream:
        transport = ConsoleTransport(stream)
        with pytest.raises(UnreachableError, match="console"):
            transport.send(envelope())
        transport.close()


def test_memory_keeps_the_messages_in_order() -> None:
    transport = MemoryTransport()
    sent = [envelope(key="one"), envelope(key="two")]
    outcomes = [transport.send(one) for one in sent]
    transport.close()
    assert transport.messages == sent
    assert [outcome.phase for outcome in outcomes] == [Phase.DONE, Phase.DONE]
