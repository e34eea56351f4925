"""The figures for Prometheus' textfile collector, written whole or not at all."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jobraker_cli.store import figures, runs
from jobraker_cli.store.engine import reading
from jobraker_cli.store.runs import RunRecord
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.task import all_tasks

_QUOTA = ("provider", "domain", "span_seconds")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric, a gauge, with its samples: labels and value."""

    name: str
    about: str
    samples: Sequence[tuple[Mapping[str, str], float]]


def collect(app: App, *, written_at: datetime) -> list[Family]:
    """All figures of this moment, from one snapshot of the database."""
    now = app.clock()
    with reading(app.engine) as connection:
        last = runs.last_of_each(connection)
        success = figures.last_success(connection)
        oldest = figures.oldest(connection, now=now)
        counts = figures.by_kind_and_state(connection)
        sent = figures.sent_since(connection, now - timedelta(days=1))
        used = figures.quota_use(connection, now=now)
    return [
        *_of_runs(last, success),
        _of_schedules(app, now),
        Family(
            name="jobraker_messages",
            about="Messages in the ledger by kind and state.",
            samples=[
                ({"kind": one.names[0], "state": one.names[1]}, one.number) for one in counts
            ],
        ),
        *_of_waiting(oldest),
        Family(
            name="jobraker_quota_used",
            about="Messages counted against the newest window of a quota.",
            samples=[
                (dict(zip(_QUOTA, one.names, strict=True)), one.number)
                for one in used
            ],
        ),
        _one("jobraker_sent_last_24h", "Messages sent in the last 24 hours.", sent),
        _one("jobraker_metrics_written_time_seconds", "When this file was written.",
             written_at.timestamp()),
    ]  # fmt: skip


def _of_runs(last: Mapping[str, RunRecord], success: Mapping[str, datetime]) -> Iterator[Family]:
    finished = {
        task: (run.finished_at - run.started_at).total_seconds()
        for task, run in last.items()
        if run.finished_at is not None
    }
    yield _by_task(
        "jobraker_last_run_time_seconds",
        "When the last run of a task began.",
        {task: run.started_at.timestamp() for task, run in last.items()},
    )
    yield _by_task(
        "jobraker_last_run_duration_seconds", "How long the last finished run took.", finished
    )
    yield _by_task(
        "jobraker_last_success_time_seconds",
        "When a task last came to its end.",
        {task: moment.timestamp() for task, moment in success.items()},
    )
    yield Family(
        name="jobraker_last_run_outcome",
        about="1 for the outcome that the last run of a task had.",
        samples=[({"task": task, "outcome": run.outcome}, 1) for task, run in last.items()],
    )
    yield Family(
        name="jobraker_last_run_messages",
        about="What the last run of a task counted.",
        samples=[
            ({"task": task, "count": name}, number)
            for task, run in last.items()
            for name, number in sorted(run.counts.items())
        ],
    )


def _of_schedules(app: App, now: datetime) -> Family:
    """When each task was last due: late is who has no success since."""
    zone = app.settings.timezone
    return _by_task(
        "jobraker_last_due_time_seconds",
        "When a task was last due by its schedule.",
        {task.name: task.schedule.latest(now, zone).timestamp() for task in all_tasks().values()},
    )


def _of_waiting(oldest: Mapping[str, figures.Oldest]) -> Iterator[Family]:
    none = figures.Oldest(number=0, seconds=0.0)
    states = ("pending", "uncertain", "dead")
    found = {state: oldest.get(state, none) for state in states}
    yield _one("jobraker_backlog", "Messages that wait to be sent.", found["pending"].number)
    yield Family(
        name="jobraker_oldest_age_seconds",
        about="Age of the oldest message that waits, is uncertain, is dead; 0 without one.",
        samples=[({"state": state}, found[state].seconds) for state in states],
    )


def _by_task(name: str, about: str, values: Mapping[str, float]) -> Family:
    samples = [({"task": task}, value) for task, value in values.items()]
    return Family(name=name, about=about, samples=samples)


def _one(name: str, about: str, value: float) -> Family:
    return Family(name=name, about=about, samples=[({}, value)])


def render(families: Iterable[Family]) -> str:
    """The text format of Prometheus, version 0.0.4."""
    lines = []
    for family in families:
        lines += [f"# HELP {family.name} {family.about}", f"# TYPE {family.name} gauge"]
        lines += [f"{family.name}{_labels(labels)} {value!r}" for labels, value in family.samples]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{inner}}}" if inner else ""


def write(path: Path, families: Iterable[Family]) -> None:
    """Put the file in place by a rename, so that a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(render(families))
        Path(name).chmod(0o644)  # the collector is another user
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
