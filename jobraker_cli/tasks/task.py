"""What a task is to the runner; a module of this package that names TASKS has tasks.

One that names CHECKS looks at messages, by kind, that no task queues.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jobraker_cli import tasks as package
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport

if TYPE_CHECKING:
    from jobraker_cli.delivery.checks import Check

MODULES = {
    "daily-alerts": "alerts",
    "weekly-alerts": "alerts",
    "monthly-alerts": "alerts",
    "immediate-alerts": "alerts",
    "recommendations": "recommendations",
    "follow-ups": "follow_ups",
    "status-updates": "status_updates",
    "welcome": "welcome",
    "deliver": "deliver",
    "inbox": "inbox",
    "prune": "prune",
    "admin-digest": "admin_digest",
}
"""The tasks of this version in the order in which they run when several are due, and where each is:
a run loads its own task only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One scheduled task.

    `plan` queues what is due and counts it in the report; None for a task that only delivers.
    An exclusive task runs once at a time; `checks` look at its messages right before they go. One
    that queues nothing need not deliver either.
    """

    name: str
    about: str
    schedule: Schedule
    plan: Callable[[App, Run, RunReport], None] | None
    exclusive: bool = True
    delivers: bool = True
    checks: "Mapping[str, Check]" = field(default_factory=dict)


def _modules() -> Iterator[ModuleType]:
    for module in iter_modules(package.__path__, package.__name__ + "."):
        yield import_module(module.name)


def find_task(name: str) -> Task | None:
    """The task of this name."""
    if name in MODULES:
        module = import_module(f"{package.__name__}.{MODULES[name]}")
        tasks: tuple[Task, ...] = module.TASKS
        return next(task for task in tasks if task.name == name)
    return all_tasks().get(name)


def all_tasks() -> Mapping[str, Task]:
    """Every task by name, in the order in which they run when several are due."""
    found: list[Task] = []
    for module in _modules():
        found += getattr(module, "TASKS", ())
    return {task.name: task for task in sorted(found, key=_turn)}


def _turn(task: Task) -> int:
    """Where a task stands: what this version knows in its order, then others."""
    order = list(MODULES)
    return order.index(task.name) if task.name in MODULES else len(order)


def all_checks(zone: ZoneInfo) -> "Mapping[str, Check]":
    """The checks of every kind of message, by kind; weeks are those of `zone`."""
    from jobraker_cli.mail.kinds import KINDS
    from jobraker_cli.tasks.consents import with_consent

    checks: dict[str, Check] = {}
    for module in _modules():
        checks.update(getattr(module, "CHECKS", {}))
        for task in getattr(module, "TASKS", ()):
            checks.update(task.checks)
    declined = {kind.name for kind in KINDS.values() if kind.scope}
    return checks | {kind: with_consent(checks.get(kind), zone) for kind in declined}
