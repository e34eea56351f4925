"""`run all`: what is due now, one task after the other; the failure of one stops no other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import JobrakerError
from jobraker_cli.operations.observed import Observer
from jobraker_cli.store import runs
from jobraker_cli.store.engine import reading, translate
from jobraker_cli.tasks.app import App, RunOptions
from jobraker_cli.tasks.due import due
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.runner import require_baseline
from jobraker_cli.tasks.task import Task, all_tasks

# From harmless to grave: which code `run all` ends with when its tasks ended with several.
_GRAVITY: Mapping[int, int] = MappingProxyType(
    {code: rank for rank, code in enumerate((0, 75, 3, 66, 69, 78, 2, 1, 130))}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutcome:
    """One task of `run all`: its report, or what kept it from beginning."""

    task: str
    report: RunReport | None
    error: Exception | None = None

    @property
    def exit_code(self) -> int:
        """The code that `run TASK` would have ended with."""
        if self.report is not None:
            return self.report.exit_code
        return self.error.exit_code if isinstance(self.error, JobrakerError) else 1


def due_now(app: App) -> list[Task]:
    """The tasks that are due, in the order in which they run."""
    require_baseline(app)
    with reading(app.engine) as connection:
        last = runs.last_of_each(connection)
    return due(all_tasks().values(), last, app.clock(), app.settings.timezone)


def run_due(observer: Observer, options: RunOptions) -> Iterator[TaskOutcome]:
    """Run what is due, each outcome as it comes; ends early on a signal only."""
    for task in due_now(observer.app):
        if observer.app.stop.is_set():
            return
        yield _outcome(observer, task, options)


def _outcome(observer: Observer, task: Task, options: RunOptions) -> TaskOutcome:
    try:
        report = observer.run(task, options)
    except DBAPIError as error:
        return TaskOutcome(task=task.name, report=None, error=translate(error) or error)
    except Exception as error:  # a defect of one task must not keep the others from their work
        return TaskOutcome(task=task.name, report=None, error=error)
    return TaskOutcome(task=task.name, report=report, error=report.error)


def worst(codes: list[int]) -> int:
    """The gravest of several exit codes."""
    return max(codes, key=lambda code: _GRAVITY.get(code, len(_GRAVITY)), default=0)
