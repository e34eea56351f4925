"""Reading what people say of themselves, and what the web application recommends to them.

Functions take an open connection and never commit.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from jobraker_cli.matching.rows import profile_from_row
from jobraker_cli.model import Profile, User
from jobraker_cli.store.shared import recommended_jobs, user_profiles, users
from jobraker_cli.store.types import present

PENDING = "pending_review"
_USER = [column.label(f"user__{column.name}") for column in users.columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A person and their profile; an empty one where they have none."""

    user: User
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """A row of `recommended_jobs` that waits for the person; the score is the web application's."""

    job_id: str
    score: float


def candidates(
    connection: Connection, *, after_user: str | None, limit: int
) -> Sequence[Candidate]:
    """Active people with their profiles, ordered by user, from the one after `after_user`."""
    found = _candidates().where(users.c.is_active).order_by(users.c.id).limit(limit)
    if after_user is not None:
        found = found.where(users.c.id > after_user)
    return [_candidate(row) for row in connection.execute(found).mappings()]


def profile_of(connection: Connection, user_id: str) -> Profile:
    """One person's profile; an empty one where they have none."""
    found = _candidates().where(users.c.id == user_id)
    row = connection.execute(found).mappings().first()
    return Profile(user_id=user_id) if row is None else _candidate(row).profile


def pending(
    connection: Connection, user_ids: Collection[str]
) -> Mapping[str, Sequence[Recommended]]:
    """What the web application recommends to these people and they have not looked at, best first.

    People without any are left out.
    """
    if not user_ids:
        return {}
    table = recommended_jobs
    found = select(table.c.user_id, table.c.job_id, table.c.score)
    found = found.where(table.c.user_id.in_(user_ids), table.c.status == PENDING)
    found = found.order_by(table.c.user_id, table.c.score.desc(), table.c.job_id)
    by_user: dict[str, list[Recommended]] = {}
    for row in connection.execute(found):
        worth = row.score if isinstance(row.score, int | float) else 0.0
        one = Recommended(job_id=row.job_id, score=float(worth))
        by_user.setdefault(row.user_id, []).append(one)
    return by_user


def _candidates() -> Select[Any]:
    own = [column for column in user_profiles.columns if column.name != "user_id"]
    joined = users.outerjoin(user_profiles, user_profiles.c.user_id == users.c.id)
    return select(*_USER, *own).select_from(joined)


def _candidate(row: Mapping[Any, Any]) -> Candidate:
    values = present(row)
    person = {
        name.removeprefix("user__"): value
        for name, value in values.items()
        if name.startswith("user__")
    }
    user = User(**{"email": "", **person})
    return Candidate(user=user, profile=profile_from_row({**values, "user_id": user.id}))
