"""When a person is reminded of an application: pure rules over its row.

Their own date comes first: once for each date, in any open status. Without a date of their own
they are reminded once of an application that is sent or under review and long without news.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobraker_cli.model import Application

CLOSED = ("rejected", "withdrawn", "accepted")
WAITING = ("submitted", "under_review")
SILENCE = "silence"
DATE_STALE = timedelta(days=30)
"""A date of one's own longer ago than this is history, and not reminded of any more."""
SILENCE_STALE = timedelta(days=60)
"""An application without news for longer than this is history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Why a person is reminded: the ledger's name for it, and the whole days without news."""

    cause: str
    days: int

    @property
    def own_date(self) -> bool:
        """Whether it is the person's own date."""
        return self.cause != SILENCE


def date_cause(moment: datetime) -> str:
    """The ledger's name for a reminder of a person's own date."""
    return f"date:{moment.isoformat()}"


def reminder(
    application: Application,
    *,
    status_since: datetime | None,
    known: Collection[str],
    now: datetime,
    after_days: int,
) -> Reminder | None:
    """The reminder that is due now, if any; `known` are the causes reminded of before.

    `status_since` is when the ledger found the status (None: it was there at the baseline).
    """
    if application.status in CLOSED:
        return None
    days = max(0, (now - last_news(application, status_since, now)).days)
    if application.follow_up_at is not None:
        cause = date_cause(application.follow_up_at)
        due = cause not in known and _date_reached(application, now)
        return Reminder(cause=cause, days=days) if due else None
    silent = application.status in WAITING and SILENCE not in known
    if silent and after_days <= days <= SILENCE_STALE.days:
        return Reminder(cause=SILENCE, days=days)
    return None


def last_news(application: Application, status_since: datetime | None, now: datetime) -> datetime:
    """The last moment at which something is known to have happened; now where nothing is."""
    applied = application.applied_at or application.created_at
    moments = (applied, status_since, application.last_contact_at)
    return max((one for one in moments if one is not None), default=now)


def _date_reached(application: Application, now: datetime) -> bool:
    """Whether the person's date has come lately and they were not reminded since."""
    date, reminded = application.follow_up_at, application.reminded_at
    if date is None or not date <= now <= date + DATE_STALE:
        return False
    return reminded is None or reminded < date
