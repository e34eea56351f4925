"""A task run as the operator sees it: pings, one line a run in the log, figures when it is over.

None of this can fail a run: what goes wrong here is logged, and the run's outcome stays its own.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import BusyError, JobrakerError
from jobraker_cli.tasks.app import App, RunOptions
from jobraker_cli.tasks.report import COUNTS, RunReport
from jobraker_cli.tasks.runner import run_task
from jobraker_cli.tasks.task import Task

_log = logging.getLogger("jobraker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Where a run is told of; `machine_now` is this machine's clock, for the figures' own time."""

    app: App
    machine_now: Callable[[], datetime]

    def run(self, task: Task, options: RunOptions) -> RunReport:
        """Run a task and tell of it; raises what `run_task` raises. A dry run tells nobody."""
        if options.dry_run:
            return run_task(self.app, task, options)
        try:
            report = run_task(self.app, task, options, began=partial(self._began, task))
        except BusyError as error:
            _log.warning("busy", extra={"task": task.name, "error": str(error)})
            raise  # no ping: the run that is at work tells of itself
        except BaseException as error:
            self._failed(task, error)
            raise
        self._finished(report)
        return report

    def _began(self, task: Task, run_id: int) -> None:
        facts = {"task": task.name, "run_id": run_id}
        _log.info("started", extra=facts)
        self._ping("start", facts)

    def _failed(self, task: Task, error: BaseException) -> None:
        said = str(error) if isinstance(error, JobrakerError) else type(error).__name__
        _log.error("failed", extra={"task": task.name, "error": said})
        self._ping("fail", {"task": task.name, "outcome": "failed", "error": said})

    def _finished(self, report: RunReport) -> None:
        facts = summary(report)
        level = (
            logging.ERROR if report.error else logging.WARNING if report.exit_code else logging.INFO
        )
        _log.log(level, "finished", extra=facts)
        for alarm in report.alarms:
            _log.warning("alarm", extra={**_names(report), "error": alarm})
        self._write_metrics(report)
        self._ping("fail" if report.exit_code else "success", facts)

    def _write_metrics(self, report: RunReport) -> None:
        path = self.app.settings.metrics_file
        if path is None:
            return
        from jobraker_cli.operations import metrics  # without a file nothing of it is loaded

        try:
            metrics.write(path, metrics.collect(self.app, written_at=self.machine_now()))
        except (OSError, JobrakerError, DBAPIError) as error:
            said = f"the metrics file was not written: {type(error).__name__}"
            _log.warning("metrics", extra={**_names(report), "error": said})

    def _ping(self, signal: str, facts: Mapping[str, object]) -> None:
        url = self.app.settings.ping_url
        if not url:
            return
        from jobraker_cli.operations import pings  # without a URL nothing of it is loaded

        said = pings.send(
            url.replace("{task}", str(facts["task"])), signal, json.dumps(dict(facts))
        )
        if said:
            _log.warning("ping", extra={"task": facts["task"], "error": said})


def summary(report: RunReport) -> dict[str, object]:
    """A run in numbers, without an address: what logs and pings say of it."""
    facts: dict[str, object] = {
        **_names(report),
        "outcome": report.outcome,
        **{name: report.counts[name] for name in COUNTS if report.counts[name]},
        "duration_seconds": round(report.duration_seconds, 3),
    }
    return facts | ({"error": str(report.error)} if report.error else {})


def _names(report: RunReport) -> dict[str, object]:
    return {"task": report.task, "run_id": report.run_id}
