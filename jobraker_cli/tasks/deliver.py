"""The task `deliver`: retries and everything still pending, of whatever task."""

from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.task import Task

TASKS = (
    Task(
        name="deliver",
        about="Send what waits in the outbox: retries and everything still pending",
        schedule=Schedule(every_minutes=5),
        plan=None,
        exclusive=False,  # rows are claimed one by one, so any number of hosts may help
    ),
)
