"""Which change of an application's status is told to its owner: pure rules over what was seen.

The ledger holds the status it found last and the one that the owner knows of. Between two runs a
status may go A -> B -> C (one message, "from A") or A -> B -> A (silence).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobraker_cli.model import APPLICATION_STATUSES, Application, StatusSeen

OTHER = "other"
"""What the setting STATUS_MAILS calls every status that is not known."""

BEGINNINGS = ("pending", "submitting_via_skyvern", "submitted")
"""Where applications begin: to find a new one there is no news to the person who made it."""

BROUGHT_IN = timedelta(days=30)
"""An application older than this when it is first found is history that was brought in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to write down, and whether to tell the owner.

    `before` is the status that they knew of, empty where they knew of none. `withdraw` says that
    the last message, which has not gone, is no longer true.
    """

    seen: StatusSeen
    tell: bool = False
    before: str = ""
    withdraw: bool = False


def decide(
    application: Application,
    seen: StatusSeen | None,
    *,
    told: Collection[str],
    settle: timedelta,
    now: datetime,
) -> Decision | None:
    """What comes of an application as it is now; None where there is nothing to write.

    `told` are the statuses that people are told of (OTHER for all unknown ones).
    """
    status = application.status
    if seen is not None and status == seen.status:
        if seen.waiting_status is None:
            return None
        return Decision(
            seen=replace(seen, waiting_status=None, waiting_since=None, version=seen.version + 1)
        )
    if settle and not _settled(application, seen, settle, now):
        return _wait(application, seen, now)
    before = _known(seen)
    wanted = is_told(status, told) and status != before
    if seen is None:
        wanted = wanted and _is_news(application, now)
    return Decision(
        seen=StatusSeen(
            status=status,
            told=status if wanted or seen is None else before,
            told_before=before,
            since=now,
            touched_at=application.updated_at,
            version=1 if seen is None else seen.version + 1,
        ),
        tell=wanted,
        before=before,
        withdraw=seen is not None and seen.unsent,
    )


def is_told(status: str, told: Collection[str]) -> bool:
    """Whether people are told of a status at all; never of an empty one."""
    return bool(status) and (status if status in APPLICATION_STATUSES else OTHER) in told


def _known(seen: StatusSeen | None) -> str:
    """The status that the owner knows of: a message that has not gone told them nothing."""
    if seen is None:
        return ""
    return seen.told_before if seen.unsent else seen.told


def _is_news(application: Application, now: datetime) -> bool:
    """Whether the first status of a new application came from elsewhere than its owner."""
    age = now - application.created_at if application.created_at else timedelta(0)
    return application.status not in BEGINNINGS and age <= BROUGHT_IN


def _settled(
    application: Application, seen: StatusSeen | None, settle: timedelta, now: datetime
) -> bool:
    """Whether a status has stood long enough: since a run first saw it, or since the row was saved.

    A row that was not saved since the ledger looked says nothing of when its status changed.
    """
    saved = application.updated_at
    if seen is None:
        return saved is None or saved + settle <= now
    since = seen.waiting_since if seen.waiting_status == application.status else None
    if since is not None and since + settle <= now:
        return True
    return saved is not None and saved != seen.touched_at and saved + settle <= now


def _wait(application: Application, seen: StatusSeen | None, now: datetime) -> Decision | None:
    """Note since when a status waits; a new application is looked at anew by each run."""
    if seen is None or seen.waiting_status == application.status:
        return None
    return Decision(
        seen=replace(
            seen,
            waiting_status=application.status,
            waiting_since=now,
            version=seen.version + 1,
        )
    )
