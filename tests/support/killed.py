"""Run jobraker in this process and kill it at the Nth step of its work with the database.

Usage: python -m tests.support.killed N ARGUMENT... A step is the moment before a statement, before
a commit, or after one. Exits 99 when the run ended before its Nth step.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from jobraker_cli.cli import main

left = int(sys.argv[1])


def step(*_: Any) -> None:
    """Count one step; the last one is not survived."""
    global left  # noqa: PLW0603 - a fault injector has one counter
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def step_before(*_: Any) -> None:
    """Listen to statements; the event's arguments do not matter."""
    step()


event.listen(Engine, "before_cursor_execute", step_before)
event.listen(Engine, "after_cursor_execute", step_before)
event.listen(Engine, "commit", step_before)

sys.argv = ["jobraker", *sys.argv[2:]]
try:
    main()
except SystemExit as ended:
    sys.exit(99 if not ended.code else ended.code)
