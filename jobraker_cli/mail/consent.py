"""Whether a person wants a mail: pure rules over what they chose.

A mail's scope is what it can be unsubscribed from. It is covered by wider ones: `alert:ID` by
`alerts`, and everything by `all`. A mail of no scope ("") is one that nobody can decline: a
password reset, a welcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jobraker_cli.model import Preference

SCOPES = ("alerts", "recommendations", "reminders", "status", "all")
ONE_ALERT = "alert:"
_CAPPED = ("alerts", "recommendations", "reminders")
_WORDS = {
    "alerts": "job alerts",
    "recommendations": "recommendations",
    "reminders": "reminders",
    "status": "status mails",
    "all": "all optional mail",
}


class Way(StrEnum):
    """How a person is told: by mail; in the application only; or later, when the week is over."""

    MAIL = "mail"
    IN_APP = "in-app"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How to tell a person, and why it is not by mail (empty where it is)."""

    way: Way
    reason: str = ""

    @property
    def may_mail(self) -> bool:
        """Whether a mail may go."""
        return self.way is Way.MAIL


def covering(scope: str) -> tuple[str, ...]:
    """The scopes whose choices a mail of `scope` obeys, the narrowest first."""
    if not scope:
        return ()
    if scope.startswith(ONE_ALERT):
        return (scope, "alerts", "all")
    return (scope,) if scope == "all" else (scope, "all")


def consent(
    scope: str, chosen: Mapping[str, Preference], now: datetime, *, mailed_this_week: int = 0
) -> Consent:
    """What a person's choices (by scope) say of one more mail of `scope` at this moment.

    `mailed_this_week` counts the list mails that they got or will get in this calendar week.
    """
    for one in covering(scope):
        refused = _refused(chosen.get(one), now)
        if refused:
            return Consent(way=Way.IN_APP, reason=refused)
    cap = weekly_cap(chosen)
    if cap is not None and is_capped(scope) and mailed_this_week >= cap:
        return Consent(way=Way.LATER, reason=f"the person wants at most {cap} mails a week")
    return Consent(way=Way.MAIL)


def is_capped(scope: str) -> bool:
    """Whether mails of a scope count against a person's weekly cap: list mail does."""
    return scope in _CAPPED or scope.startswith(ONE_ALERT)


def weekly_cap(chosen: Mapping[str, Preference]) -> int | None:
    """The most list mails a week that a person wants; None where they did not say."""
    everything = chosen.get("all")
    return None if everything is None else everything.weekly_cap


def week_start(now: datetime, zone: ZoneInfo) -> datetime:
    """The Monday 00:00 at which the calendar week of `now` began."""
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=local.weekday())).astimezone(now.tzinfo)


def in_words(scope: str) -> str:
    """What a scope covers, for people to read."""
    return _WORDS.get(scope, "one job alert")


def _refused(one: Preference | None, now: datetime) -> str:
    """Why this choice keeps a mail back; empty where it does not."""
    if one is None:
        return ""
    if one.choice == "unsubscribed":
        return f"the person unsubscribed from {in_words(one.scope)}"
    if one.choice == "paused" and (one.until is None or now < one.until):
        return f"the person paused {in_words(one.scope)}"
    return ""
