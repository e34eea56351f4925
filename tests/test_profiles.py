"""The store: profiles of people, whatever the web application wrote there, and recommendations."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from jobraker_cli.model import Profile
from jobraker_cli.store import profiles
from jobraker_cli.store.engine import connect, reading
from tests.support.board import Board


@pytest.fixture
def engine(board: Board) -> Iterator[Engine]:
    made = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    yield made
    made.dispose()


def test_people_come_in_batches_with_their_profiles(board: Board, engine: Engine) -> None:
    with_one = board.add_user(first_name="Ada")
    board.add(
        "user_profiles",
        user_id=with_one,
        current_title="Data Engineer",
        skills=["python", {"name": "sql"}, 7],
        preferred_locations="Berlin, Germany",
        job_types=None,
        salary_min=70_000,
        remote_ok=False,
    )
    without = board.add_user()
    board.add_user(is_active=False)
    found: dict[str, profiles.Candidate] = {}
    after = None
    while True:
        with reading(engine) as connection:
            batch = profiles.candidates(connection, after_user=after, limit=1)
        if not batch:
            break
        after = batch[-1].user.id
        found |= {one.user.id: one for one in batch}
    assert set(found) == {with_one, without}
    assert found[with_one].user.first_name == "Ada"
    assert found[with_one].profile == Profile(
        user_id=with_one,
        title="Data Engineer",
        skills=("python", "sql"),
        level="entry",
        places=("Berlin, Germany",),
        salary_min=70_000,
        remote_ok=False,
    )
    assert found[without].profile == Profile(user_id=without)
    with reading(engine) as connection:
        assert profiles.profile_of(connection, with_one) == found[with_one].profile
        nobody = "00000000-0000-4000-8000-000000000000"
        assert profiles.profile_of(connection, nobody) == Profile(user_id=nobody)


def test_only_recommendations_nobody_looked_at_come_and_the_best_first(
    board: Board, engine: Engine
) -> None:
    ada, ben = board.add_user(), board.add_user()
    low, high, seen = (board.add_job() for _ in range(3))
    board.add_recommendation(ada, low, score=0.2)
    board.add_recommendation(ada, high, score=0.9)
    board.add_recommendation(ada, seen, status="viewed")
    with reading(engine) as connection:
        assert profiles.pending(connection, []) == {}
        found = profiles.pending(connection, [ada, ben])
    assert {user: [one.job_id for one in rows] for user, rows in found.items()} == {
        ada: [high, low]
    }
