"""The task `welcome`: the first mail of everybody who joined since the ledger looked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Checked
from jobraker_cli.store import baselines, standing, welcomes
from jobraker_cli.store.engine import reading
from jobraker_cli.store.outbox import Claimed
from jobraker_cli.store.welcomes import Newcomer
from jobraker_cli.tasks import messages
from jobraker_cli.tasks.alerts import in_shard
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.applying import GONE
from jobraker_cli.tasks.messages import Draft
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task

KIND = "welcome"
BASELINE = "users"
BATCH = 500  # people read and written together


def plan(app: App, run: Run, report: RunReport) -> None:
    """Welcome those who joined; the first run ever only takes the baseline."""
    with reading(app.engine) as connection:
        known = BASELINE in baselines.taken(connection)
    if not known:
        if not run.options.dry_run:
            with app.engine.begin() as connection:
                take_baseline(connection, run.now)
        return
    for everybody in _batches(app, run):
        batch = [one for one in everybody if messages.in_plan(app, run, draft_of(one))]
        left = messages.room(app, run, report)
        kept = batch if left is None else batch[:left]
        drafts = [draft_of(one) for one in kept]
        if run.options.dry_run:
            messages.preview(app, run, report, drafts)
        else:
            with app.engine.begin() as connection:
                new = welcomes.note(connection, [one.user.id for one in kept], run.now)
                fresh = [draft for draft in drafts if draft.user.id in new]
                messages.write(connection, app, run, report, fresh)
        if len(kept) < len(batch) or app.stop.is_set():
            return


def take_baseline(connection: Connection, now: datetime) -> None:
    """Take everybody who is there for welcomed."""
    welcomes.take_baseline(connection, now)
    baselines.note(connection, BASELINE)


def draft_of(newcomer: Newcomer, *, again: str = "") -> Draft:
    """The welcome of a person; `again` makes it another one than the first."""
    key = f"{KIND}:{newcomer.user.id}"
    return Draft(
        kind=KIND,
        key=f"{key}:{again}" if again else key,
        user=newcomer.user,
        facts={"done": list(newcomer.done)},
        page="",
    )


def _batches(app: App, run: Run) -> Iterator[Sequence[Newcomer]]:
    after: str | None = None
    while True:
        with reading(app.engine) as connection:
            batch = welcomes.newcomers(connection, after=after, limit=BATCH)
        if not batch:
            return
        after = batch[-1].user.id
        yield [one for one in batch if in_shard(one.user.id, run.options.shard)]


def check(
    connection: Connection, claimed: Sequence[Claimed], now: datetime
) -> Mapping[str, Checked]:
    """Cancel what would go to somebody who is gone."""
    users = {one.letter.user_id for one in claimed if one.letter.user_id is not None}
    active = standing.active_users(connection, users)
    return {
        one.letter.id: Checked(cancel=GONE)
        for one in claimed
        if one.letter.user_id is not None and one.letter.user_id not in active
    }


TASKS = (
    Task(
        name="welcome",
        about="A welcome for everybody who joined",
        schedule=Schedule(every_minutes=5),
        plan=plan,
        checks={KIND: check},
    ),
)
