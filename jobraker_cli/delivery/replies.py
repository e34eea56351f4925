"""What a server's reply means for the message, its address and the run: pure rules.

The enhanced status code (RFC 3463) decides where there is one, else the reply's first digit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from jobraker_cli.delivery.transport import Outcome, Phase

FIRST_WAIT_SECONDS = 300.0
WAIT_GROWTH = 1.6
SHORTEST_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 4 * 86400.0
LONGEST_HINT_SECONDS = 3600.0

_NO_SUCH_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_BAD_SENDER = frozenset({"5.1.7", "5.1.8"})  # many servers refuse the sender only at RCPT
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_PROTOCOL_CODES = frozenset({500, 502, 503, 504})

_ENHANCED = re.compile(r"[\s#(\[]*([245]\.\d{1,3}\.\d{1,3})(?![.\d])", re.ASCII)
_GREYLIST = re.compile(r"gr[ea]y-?list", re.IGNORECASE)
_HINT = re.compile(
    r"\b(?:try|retry|wait|back|gr[ea]y-?list\w*)\b[^.;\d]{0,40}"
    r"(?:(?P<hours>\d{1,2}):(?P<minutes>\d\d):(?P<seconds>\d\d)"
    r"|(?P<count>\d{1,6})\s*(?P<unit>s|m|h|secs?|mins?|hrs?|seconds?|minutes?|hours?)\b"
    r"|(?<=after)[: ]+(?P<bare>\d{1,6})\b)",
    re.IGNORECASE | re.ASCII,
)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600}


class State(StrEnum):
    """Where a reply leaves the message; `FAILED` is tried again, `PENDING` as if never tried."""

    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    UNCERTAIN = "uncertain"
    PENDING = "pending"


class Stop(StrEnum):
    """Why the run ends: the settings need a person (exit 78), or a defect of ours (exit 1)."""

    CONFIG = "config"
    BUG = "bug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do after an outcome.

    `retry_after_seconds` None: at once where `state` is pending; where a domain is paused, when
    its pause ends. `counts`: this was an attempt. `suppress`: never mail this address again.
    `pause_domain`: hold all mail to the recipient's domain, for `retry_after_seconds` or, if that
    is None, for the configured pause. `soft_bounce`: one more time that the mailbox was full.
    """

    state: State
    retry_after_seconds: float | None = None
    counts: bool = True
    suppress: bool = False
    pause_domain: bool = False
    soft_bounce: bool = False
    stop: Stop | None = None


def classify(outcome: Outcome, *, attempt: int, jitter: float) -> Verdict:
    """Say what an outcome means; `attempt` counts from 1, `jitter` is random in [0, 1)."""
    wait = _backoff(attempt, jitter)
    kind = (outcome.code or 0) // 100
    if kind == 2 and outcome.phase in {Phase.DOT, Phase.DONE}:
        return Verdict(state=State.SENT)
    if kind == 4:
        return _refused_for_now(outcome, wait)
    if kind == 5:
        return _refused(outcome, wait)
    return _unanswered(outcome.phase, wait)


def enhanced_code_of(text: str) -> str:
    """The enhanced status code that a reply's text begins with, like "5.1.1", else ""."""
    found = _ENHANCED.match(text)
    return found[1] if found else ""


def server_words(reply: bytes | str, hidden: Mapping[str, str]) -> str:
    """A server's reply as one printable line of at most 500 characters.

    Each key of `hidden` (an address, a password) is replaced by its value.
    """
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    first, *others = text.split("\n")
    repeated = enhanced_code_of(first)
    text = " ".join([first, *(other.removeprefix(repeated) for other in others)])
    for secret, stand_in in hidden.items():
        if secret and secret.lower() in text.lower():
            text = re.sub(f"<?{re.escape(secret)}>?", stand_in, text, flags=re.IGNORECASE)
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())[:500]


def _refused_for_now(outcome: Outcome, wait: float) -> Verdict:
    enhanced = _trusted_code(outcome)
    hint = _hinted_seconds(outcome.text)
    greylisted = (
        enhanced in {"4.2.0", "4.7.1"}
        or (outcome.code == 450 and not enhanced)
        or _GREYLIST.search(outcome.text) is not None
    )
    throttled = not greylisted and (hint is not None or enhanced.startswith("4.7."))
    if greylisted:
        wait = max(FIRST_WAIT_SECONDS + wait, hint or 0.0)
    elif hint is not None:
        wait = hint
    if outcome.code == 421:
        told = wait if throttled or greylisted or hint is not None else None
        return Verdict(
            state=State.PENDING, retry_after_seconds=told, counts=False, pause_domain=throttled
        )
    if enhanced == "4.5.3":
        return Verdict(state=State.PENDING, counts=False)
    return Verdict(
        state=State.FAILED,
        retry_after_seconds=wait,
        pause_domain=throttled,
        soft_bounce=enhanced == "4.2.2",
    )


def _refused(outcome: Outcome, wait: float) -> Verdict:
    enhanced = _trusted_code(outcome)
    at_mail = outcome.phase is Phase.MAIL
    about_content = enhanced == "5.3.4" or enhanced.startswith("5.6.")
    our_bug = enhanced.startswith("5.5.") or (
        not enhanced and not at_mail and outcome.code in _PROTOCOL_CODES
    )
    about_us = (
        outcome.code in _LOGIN_CODES
        or outcome.phase is Phase.CONNECT
        or enhanced in _BAD_SENDER
        or (at_mail and not about_content and not our_bug)
    )
    if about_us:
        return Verdict(state=State.PENDING, counts=False, stop=Stop.CONFIG)
    if our_bug:
        return Verdict(state=State.FAILED, retry_after_seconds=wait, stop=Stop.BUG)
    if enhanced.startswith("5.7."):
        return Verdict(state=State.FAILED, pause_domain=True)
    return Verdict(
        state=State.DEAD, suppress=enhanced in _NO_SUCH_ADDRESS, soft_bounce=enhanced == "5.2.2"
    )


def _unanswered(phase: Phase, wait: float) -> Verdict:
    """No reply, or one that makes no sense there: only after the dot can a copy exist."""
    if phase in {Phase.DOT, Phase.DONE}:
        return Verdict(state=State.UNCERTAIN)
    if phase is Phase.CONNECT:
        return Verdict(state=State.PENDING, counts=False)
    return Verdict(state=State.FAILED, retry_after_seconds=wait)


def _trusted_code(outcome: Outcome) -> str:
    """The enhanced code, unless it contradicts its reply ("451 5.7.3" is a reply to try again)."""
    agrees = outcome.enhanced_code[:1] == str(outcome.code)[:1]
    return outcome.enhanced_code if agrees else ""


def _backoff(attempt: int, jitter: float) -> float:
    grown = FIRST_WAIT_SECONDS * WAIT_GROWTH ** min(attempt - 1, 50)
    return max(SHORTEST_WAIT_SECONDS, min(grown, LONGEST_WAIT_SECONDS) * jitter)


def _hinted_seconds(text: str) -> float | None:
    """How long the server asks to wait ("try again in 300 seconds"), within reason, else None."""
    found = _HINT.search(text)
    if found is None:
        return None
    if found["unit"]:
        seconds = int(found["count"]) * _UNIT_SECONDS[found["unit"][0].lower()]
    elif found["bare"]:
        seconds = int(found["bare"])
    else:
        seconds = int(found["hours"]) * 3600 + int(found["minutes"]) * 60 + int(found["seconds"])
    return min(max(float(seconds), 1.0), LONGEST_HINT_SECONDS)


class Bounce(StrEnum):
    """What a bounce says of its address: there is none, it takes no mail for now, or nothing."""

    HARD = "hard"
    SOFT = "soft"
    BLOCKED = "blocked"


def bounce(enhanced: str) -> Bounce:
    """What a mail that came back with this enhanced code says of the address it went to.

    Policy (x.7.x) and the message itself (x.3.4, x.6.x) say nothing of it; what is neither that
    nor "no such address" counts as soft: mailbox full, host out of reach, no code at all.
    """
    if enhanced in _NO_SUCH_ADDRESS:
        return Bounce.HARD
    subject = enhanced[2:]
    if subject.startswith(("7.", "6.")) or subject == "3.4" or enhanced in _BAD_SENDER:
        return Bounce.BLOCKED
    return Bounce.SOFT
