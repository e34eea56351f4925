"""Fixtures of the tests of messages."""

from pathlib import Path

import pytest

from tests.support.board import Board
from tests.support.tasks import Tasks


@pytest.fixture
def tasks(board: Board, tmp_path: Path) -> Tasks:
    """Give the tasks on an empty board, once on each database."""
    return Tasks(board, tmp_path / "mail")
