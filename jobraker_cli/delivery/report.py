"""What a delivery did."""

from collections import Counter
from dataclasses import dataclass, field

from jobraker_cli.errors import JobrakerError


@dataclass(slots=True)
class DeliveryReport:
    """Messages by the state they were left in, and what ended the delivery early."""

    counts: Counter[str] = field(default_factory=Counter)
    error: JobrakerError | None = None
    alarms: list[str] = field(default_factory=list)  # what an operator should know of

    def add(self, other: "DeliveryReport") -> None:
        """Take in what another process did; of two errors the first stays."""
        self.counts.update(other.counts)
        self.error = self.error or other.error
        self.alarms = list(dict.fromkeys([*self.alarms, *other.alarms]))
