"""Run records, counters and the baseline. Functions take an open connection and never commit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, inspect, select

from jobraker_cli.store import ledger
from jobraker_cli.store.types import clock, comparable

BASELINE = "init"
_run = ledger.run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run as the ledger knows it; `counts` is empty until it finished."""

    run_id: int
    task: str
    shard: str
    started_at: datetime
    believed_at: datetime
    finished_at: datetime | None
    outcome: str
    run_seq: int | None
    counts: Mapping[str, int]
    host: str
    version: str
    error: str


def database_now(connection: Connection) -> datetime:
    """The database's clock, so that hosts with other clocks agree."""
    now: datetime = connection.execute(select(clock())).scalar_one()
    return now


def next_number(connection: Connection, name: str) -> int:
    """The next value of a counter; its row stays locked until the commit."""
    counter = ledger.counter
    value: int = connection.execute(
        counter.update()
        .where(counter.c.name == name)
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    ).scalar_one()
    return value


def peek_number(connection: Connection, name: str) -> int:
    """The value of a counter, without taking one."""
    counter = ledger.counter
    found = select(counter.c.value).where(counter.c.name == name)
    return int(connection.execute(found).scalar_one())


def open_run(
    connection: Connection, *, task: str, shard: str, believed_at: datetime, host: str, version: str
) -> int:
    """Write the record of a run that begins now; its id."""
    run_id = next_number(connection, "run_id")
    connection.execute(
        _run.insert().values(
            run_id=run_id,
            task=task,
            shard=shard,
            started_at=select(clock()).scalar_subquery(),
            believed_at=believed_at,
            outcome="running",
            counts="{}",
            host=host,
            version=version,
            error="",
        )
    )
    return run_id


def bury_dead(connection: Connection, task: str, shard: str) -> None:
    """Close the records of runs that ended without a word; call it with the task's lock held."""
    connection.execute(
        _run.update()
        .where(_run.c.task == task, _run.c.shard == shard, _run.c.finished_at.is_(None))
        .values(
            finished_at=select(clock()).scalar_subquery(),
            outcome="died",
            error="it ended without closing its record: killed, or the machine stopped",
        )
    )


def note_planned(connection: Connection, run_id: int, run_seq: int) -> None:
    """Record that the plan of a run is complete: every due alert was served up to `run_seq`."""
    connection.execute(_run.update().where(_run.c.run_id == run_id).values(run_seq=run_seq))


def close_run(
    connection: Connection, run_id: int, *, outcome: str, counts: Mapping[str, int], error: str = ""
) -> None:
    """Write how a run ended."""
    connection.execute(
        _run.update()
        .where(_run.c.run_id == run_id)
        .values(
            finished_at=select(clock()).scalar_subquery(),
            outcome=outcome,
            counts=json.dumps(dict(counts)),
            error=error,
        )
    )


def is_baselined(connection: Connection) -> bool:
    """Whether `init` was finished on this database."""
    if not inspect(connection).has_table(_run.name):
        return False
    return baseline(connection) is not None


def baseline(connection: Connection) -> RunRecord | None:
    """The run that took the baseline."""
    found = select(_run).where(_run.c.task == BASELINE, _run.c.outcome == "done")
    row = connection.execute(found.order_by(_run.c.run_id).limit(1)).mappings().one_or_none()
    return None if row is None else _record(row)


def planned_floor(connection: Connection, task: str, shard: str) -> int:
    """The intake up to which complete plans have served every alert of a task's shard.

    Those plans were of the same shard, of all people, or of all parts of another division; before
    the first it is the baseline.
    """
    found = select(_run.c.task, _run.c.shard, func.max(_run.c.run_seq).label("run_seq"))
    found = found.where(_run.c.task.in_([task, BASELINE]), _run.c.run_seq.is_not(None))
    rows = connection.execute(found.group_by(_run.c.task, _run.c.shard)).all()
    floors = [0, *(row.run_seq for row in rows if row.task == BASELINE)]
    reached = {row.shard: row.run_seq for row in rows if row.task == task}
    floors += [reached[shard]] if shard in reached else []
    for parts in {one.partition("/")[2] for one in reached}:
        division = [reached.get(f"{part}/{parts}") for part in range(1, int(parts) + 1)]
        floors += [min(one for one in division if one is not None)] if None not in division else []
    return int(max(floors))


def planned_from(
    connection: Connection, task: str, run_seq: int, *, limit: int
) -> Sequence[RunRecord]:
    """The first finished plans of a task that an intake was in, of all shards, in their order."""
    found = select(_run).where(_run.c.task == task, _run.c.run_seq >= run_seq)
    rows = connection.execute(found.order_by(_run.c.run_seq).limit(limit)).mappings()
    return [_record(row) for row in rows]


def latest(connection: Connection, *, task: str | None, limit: int | None) -> Sequence[RunRecord]:
    """Runs, the newest first."""
    found = select(_run).order_by(_run.c.run_id.desc()).limit(limit)
    if task is not None:
        found = found.where(_run.c.task == task)
    return [_record(row) for row in connection.execute(found).mappings()]


def last_of_each(connection: Connection) -> Mapping[str, RunRecord]:
    """The newest run of every task, by task."""
    newest = select(func.max(_run.c.run_id)).group_by(_run.c.task)
    found = select(_run).where(_run.c.run_id.in_(newest))
    return {row["task"]: _record(row) for row in connection.execute(found).mappings()}


def running(connection: Connection, task: str, shard: str) -> RunRecord | None:
    """The newest run of a task's shard that has no end yet: who probably holds its lock."""
    found = select(_run).where(
        _run.c.task == task, _run.c.shard == shard, _run.c.finished_at.is_(None)
    )
    row = connection.execute(found.order_by(_run.c.run_id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _record(row)


def _record(row: Mapping[Any, Any]) -> RunRecord:
    values = {str(name): value for name, value in row.items()}
    values["counts"] = json.loads(values["counts"])
    return RunRecord(**values)


def unfinished(connection: Connection) -> Sequence[RunRecord]:
    """Every run without an end, the oldest first: at work, or dead."""
    found = select(_run).where(_run.c.finished_at.is_(None), _run.c.outcome == "running")
    return [_record(row) for row in connection.execute(found.order_by(_run.c.run_id)).mappings()]


def durations(connection: Connection, task: str, *, limit: int) -> list[float]:
    """The seconds that the newest finished runs of a task took."""
    found = select(_run.c.started_at, _run.c.finished_at).where(
        _run.c.task == task, _run.c.outcome.in_(["done", "incomplete"])
    )
    rows = connection.execute(found.order_by(_run.c.run_id.desc()).limit(limit))
    return [(row.finished_at - row.started_at).total_seconds() for row in rows]


def bury_forgotten(connection: Connection, before: datetime) -> int:
    """Close the records of runs from before a moment that never closed them; how many."""
    closed = (
        _run.update()
        .where(_run.c.finished_at.is_(None), comparable(_run.c.started_at) < comparable(before))
        .values(
            finished_at=select(clock()).scalar_subquery(),
            outcome="died",
            error="it ended without closing its record: killed, or the machine stopped",
        )
    )
    return connection.execute(closed).rowcount


def by_id(connection: Connection, run_id: int) -> RunRecord | None:
    """One run."""
    row = connection.execute(select(_run).where(_run.c.run_id == run_id)).mappings().one_or_none()
    return None if row is None else _record(row)
