"""Calendar periods and schedules: pure rules over local dates.

A period is a calendar day, week (from Monday) or month in the board's time zone, never a number of
elapsed hours: runs at 09:00:00 and at 08:59:55 the next day are two days; 23 hours can be one.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def period_label(frequency: str, now: datetime, zone: ZoneInfo) -> str:
    """The period that `now` lies in: "2026-11-22", "2026-W47", "2026-11"; "" for immediate."""
    today = now.astimezone(zone).date()
    if frequency == "daily":
        return today.isoformat()
    if frequency == "weekly":
        year, week, _ = today.isocalendar()
        return f"{year}-W{week:02}"
    if frequency == "monthly":
        return f"{today.year}-{today.month:02}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a task is meant to run: every so many minutes, or at a time of day.

    `weekday` counts from Monday = 0; `day` is the day of the month.
    """

    every_minutes: int = 0
    at: time = time(9, 0)
    weekday: int | None = None
    day: int | None = None

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The last moment up to `now` at which the task was due, in UTC."""
        if self.every_minutes:
            step = timedelta(minutes=self.every_minutes)
            midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
            return (midnight + (now - midnight) // step * step).astimezone(now.tzinfo)
        today = now.astimezone(zone).date()
        back = 0
        while (moment := self._moment(today - timedelta(days=back), zone)) is None or moment > now:
            back += 1
        return moment.astimezone(now.tzinfo)

    def next(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first moment after `now` at which the task is due, in UTC."""
        if self.every_minutes:
            return self.latest(now, zone) + timedelta(minutes=self.every_minutes)
        today = now.astimezone(zone).date()
        ahead = 0
        while (
            moment := self._moment(today + timedelta(days=ahead), zone)
        ) is None or moment <= now:
            ahead += 1
        return moment.astimezone(now.tzinfo)

    def words(self) -> str:
        """The schedule as people say it."""
        at = f"{self.at:%H:%M}"
        if self.every_minutes:
            return f"every {self.every_minutes} minutes"
        if self.weekday is not None:
            names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
            return f"{names[self.weekday]} {at}"
        return f"day {self.day} of the month {at}" if self.day is not None else f"daily {at}"

    def _moment(self, day: date, zone: ZoneInfo) -> datetime | None:
        """The due moment on a local day; None when the task has none on it."""
        if self.weekday is not None and day.weekday() != self.weekday:
            return None
        if self.day is not None and day.day != self.day:
            return None
        return datetime.combine(day, self.at, tzinfo=zone)
