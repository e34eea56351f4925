"""The task `inbox`: bounces, complaints and unsubscribe mails from the Maildir of the settings."""

from collections import Counter

from jobraker_cli.errors import ConfigError, NotFoundError
from jobraker_cli.tasks import mailboxes, returns
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task


def plan(app: App, run: Run, report: RunReport) -> None:
    """Obey every new mail; without INBOX_MAILDIR there is nothing to do."""
    folder = app.settings.inbox_maildir
    if folder is None:
        return
    if run.options.dry_run:
        report.extra["new"] = mailboxes.count_new(folder)
        return
    found: Counter[str] = Counter()
    try:
        mailboxes.read_maildir(folder, lambda content: found.update([returns.obey(app, content)]))
    except NotFoundError as error:
        raise ConfigError(f"INBOX_MAILDIR: {error}") from error
    finally:
        report.extra.update({name: found[name] for name in returns.OUTCOMES})


TASKS = (
    Task(
        name="inbox",
        about="Bounces, complaints and unsubscribe mails from INBOX_MAILDIR",
        schedule=Schedule(every_minutes=5),
        plan=plan,
        delivers=False,
    ),
)
