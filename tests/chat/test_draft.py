"""A reply is kept once, whenever it is interrupted."""

import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from jobraker_cli.assistant.archive import MemoryArchive
from jobraker_cli.assistant.draft import Draft


class Interrupted(MemoryArchive):
    """An archive during whose first writing Ctrl-C is pressed, when the row is there already."""

    def add(self, session_id: str, role: str, content: str, metadata: Mapping[str, Any]) -> str:
        made = super().add(session_id, role, content, metadata)
        os.kill(os.getpid(), signal.SIGINT)
        return made


def test_a_reply_that_is_interrupted_while_it_is_written_is_there_once() -> None:
    archive = Interrupted(lambda: datetime(2026, 11, 26, tzinfo=UTC))
    session = archive.begin()
    draft = Draft(archive, session, "model", lambda: 0.0)
    draft.add("First paragraph.")
    with pytest.raises(KeyboardInterrupt):
        draft.save_now_and_then()
    draft.add(" And more.")
    draft.keep(partial=True)
    assert [one.content for one in archive.messages(session, 9)] == ["First paragraph. And more."]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
