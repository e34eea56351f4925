"""Facts in words: pay, days, counts, codes, greetings. English, and the same in every locale."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from jobraker_cli.mail.clean import clean_line

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_PER = {
    "hourly": "an hour",
    "daily": "a day",
    "weekly": "a week",
    "monthly": "a month",
    "yearly": "a year",
}
_JOB_TYPES = {"full_time": "Full time", "part_time": "Part time"}
_LEVELS = {"entry": "Entry level", "mid": "Mid level"}
_REMOTE = {"full": "Remote", "hybrid": "Hybrid", "no": ""}
_PERIODS = {"daily": "today", "weekly": "this week", "monthly": "this month"}
_RHYTHMS = {
    "immediate": "as soon as there are new jobs",
    "daily": "once a day",
    "weekly": "once a week",
    "monthly": "once a month",
}
# Marks, addresses and numbers: a "name" that would advertise something in our mail.
_NO_NAME = re.compile(r"[<>{}\[\]|\\/@#$%^*=+~\"&:;!?_]|\d\d|www\.|\w\.\w{2,}", re.IGNORECASE)
_LONGEST_NAME = 40


def money(minimum: int | None, maximum: int | None, currency: str, period: str) -> str | None:
    """Pay with its currency and period, "18 to 22 USD an hour"; None when undisclosed.

    Zero and None are "not said"; a range given upside down is turned.
    """
    low, high = sorted((minimum or 0, maximum or 0))
    if high <= 0:
        return None
    if low > 0:
        amount = f"{high:,}" if low == high else f"{low:,} to {high:,}"
    else:
        amount = f"from {high:,}" if minimum == high else f"up to {high:,}"
    return " ".join(
        part for part in (amount, clean_line(currency, 8).upper(), _per(period)) if part
    )


def _per(period: str) -> str:
    unknown = readable(period).lower()
    return _PER.get(period, f"({unknown})" if unknown else "")


def readable(code: str) -> str:
    """A code nobody worded, made fit to read: "gig_work" is "Gig work"."""
    words = clean_line(re.sub(r"[_\s]+", " ", code), 40)
    return words[:1].upper() + words[1:]


def job_type(code: str) -> str:
    """A job type in words; empty when there is none."""
    return _JOB_TYPES.get(code) or readable(code)


def level(code: str) -> str:
    """An experience level in words; empty when there is none."""
    return _LEVELS.get(code) or readable(code)


def remote(code: str) -> str:
    """ "Remote", "Hybrid", or nothing for a job at a place."""
    return _REMOTE[code] if code in _REMOTE else readable(code)


def day(moment: datetime, timezone: ZoneInfo, year: int) -> str:
    """The day in that time zone, "Wednesday 12 August"; with its year unless it is `year`."""
    local = moment.astimezone(timezone)
    words = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
    return words if local.year == year else f"{words} {local.year}"


def count(number: int, singular: str, plural: str) -> str:
    """The number with the form of the noun that goes with it."""
    return f"{number:,} {singular if number == 1 else plural}"


def places(names: Sequence[str], shown: int) -> str:
    """At most `shown` places and how many there are beside: "Berlin and 4 more places"."""
    listed, rest = names[:shown], len(names) - shown
    if rest > 0:
        return f"{'; '.join(listed)} and {count(rest, 'more place', 'more places')}"
    return "; ".join(listed)


def greeting(name: str) -> str:
    """ "Hello Ada,", or "Hello," when the name is empty, endless or nothing a person is called."""
    line = clean_line(name).strip(" .,-'")
    if not line or len(line) > _LONGEST_NAME or _NO_NAME.search(line):
        return "Hello,"
    if line.isupper() and len(line) > 2:
        line = line.title()
    return f"Hello {line},"


def period(frequency: str) -> str:
    """The time that a digest covers: "today", "this week"; empty for an immediate one."""
    return _PERIODS.get(frequency, "")


def rhythm(frequency: str) -> str:
    """How often such a mail comes; empty for a frequency nobody knows."""
    return _RHYTHMS.get(frequency, "")
