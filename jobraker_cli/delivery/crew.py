"""Several processes that deliver together.

Rendering is bound by the CPU, and a forked child shares the loaded templates and settings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from jobraker_cli.delivery.report import DeliveryReport
from jobraker_cli.errors import JobrakerError
from jobraker_cli.processes import Died, Processes, may_fork

if TYPE_CHECKING:
    from jobraker_cli.delivery.sender import Sender

WORTH_A_PROCESS = 150
"""Messages due for each process; with fewer, to start it costs more than it gains."""

ORPHAN_SECONDS = 2.0


@dataclass(slots=True, kw_only=True)
class Crew:
    """Delivers what is due in as many processes as are worth it, at most `processes`.

    `sender` makes the sender of the process it is called in; it is given what to tell of progress.
    `count_due` counts up to a number. `after_fork` makes a child forget the parent's connections.
    """

    processes: int
    sender: "Callable[[Callable[[int], None]], Sender]"
    count_due: Callable[[int], int]
    before_fork: Callable[[], object]
    after_fork: Callable[[], None]
    stop: Event
    progress: Callable[[int], None]

    def deliver(self, limit: int | None = None) -> DeliveryReport:
        """Send all that is due now, or at most `limit` messages."""
        number = self._worth() if limit is None and may_fork() else 1
        if number == 1:
            return self.sender(self.progress).deliver(limit)
        self.before_fork()
        processes = Processes(
            after_fork=self.after_fork,
            stop=self.stop,
            progress=self.progress,
            grace=ORPHAN_SECONDS,
        )
        for _ in range(number):
            processes.start(lambda told: self.sender(told).deliver())
        return _collected(processes)

    def _worth(self) -> int:
        if self.processes == 1:
            return 1
        due = self.count_due(self.processes * WORTH_A_PROCESS)
        return max(1, min(self.processes, due // WORTH_A_PROCESS))


def _collected(processes: Processes) -> DeliveryReport:
    """Wait for every process; what ends one early ends all."""
    report = DeliveryReport()
    for outcome in processes.outcomes():
        report.add(outcome if isinstance(outcome, DeliveryReport) else _died(outcome))
        if report.error:
            processes.tell_to_stop()
    return report


def _died(outcome: object) -> DeliveryReport:
    code = outcome.exit_code if isinstance(outcome, Died) else outcome
    return DeliveryReport(
        error=JobrakerError(
            f"A delivering process ended early (exit {code});"
            " what it had in hand is taken over when its lease ends"
        )
    )
