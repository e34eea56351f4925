"""A run foreseen: planned without writing, counted, compared with the usual day, and frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jobraker_cli.delivery.allowance import allowance
from jobraker_cli.delivery.limits import Limits
from jobraker_cli.store import jobs, outbox, quotas
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App, Run, RunOptions
from jobraker_cli.tasks.forecast import Allowance, Forecast, Quotas, forecast
from jobraker_cli.tasks.frozen import FrozenPlan
from jobraker_cli.tasks.outlook import history_of, judged
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.runner import require_baseline
from jobraker_cli.tasks.task import Task
from jobraker_cli.tasks.tripwires import Tripped, usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a run would do. `usual` is the median of the last runs, None without a history."""

    forecast: Forecast
    usual: float | None
    tripped: Sequence[Tripped]
    frozen: FrozenPlan


def foresee(app: App, task: Task, options: RunOptions, *, given: bool) -> Foreseen:
    """Plan a run of a task that plans; `given` says that the moment came from the command line.

    Raises ConfigError without a baseline.
    """
    require_baseline(app)
    run = Run(id=0, task=task.name, now=app.clock(), options=options)
    report = RunReport(task=task.name, run_id=0, dry_run=True)
    with reading(app.engine) as connection:
        unseen = jobs.unseen_ids(connection)
    assert task.plan is not None  # noqa: S101 - the caller's promise
    task.plan(app, run, report)
    going = [message for message in report.messages if message.state == "planned"]
    history = history_of(app, run)
    return Foreseen(
        forecast=forecast(going, quotas_of(app, run.now)),
        usual=usual(history),
        tripped=judged(app, run, report, history),
        frozen=FrozenPlan(
            task=task.name,
            now=run.now,
            given=given,
            shard=options.shard,
            unseen=frozenset(unseen),
            messages=frozenset(message.fingerprint for message in going),
        ),
    )


def quotas_of(app: App, now: datetime) -> Quotas:
    """What the settings allow, less what went already, by the first relay's count."""
    quota = allowance(app.settings)
    with reading(app.engine) as connection:
        spent = quotas.used(connection, quota.provider, quota.domains) if quota.counts else ()
        waiting = outbox.count_due(connection, now=now, most=None)
    allowances = [
        Allowance(
            domain=domain,
            span=span,
            most=most,
            spent=[
                (ends, one.used)
                for one in spent
                if (one.domain, one.span) == (domain, span)
                and (ends := (one.last_at - now).total_seconds() + span) > 0
            ],
        )
        for domain, limits in (("", quota.limits), *quota.domains.items())
        for span, most in _spans(domain, limits).items()
    ]
    return Quotas(per_second=quota.limits.per_second, allowances=allowances, waiting=waiting)


def _spans(domain: str, limits: Limits) -> Mapping[int, int]:
    """The spans of a limit; to a domain those of a second too, which in all is a pace."""
    if not domain or limits.per_second is None:
        return limits.spans
    return {1: int(limits.per_second), **limits.spans}
