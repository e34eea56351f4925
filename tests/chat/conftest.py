"""The scripted server, and conversations that are closed at the end."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chat.conversation import Conversation, converse
from tests.support.board import Board
from tests.support.model_server import ModelServer


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Give a model's server on loopback."""
    made = ModelServer()
    yield made
    made.close()


@pytest.fixture
def opened(server: ModelServer) -> Iterator[Callable[..., Conversation]]:
    """Give a way to open a user's conversation with that server on a board."""
    made: list[Conversation] = []

    def opening(board: Board, user_id: str, **options: Any) -> Conversation:
        made.append(converse(board, server, user_id, **options))
        return made[-1]

    yield opening
    for one in made:
        one.model.close()
        one.app.engine.dispose()
