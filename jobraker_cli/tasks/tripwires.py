"""Tripwires: what is so unlike the usual day that a person should look before anything is mailed.

Pure. A task without a history of runs trips nothing: nobody knows yet what is usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HISTORY = 3  # runs that mailed somebody, before anything can be unusual
LOOKED_AT = 10  # of the last of them
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The settings, as values; 0 turns a tripwire off.

    `ratio` is to the median of the last runs, `least` how many messages it needs; `empty_percent`
    the share of mails made only by alerts that ask for nothing; `quiet_hours` without a new job.
    """

    ratio: float = 3.0
    least: int = 10
    empty_percent: int = 50
    quiet_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Tripped:
    """A tripwire that was touched: its name, and one sentence for the operator."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a run would do. `everything` are the mails of alerts that ask for nothing only.

    `arrivals` are the new jobs of each of the last days, the newest day (up to now) first.
    """

    planned: int
    everything: int = 0
    arrivals: Sequence[int] = ()
    newest_job: datetime | None = None


def usual(history: Sequence[int]) -> float | None:
    """The median of the last runs that planned anything, newest first; None without a history."""
    busy = sorted([planned for planned in history if planned > 0][:LOOKED_AT])
    if len(busy) < HISTORY:
        return None
    middle = len(busy) // 2  # `statistics` would take longer to load than a run to look around
    return float(busy[middle]) if len(busy) % 2 else (busy[middle - 1] + busy[middle]) / 2


def most(history: Sequence[int], limits: Limits) -> int | None:
    """How many messages a run may plan before it trips; None is no bound."""
    normal = usual(history)
    if normal is None or limits.ratio <= 0:
        return None
    return max(int(normal * limits.ratio), limits.least - 1)


def tripped(
    outlook: Outlook, history: Sequence[int], now: datetime, limits: Limits
) -> Sequence[Tripped]:
    """Which tripwires a run touches."""
    normal = usual(history)
    if normal is None:
        return ()
    found = (
        _too_many(outlook, normal, most(history, limits)),
        _empty(outlook, limits),
        _quiet(outlook, now, limits),
    )
    return [one for one in found if one is not None]


def _too_many(outlook: Outlook, normal: float, bound: int | None) -> Tripped | None:
    if bound is None or outlook.planned <= bound:
        return None
    times = outlook.planned / normal
    return Tripped(
        name="too many",
        detail=f"at least {outlook.planned} messages are planned, {times:.1f} times the usual "
        f"{normal:g}",
    )


def _empty(outlook: Outlook, limits: Limits) -> Tripped | None:
    if not limits.empty_percent or outlook.planned < limits.least:
        return None
    share = 100 * outlook.everything / outlook.planned
    if share < limits.empty_percent:
        return None
    return Tripped(
        name="empty queries",
        detail=f"{outlook.everything} of {outlook.planned} mails come of alerts that ask for "
        "nothing and so match every job",
    )


def _quiet(outlook: Outlook, now: datetime, limits: Limits) -> Tripped | None:
    """Only where new jobs come in on every day: elsewhere a quiet day is nothing unusual."""
    before = outlook.arrivals[1 : WEEK + 1]
    if not limits.quiet_hours or len(before) < WEEK or min(before) < limits.least:
        return None
    newest = outlook.newest_job
    if newest is None or now - newest < timedelta(hours=limits.quiet_hours):
        return None
    return Tripped(
        name="no new jobs",
        detail=f"no new job came in since {newest:%F %H:%M} UTC; is the import running?",
    )
