"""Whether the runs of an alert have passed a job, or which of them it waits for."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection

from jobraker_cli.model import Alert, Job
from jobraker_cli.store import queueing, runs, told
from jobraker_cli.store.told import Shown
from jobraker_cli.tasks import alert_mail
from jobraker_cli.tasks.alerts import TASKS, in_shard
from jobraker_cli.tasks.answers import Hindrance
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.periods import period_label
from jobraker_cli.tasks.task import Task

_MOST_PLANS = 500  # that are looked through for the one that served an intake


def task_of(alert: Alert) -> Task | None:
    """The task that serves an alert; None if there is none of its frequency."""
    return next((one for one in TASKS if one.name == f"{alert.frequency}-alerts"), None)


class Turns:
    """The runs of one person's alerts, and where one job stands in them.

    `intake` is the one that found the job, None if none has yet.
    """

    def __init__(
        self, connection: Connection, app: App, user_id: str, job: Job, intake: int | None
    ) -> None:
        self._connection = connection
        self._zone = app.settings.timezone
        self._now = app.clock()
        self._user_id = user_id
        self._job = job
        self._intake = intake

    def left_out(self, alert: Alert, failing: Collection[str]) -> Iterator[Hindrance]:
        """Whether the job was taken out of the alert's mail right before the send.

        `failing` names why it may not be mailed now. The ledger forgets what is taken out, so this
        is said only where it was planned by all that is known: where that came after the plan, and
        nothing else was held back from the mail.
        """
        digest = None if self._intake is None else self._digest(alert, self._intake)
        if digest is None or digest.state != "sent" or digest.more:
            return
        if self._since(digest, failing):
            detail = (
                f"it was planned for the mail of {digest.created_at:%Y-%m-%d %H:%M} UTC, and left "
                "out right before the send: closed, past its deadline or applied to by then"
            )
            yield Hindrance(name="left_out", detail=detail)

    def _since(self, digest: Shown, failing: Collection[str]) -> bool:
        """Whether all that keeps the job back is known to have come after a digest's plan."""
        applied_at = told.applied_at(self._connection, self._user_id, self._job.id)
        plan = runs.by_id(self._connection, digest.run_id or 0)
        open_then = plan is not None and plan.run_seq == self._intake
        known = {
            "status": open_then,
            "deadline": _after(self._job.deadline, digest.created_at),
            "not_applied": _after(applied_at, digest.created_at),
        }
        return all(known.get(name, False) for name in failing)

    def reason(self, alert: Alert) -> Hindrance:
        """Why an alert that matches has not shown the job: its turn comes, or is over."""
        task = f"{alert.frequency}-alerts"
        floor = alert.floor or runs.planned_floor(self._connection, task, "1/1")
        if self._intake is None or self._intake > floor:
            return Hindrance(name="not_due", detail=self._waiting(alert))
        return self._served(alert, self._intake)

    def _waiting(self, alert: Alert) -> str:
        task = task_of(alert)
        due = task and task.schedule.next(self._now, self._zone)
        when = f"{alert.frequency}-alerts is due at {due:%Y-%m-%d %H:%M} UTC"
        label = period_label(alert.frequency, self._now, self._zone)
        if label and queueing.taken_keys(self._connection, [self._key(alert, self._now)]):
            return f"the {alert.frequency} mail of {label} has gone already; {when}"
        if self._intake is None:
            return f"no run has seen the job yet; {when}"
        return f"it comes with the next mail; {when}"

    def _key(self, alert: Alert, now: datetime, intake: int = 0) -> str:
        label = period_label(alert.frequency, now, self._zone)
        return alert_mail.digest_key(alert.frequency, self._user_id, label or intake)

    def _served(self, alert: Alert, intake: int) -> Hindrance:
        """The alert's run has passed the job: its digest was full, or it left the job out."""
        digest = self._digest(alert, intake)
        if digest is not None and digest.more and self._job.id not in digest.job_ids:
            shown = len(digest.job_ids)
            return Hindrance(
                name="cap_reached",
                detail=f"the mail of {digest.created_at:%Y-%m-%d} was full: it showed {shown} jobs "
                f"(ALERT_MAX_JOBS, ALERT_MAX_PER_COMPANY) and spoke of {digest.more} more",
            )
        return Hindrance(
            name="served",
            detail="the alert was served that intake already: the job came in before the alert was "
            "made; or at that time it was no match or not eligible, or mail was paused, the "
            "account inactive or the alert off",
        )

    def _digest(self, alert: Alert, intake: int) -> Shown | None:
        """The digest of the run that served the alert an intake, if it shows anything of it."""
        plans = runs.planned_from(
            self._connection, f"{alert.frequency}-alerts", intake, limit=_MOST_PLANS
        )
        for plan in plans:
            if not in_shard(self._user_id, _parts(plan.shard)):
                continue
            key = self._key(alert, plan.believed_at, plan.run_seq or 0)
            digest = told.digest(self._connection, key)
            if digest is not None and (digest.run_id or 0) < plan.run_id:
                continue  # the period's mail had gone before: the next period's has it
            theirs = digest is not None and digest.run_id == plan.run_id
            return digest if digest and theirs and alert.id in digest.alert_ids else None
        return None


def _parts(shard: str) -> tuple[int, int]:
    part, _, parts = shard.partition("/")
    return int(part), int(parts)


def _after(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment > other
