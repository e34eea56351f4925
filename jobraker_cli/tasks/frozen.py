"""A frozen plan: what a run would send, written to a file so that a later run sends exactly that.

The file holds no address and no text of a mail: of each message only a fingerprint.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from jobraker_cli.errors import UsageError
from jobraker_cli.store.queueing import Queued

FORMAT = 1
KEEPS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPlan:
    """What was planned, when, and from which jobs.

    `now` is the moment it was planned for; `given` says that it came from --now. `unseen` are the
    jobs that were new then: later ones wait for the next run.
    """

    task: str
    now: datetime
    given: bool
    shard: tuple[int, int]
    unseen: frozenset[str]
    messages: frozenset[str]

    def holds(self, message: Queued) -> bool:
        """Whether this very message was planned."""
        return fingerprint(message) in self.messages


def fingerprint(message: Queued) -> str:
    """What tells whether a message planned again is the same: who gets it, and what it says."""
    parts = (message.kind, message.user_id or "", message.recipient, message.payload)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def dump(plan: FrozenPlan) -> str:
    """The plan as the text of its file."""
    record = {
        "jobraker_plan": FORMAT,
        "task": plan.task,
        "now": plan.now.isoformat(),
        "given": plan.given,
        "shard": list(plan.shard),
        "unseen": sorted(plan.unseen),
        "messages": sorted(plan.messages),
    }
    return json.dumps(record, indent=1) + "\n"


def load(text: str, name: str) -> FrozenPlan:
    """The plan in a file's text. Raises UsageError, naming the file, for anything else."""
    try:
        record: dict[str, Any] = json.loads(text)
        if record["jobraker_plan"] != FORMAT:
            raise UsageError(f"{name} was written by another version; make it again")
        part, parts = record["shard"]
        return FrozenPlan(
            task=str(record["task"]),
            now=_aware(datetime.fromisoformat(record["now"])),
            given=bool(record["given"]),
            shard=(int(part), int(parts)),
            unseen=frozenset(str(UUID(one)) for one in record["unseen"]),
            messages=frozenset(_texts(record["messages"])),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{name} is no plan; write one with: jobraker plan TASK --out FILE"
        ) from error


def require_fresh(plan: FrozenPlan, now: datetime) -> None:
    """Raise UsageError for a plan of another day, or of a moment that is still to come."""
    if plan.given:
        return
    if not now - KEEPS <= plan.now <= now + KEEPS:
        raise UsageError(
            f"The plan is of {plan.now:%F %H:%M} UTC, which is more than a day away; make it again"
        )


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment


def _texts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(value)
        yield value
