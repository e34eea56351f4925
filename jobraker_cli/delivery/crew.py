"""Several processes that deliver together; this one collects what each did and passes signals on.

They are forked, not spawned: rendering is bound by the CPU, and a child that shares the loaded
templates and settings is at work in milliseconds. A fork is safe here because nothing else runs:
the parent has one thread and no open transaction, and a child forgets the parent's database
connections without touching them.
"""

import os
import pickle
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread, active_count
from time import monotonic
from typing import TYPE_CHECKING, Any

from jobraker_cli.delivery.report import DeliveryReport
from jobraker_cli.errors import JobrakerError

if TYPE_CHECKING:  # most deliveries start no process
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from jobraker_cli.delivery.sender import Sender

WORTH_A_PROCESS = 150
"""Messages due for each process; with fewer, to start it costs more than it gains."""

POLL_SECONDS = 0.1
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
    _children: "list[tuple[BaseProcess, Connection]]" = field(default_factory=list)

    def deliver(self, limit: int | None = None) -> DeliveryReport:
        """Send all that is due now, or at most `limit` messages."""
        number = 1 if limit is not None or active_count() > 1 else self._worth()
        if number == 1:
            return self.sender(self.progress).deliver(limit)
        self.before_fork()
        for _ in range(number):
            self._start()
        return self._collect()

    def _worth(self) -> int:
        if self.processes == 1:
            return 1
        due = self.count_due(self.processes * WORTH_A_PROCESS)
        return max(1, min(self.processes, due // WORTH_A_PROCESS))

    def _start(self) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=self._work, args=(theirs, os.getpid()), daemon=False)
        child.start()
        theirs.close()
        self._children.append((child, ours))

    def _work(self, pipe: "Connection", parent: int) -> None:
        """What a child does: deliver, and tell the parent of it."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent passes on what it gets
        signal.signal(signal.SIGTERM, lambda *_: self.stop.set())
        self.after_fork()
        Thread(target=self._watch, args=(parent,), daemon=True).start()
        progress = _Progress(tell=pipe.send)
        try:
            outcome: object = self.sender(progress.add).deliver()
        except BaseException as error:
            outcome = _portable(error)
        pipe.send(progress.untold)
        pipe.send(outcome)
        pipe.close()

    def _watch(self, parent: int) -> None:
        """End with the parent: what is in hand has a moment to be finished and written."""
        while os.getppid() == parent:
            if self.stop.wait(POLL_SECONDS):
                Event().wait(POLL_SECONDS)
        self.stop.set()
        Event().wait(ORPHAN_SECONDS)
        os._exit(1)

    def _collect(self) -> DeliveryReport:
        """Wait for every child; what ends one early ends all."""
        from multiprocessing.connection import wait

        report = DeliveryReport()
        crash: BaseException | None = None
        at_work: dict[Any, BaseProcess] = {pipe: child for child, pipe in self._children}
        while at_work:
            for pipe in wait(list(at_work), POLL_SECONDS):
                message = _received(pipe)
                if isinstance(message, int):
                    self.progress(message)
                    continue
                child = at_work.pop(pipe)
                child.join()
                if isinstance(message, BaseException):
                    crash = crash or message
                else:
                    report.add(message if isinstance(message, DeliveryReport) else _died(child))
            if self.stop.is_set() or report.error or crash:
                self._tell_to_stop()
        if crash is not None:
            raise crash
        return report

    def _tell_to_stop(self) -> None:
        """Pass a signal on, once to each."""
        for child, _ in self._children:
            if child.is_alive():
                child.terminate()
        self._children.clear()


@dataclass(slots=True, kw_only=True)
class _Progress:
    """Tells the parent how many messages were settled, a few times a second."""

    tell: Callable[[int], None]
    untold: int = 0
    _told_at: float = 0.0

    def add(self, number: int) -> None:
        self.untold += number
        if monotonic() - self._told_at > POLL_SECONDS:
            self.tell(self.untold)
            self.untold, self._told_at = 0, monotonic()


def _received(pipe: Any) -> object:
    try:
        return pipe.recv()
    except EOFError:
        return None


def _died(child: "BaseProcess") -> DeliveryReport:
    return DeliveryReport(
        error=JobrakerError(
            f"A delivering process ended early (exit {child.exitcode});"
            " what it had in hand is taken over when its lease ends"
        )
    )


def _portable(error: BaseException) -> BaseException:
    """The exception, or its words where it cannot travel between processes."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # pickling runs the exception's own code, which may raise anything
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
