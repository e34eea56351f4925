"""Why a person was or was not mailed a job: the answer as values, and its words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jobraker_cli.model import Alert, Clause, Explanation, Job, User
from jobraker_cli.store.told import Told

NEVER_GOES = {
    "dead": "failed for good",
    "cancelled": "was cancelled",
    "suppressed": "was not sent, for the address refused mail before",
}
_WAITS = {
    "pending": "waits to be sent",
    "sending": "is being sent",
    "failed": "failed and will be tried again",
    "uncertain": "was handed over, but whether it arrived is unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """One reason why a mail did not go out; `name` is a word for programs."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAnswer:
    """What one of the person's alerts makes of the job, and what held its mail back."""

    alert: Alert
    explanation: Explanation
    hindrances: tuple[Hindrance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a person was mailed a job, and every reason why not.

    `mailed` is the message that showed them this posting, None if none did; `hindrances` are the
    reasons that no single alert has.
    """

    user: User
    job: Job
    mailed: Told | None
    messages: tuple[Told, ...]
    alerts: tuple[AlertAnswer, ...]
    eligibility: tuple[Clause, ...]
    hindrances: tuple[Hindrance, ...]

    @property
    def match(self) -> bool:
        """Whether any of the alerts matches."""
        return any(one.explanation.match for one in self.alerts)

    @property
    def eligible(self) -> bool:
        """Whether the job might be mailed to the person now."""
        return all(clause.holds for clause in self.eligibility)

    @property
    def nearest(self) -> AlertAnswer | None:
        """The alert with the fewest conditions that fail; None if there is no alert."""
        return min(self.alerts, key=_failing, default=None)


def _failing(one: AlertAnswer) -> int:
    return sum(not clause.holds for clause in one.explanation.clauses)


def of_rules(explanation: Explanation) -> Iterator[Hindrance]:
    """The conditions of the alert that fail."""
    missing = [one for one in explanation.clauses if not one.holds]
    if missing:
        detail = "; ".join(f"{one.name.replace('_', ' ')}: {one.detail}" for one in missing)
        yield Hindrance(name="no_match", detail=detail)


def of_switches(alert: Alert) -> Iterator[Hindrance]:
    """What is switched off at the alert."""
    if not alert.is_active:
        yield Hindrance(name="alert_off", detail="the alert is switched off")
    if not alert.email_notifications:
        yield Hindrance(name="mail_off", detail="the alert is not to be mailed")


def holding(messages: Iterable[Told], eligibility: Iterable[Clause]) -> list[Told]:
    """The messages that keep another mail with the job back.

    They are those with the posting itself, and what counts of those with another one of its
    vacancy while the vacancy is not to be mailed again.
    """
    again = all(one.holds for one in eligibility if one.name == "not_mailed")
    return [one for one in messages if one.same_posting or not (again or one.state in NEVER_GOES)]


def without_needless(answers: Sequence[AlertAnswer]) -> tuple[AlertAnswer, ...]:
    """The answers without "served" where the turn of another alert says more."""
    names = {hindrance.name for one in answers for hindrance in one.hindrances}
    if not names & {"cap_reached", "not_due"}:
        return tuple(answers)
    return tuple(
        replace(one, hindrances=tuple(each for each in one.hindrances if each.name != "served"))
        for one in answers
    )


def not_mailed(messages: Iterable[Told], *, reposted: bool) -> Clause:
    """Whether the person was not mailed the job, by what became of the messages with it.

    `reposted`: a mail with another posting of the vacancy keeps this one back, if there is any.
    """
    own = [one.state for one in messages if one.same_posting and one.shows]
    others = [one.state for one in messages if not one.same_posting]
    counting = [state for state in others if reposted and state not in NEVER_GOES]
    if "sent" in own:
        return _not_mailed("the person has been mailed it before", holds=False)
    if "sent" in counting:
        return _not_mailed("the person has been mailed another posting of it", holds=False)
    if counting:
        detail = f"the mail with another posting of it {_became(counting[0])}"
        return _not_mailed(detail, holds=False)
    became = f": its mail {_became(own[0])}" if own else ""
    return _not_mailed(f"the person has not been mailed it{became}", holds=True)


def _not_mailed(detail: str, *, holds: bool) -> Clause:
    return Clause(name="not_mailed", holds=holds, detail=detail)


def _became(state: str) -> str:
    return (NEVER_GOES | _WAITS).get(state, state)


def of_message(one: Told, now: datetime, full_until: datetime | None) -> Hindrance:
    """What a message means for whether the person was told.

    `full_until`: when the relay's limit lets mail go again, None if it does now.
    """
    what = "it" if one.same_posting else "another posting of this vacancy"
    if one.created_at is None:
        detail = f"{what} was mailed; when and in which message was pruned"
        return Hindrance(name="already_sent", detail=detail)
    when = f"{one.created_at:%Y-%m-%d %H:%M} UTC"
    if not one.shows:
        detail = f"{what} was planned for the mail of {when}, and left out right before the send"
        return Hindrance(name="left_out", detail=f"{detail}: closed, applied to or dismissed")
    if one.state == "sent":
        sent = f"{one.sent_at or one.created_at:%Y-%m-%d %H:%M} UTC"
        return Hindrance(
            name="already_sent", detail=f"{what} was mailed at {sent}, {one.message_id}"
        )
    said = f": {one.last_reply}" if one.last_reply else ""
    if one.state in NEVER_GOES:
        detail = f"the mail of {when} with {what} {NEVER_GOES[one.state]}{said}"
        return Hindrance(name=f"message_{one.state}", detail=detail)
    again = _next_try(one, now, full_until)
    detail = f"the mail of {when} with {what} {_WAITS.get(one.state, one.state)}{said}{again}"
    return Hindrance(name="message_waits", detail=detail)


def _next_try(one: Told, now: datetime, full_until: datetime | None) -> str:
    """When a message that waits is tried, as far as that is known."""
    at = one.next_attempt_at
    if one.state == "sending" or (at is None and one.state != "pending"):
        return ""
    if at is not None and at > max(now, one.created_at or now):
        return f"; next try at {at:%Y-%m-%d %H:%M} UTC"
    if full_until is not None:
        return (
            f"; the relay's limit (EMAIL_RATE_*) is used up until {full_until:%Y-%m-%d %H:%M} UTC"
        )
    return "; it goes with the next delivery"
