"""How much mail may go in a span of time: pure rules over what went before.

Mail is counted in small buckets of time. A bucket counts in full until its last mail is as old as
the span, so that no span, wherever it begins, can hold more than its limit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = 3600
DAY = 86_400
BUCKETS = 60
"""Into how many parts a span is cut: so much of it, at most, is counted too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most mails a second, an hour and a day; None is no limit."""

    per_second: float | None = None
    per_hour: int | None = None
    per_day: int | None = None

    @property
    def spans(self) -> Mapping[int, int]:
        """Seconds and most mails of each span that is counted."""
        given = {HOUR: self.per_hour, DAY: self.per_day}
        return {span: most for span, most in given.items() if most is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How much went in a part of a span, and when the last of it."""

    number: int
    used: int
    last_at: datetime


def bucket_of(span: int, now: datetime) -> int:
    """The number of the bucket that a moment belongs to."""
    return int(now.timestamp()) * BUCKETS // span


def room(buckets: Iterable[Bucket], *, span: int, most: int, now: datetime) -> int:
    """How many mails more may go now."""
    since = now - timedelta(seconds=span)
    return max(0, most - sum(one.used for one in buckets if one.last_at > since))


def free_at(buckets: Iterable[Bucket], *, span: int, now: datetime) -> datetime:
    """When the first of what counts now will count no more; a span from now if nothing does."""
    length = timedelta(seconds=span)
    counting = [one.last_at for one in buckets if one.used and one.last_at > now - length]
    return min(counting, default=now) + length
