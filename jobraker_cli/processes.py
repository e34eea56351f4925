"""Several processes that share one work; this one collects what each did and passes signals on.

They are forked, not spawned: a child that shares what is loaded is at work in milliseconds. A fork
is safe here because nothing else runs: the parent has one thread and no open transaction, and a
child forgets the parent's database connections without touching them.
"""

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread, active_count
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # most runs start no process
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

POLL_SECONDS = 0.1

Tell = Callable[[int], None]
Begin = Callable[[Callable[[], Any]], Callable[[], Any]]  # a call; what gives its result


@contextmanager
def meanwhile() -> Iterator[Begin]:
    """Calls go on in a thread, one after the other; what one gives is asked for when it is needed.

    All have ended, and the thread with them, at the end of the context.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        yield lambda call: thread.submit(call).result


def may_fork() -> bool:
    """Whether a fork is safe: no thread of this process could hold a lock in the child."""
    return active_count() == 1


@dataclass(slots=True, kw_only=True)
class Processes:
    """Processes at work, each on its own part.

    `after_fork` makes a child forget the parent's connections. `progress` is told of what the
    children tell. A child whose parent died has `grace` seconds to finish what is in hand.
    """

    after_fork: Callable[[], None]
    stop: Event
    progress: Tell = lambda _: None
    grace: float = 0.0
    _children: "list[tuple[BaseProcess, Connection]]" = field(default_factory=list)

    def start(self, work: Callable[[Tell], object]) -> None:
        """Start a process; what `work` gives must pickle. It is given what to tell of progress."""
        from multiprocessing import get_context

        context = get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=self._work, args=(work, theirs, os.getpid()), daemon=False)
        child.start()
        theirs.close()
        self._children.append((child, ours))

    def _work(self, work: Callable[[Tell], object], pipe: "Connection", parent: int) -> None:
        """What a child does: its part, and tell the parent of it."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent passes on what it gets
        signal.signal(signal.SIGTERM, lambda *_: self.stop.set())
        self.after_fork()
        Thread(target=self._watch, args=(parent,), daemon=True).start()
        progress = _Progress(tell=pipe.send)
        try:
            outcome: object = work(progress.add)
        except BaseException as error:
            outcome = _portable(error)
        pipe.send(progress.untold)
        pipe.send(_Outcome(outcome))
        pipe.close()

    def _watch(self, parent: int) -> None:
        """End with the parent: what is in hand has a moment to be finished and written."""
        while os.getppid() == parent:
            if self.stop.wait(POLL_SECONDS):
                Event().wait(POLL_SECONDS)
        self.stop.set()
        Event().wait(self.grace)
        os._exit(1)

    def outcomes(self) -> Iterator[object]:
        """What each child gave, in the order in which they end; a `Died` of one that gave nothing.

        A stop is passed on. What a child raised is raised here, when all have ended.
        """
        from multiprocessing.connection import wait

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
                given = message.given if isinstance(message, _Outcome) else Died(child.exitcode)
                if isinstance(given, BaseException):
                    crash = crash or given
                    self.tell_to_stop()
                else:
                    yield given
            if self.stop.is_set():
                self.tell_to_stop()
        if crash is not None:
            raise crash

    def tell_to_stop(self) -> None:
        """Pass a signal on, once to each."""
        for child, _ in self._children:
            if child.is_alive():
                child.terminate()
        self._children.clear()


@dataclass(frozen=True, slots=True)
class Died:
    """A child ended without a word."""

    exit_code: int | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    given: object


@dataclass(slots=True, kw_only=True)
class _Progress:
    """Tells the parent what was done, a few times a second."""

    tell: Tell
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


def _portable(error: BaseException) -> BaseException:
    """The exception, or its words where it cannot travel between processes."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # pickling runs the exception's own code, which may raise anything
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
