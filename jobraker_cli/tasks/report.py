"""What a run reports: the values behind its summary and its JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from jobraker_cli.errors import JobrakerError

COUNTS = (
    "planned", "queued", "sent", "failed", "dead", "uncertain", "suppressed", "cancelled",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedJob:
    """A job as a message shows it."""

    id: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMessage:
    """One message of a run; `fingerprint` says what is in it, see frozen.py."""

    id: str
    kind: str
    to: str
    subject: str
    state: str
    alerts: tuple[str, ...] = ()
    fingerprint: str = ""
    jobs: tuple[PlannedJob, ...] = ()


@dataclass(slots=True, kw_only=True)
class RunReport:
    """How a run went. `error` is what ended it early; the counts hold all the same.

    `extra` counts what is no message, under names of the task's own.
    """

    task: str
    run_id: int
    dry_run: bool
    outcome: str = "done"
    counts: Counter[str] = field(default_factory=Counter)
    duration_seconds: float = 0.0
    messages: Sequence[PlannedMessage] = ()
    error: JobrakerError | None = None
    alarms: Sequence[str] = ()
    extra: dict[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0, the code of what ended the run early, or 3 when messages need a person."""
        if self.error is not None:
            return self.error.exit_code
        return 3 if self.counts["dead"] or self.counts["uncertain"] else 0
