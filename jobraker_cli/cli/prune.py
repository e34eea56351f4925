"""`jobraker prune`."""

from dataclasses import replace

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command
from jobraker_cli.cli.output import show_record

_EPILOG = (
    "\b\nExamples:\n"
    "  jobraker prune --dry-run                       what would go\n"
    "  jobraker prune --kind job_alert --payload-days 7\n"
    "  jobraker run prune                             the same by the settings, as cron does it"
)


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--dry-run", is_flag=True, help="Say what would go; nothing is written.")
@click.option("--kind", "kinds", multiple=True, help="Only messages of this kind; may be repeated.")
@click.option("--payload-days", type=click.IntRange(min=1), help="Instead of PRUNE_PAYLOAD_DAYS.")
@click.option("--message-days", type=click.IntRange(min=62), help="Instead of PRUNE_MESSAGE_DAYS.")
def prune(
    dry_run: bool, kinds: tuple[str, ...], payload_days: int | None, message_days: int | None
) -> None:
    """Forget what is old, in small transactions: first payloads, then messages with their tries,
    notifications, runs, vacancies, quotas, the chat's records, and what deleted people left.

    What is needed against duplicates stays: which jobs were seen, which were sent to whom, and
    messages whose key no calendar period ends (a welcome, a reminder), without their payload.
    """
    from jobraker_cli.store.locks import lock
    from jobraker_cli.tasks.prune import advice, policy
    from jobraker_cli.tasks.prune import prune as work
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=dry_run)
    require_baseline(app)
    kept = policy(app.settings)
    kept = replace(
        kept,
        kinds=kinds,
        payload_days=payload_days or kept.payload_days,
        message_days=message_days or kept.message_days,
    )
    if dry_run:
        done = work(app, kept, app.clock(), dry_run=True)
    else:
        with lock(app.engine, app.settings.database_url, "prune-1/1", wait=False):
            done = work(app, kept, app.clock(), dry_run=False)
    found = [f"{number} {name.replace('_', ' ')}" for name, number in done.items() if number]
    words = ", ".join(found) or "nothing"
    hints = advice(app)
    head = "would go" if dry_run else "pruned"
    show_record({"dry_run": dry_run, "pruned": done, "advice": hints}, [f"{head}: {words}", *hints])
