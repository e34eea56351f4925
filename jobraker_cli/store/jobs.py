"""Reading jobs: the intake of new ones into the ledger, and their rows in blocks.

Functions take an open connection and never commit.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Label,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from jobraker_cli.matching.rows import texts_of
from jobraker_cli.model import Job, MatchRules
from jobraker_cli.store.ledger import job_seen
from jobraker_cli.store.shared import jobs
from jobraker_cli.store.types import comparable, present

_RENAMED = {"posted_date": "posted_at", "application_deadline": "deadline"}
_AT_ONCE = 10_000  # ids in one statement
_LONG = ("description", "requirements")  # read only where the rules search them
_LISTS = ("skills_required", "skills_preferred", "technologies")


def take_in(
    connection: Connection,
    run_seq: int,
    *,
    created_since: datetime | None,
    only: Collection[str] | None = None,
) -> int:
    """Write down every active job that the ledger has not seen, under `run_seq`; how many.

    With `only`, those among these ids.
    """
    unseen = select(jobs.c.id, literal(run_seq)).where(*_unseen(created_since))
    if only is None:
        result = connection.execute(insert(job_seen).from_select(["job_id", "run_seq"], unseen))
        return int(result.rowcount)
    taken, ids = 0, sorted(only)
    for start in range(0, len(ids), _AT_ONCE):
        some = unseen.where(jobs.c.id.in_(ids[start : start + _AT_ONCE]))
        result = connection.execute(insert(job_seen).from_select(["job_id", "run_seq"], some))
        taken += int(result.rowcount)
    return taken


def unseen_ids(connection: Connection) -> set[str]:
    """The active jobs that the ledger has not seen."""
    return set(connection.execute(select(jobs.c.id).where(*_unseen(None))).scalars())


def arrivals(
    connection: Connection, now: datetime, *, days: int
) -> tuple[datetime | None, Sequence[int]]:
    """When the newest job was created, and how many were in each of the last days up to now.

    The newest day is the first; a day is 24 hours.
    """
    edges = [now - timedelta(days=number) for number in range(days + 1)]
    created = comparable(jobs.c.created_at)
    counts = [
        func.count(case((and_(created > comparable(start), created <= comparable(end)), 1)))
        for end, start in pairwise(edges)
    ]
    newest = select(jobs.c.created_at).where(created <= comparable(now))
    row = connection.execute(select(*counts).where(created > comparable(edges[-1]))).one()
    latest = connection.execute(newest.order_by(created.desc()).limit(1)).scalar()
    return latest, [int(number) for number in row]


def take_baseline(connection: Connection, run_seq: int, *, created_before: datetime | None) -> int:
    """Write down the active jobs (created before a moment), so that they are not mailed."""
    conditions = _unseen(None)
    if created_before is not None:
        conditions.append(comparable(jobs.c.created_at) < comparable(created_before))
    known = select(jobs.c.id, literal(run_seq)).where(*conditions)
    result = connection.execute(insert(job_seen).from_select(["job_id", "run_seq"], known))
    return int(result.rowcount)


def _unseen(created_since: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        jobs.c.status == "active",
        ~exists().where(job_seen.c.job_id == jobs.c.id),
    ]
    if created_since is not None:
        conditions.append(comparable(jobs.c.created_at) >= comparable(created_since))
    return conditions


def new_jobs(
    connection: Connection,
    rules: MatchRules,
    *,
    after: int,
    through: int,
    with_unseen: bool = False,
    unseen_since: datetime | None = None,
    long_texts: bool = False,
    block: int = 5_000,
) -> Iterator[Sequence[Job]]:
    """Active jobs of the intakes above `after` up to `through`, in blocks.

    Descriptions and requirements are read where the rules search them, or with `long_texts`.

    `with_unseen` is for dry runs, which take nothing in: it adds the jobs that an intake now would
    find (created since a moment, if one is given), as of the intake `through`.
    """
    seen = and_(job_seen.c.run_seq > after, job_seen.c.run_seq <= through)
    wanted = seen
    if with_unseen:
        unseen: list[ColumnElement[bool]] = [job_seen.c.job_id.is_(None)]
        if unseen_since is not None:
            unseen.append(comparable(jobs.c.created_at) >= comparable(unseen_since))
        wanted = or_(seen, and_(*unseen))
    found = _columns(rules, long_texts=long_texts).add_columns(
        func.coalesce(job_seen.c.run_seq, through).label("run_seq")
    )
    found = found.select_from(jobs.outerjoin(job_seen, job_seen.c.job_id == jobs.c.id))
    found = found.where(jobs.c.status == "active", wanted)
    result = connection.execute(found.execution_options(yield_per=block))
    for rows in result.mappings().partitions(block):
        yield [_job(row) for row in rows]


def newest_active(
    connection: Connection, rules: MatchRules, *, limit: int, block: int = 2_000
) -> Iterator[Sequence[Job]]:
    """The newest active jobs in blocks, whether the ledger has seen them or not."""
    found = _columns(rules, long_texts=False).where(jobs.c.status == "active")
    found = found.order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit)
    result = connection.execute(found.execution_options(yield_per=block))
    for rows in result.mappings().partitions(block):
        yield [_job(row) for row in rows]


def created_since(
    connection: Connection, rules: MatchRules, *, since: datetime, long_texts: bool, block: int
) -> Iterator[Sequence[Job]]:
    """The jobs made since a moment, in blocks: all but drafts, for what is closed was open once.

    Their run_seq is 1: new to an alert whose floor is 0.
    """
    found = _columns(rules, long_texts=long_texts).add_columns(literal(1).label("run_seq"))
    found = found.where(
        jobs.c.status != "draft", comparable(jobs.c.created_at) >= comparable(since)
    )
    result = connection.execute(found.execution_options(yield_per=block))
    for rows in result.mappings().partitions(block):
        yield [_job(row) for row in rows]


def oldest(connection: Connection) -> datetime | None:
    """When the first job was made that is no draft; None if there is none."""
    found = select(jobs.c.created_at).where(jobs.c.status != "draft")
    found = found.order_by(comparable(jobs.c.created_at)).limit(1)
    made: datetime | None = connection.execute(found).scalar_one_or_none()
    return made


def by_id(connection: Connection, ids: Collection[str]) -> Mapping[str, Job]:
    """Whole jobs by id, in whatever status; those that do not exist are left out."""
    if not ids:
        return {}
    found = select(*_labelled(jobs.columns)).where(jobs.c.id.in_(ids))
    return {row["id"]: _job(row) for row in connection.execute(found).mappings()}


def newest_open(
    connection: Connection, rules: MatchRules, *, now: datetime, limit: int
) -> Sequence[Job]:
    """The newest open jobs, at most `limit`, the newest first."""
    deadline = comparable(jobs.c.application_deadline)
    found = _columns(rules, long_texts=False).where(
        jobs.c.status == "active",
        or_(jobs.c.application_deadline.is_(None), deadline > comparable(now)),
    )
    found = found.order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit)
    return [_job(row) for row in connection.execute(found).mappings()]


def _columns(rules: MatchRules, *, long_texts: bool) -> Select[Any]:
    wanted = [
        column
        for column in jobs.columns
        if long_texts or column.name not in _LONG or column.name in rules.match_fields
    ]
    return select(*_labelled(wanted))


def _labelled(columns: Iterable[Column[Any]]) -> list[Label[Any]]:
    """Columns under the names that `Job` has for them."""
    return [column.label(_RENAMED.get(column.name, column.name)) for column in columns]


def _job(row: Mapping[Any, Any]) -> Job:
    values = present(row)
    for name in _LISTS:
        values[name] = texts_of(values.get(name))
    return Job(**{"title": "", **values})
