"""`jobraker demo`."""

import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command
from jobraker_cli.cli.output import show_record

if TYPE_CHECKING:
    from jobraker_cli.demo.show import DemoReport
    from jobraker_cli.tasks.report import PlannedMessage, RunReport

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker demo                             in a new temporary folder\n"
        "  jobraker demo --keep ./demo               in ./demo; an earlier demo there is replaced\n"
        "  jobraker demo 2026-08-*.jsonl.gz          with real postings, one file a day\n"
        "  jobraker demo --db postgresql:///empty    in an empty PostgreSQL database"
    ),
)
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Build in this folder (default: a new temporary one).")  # fmt: skip
@click.option("--db", metavar="URL", help="Build the board in this empty database.")
@click.argument("files", metavar="[POSTINGS.jsonl.gz]...", nargs=-1, type=_FILE)
def demo(keep: Path | None, db: str | None, files: tuple[Path, ...]) -> None:
    """Show everything at work on a board of its own, without network.

    Builds users, alerts, applications and some days of jobs, takes the baseline, lets a new day's
    jobs arrive, runs every task into a folder of .eml files, and runs them again to show that
    nothing is sent twice.
    """
    from jobraker_cli.demo.show import show
    from jobraker_cli.wiring import system_now

    started = time.monotonic()
    directory = (keep or Path(tempfile.mkdtemp(prefix="jobraker-demo-"))).absolute()
    say = session.note if session.output_format() == "table" else _say_nothing
    yesterday = system_now().date() - timedelta(days=1)
    report = show(directory, files=files, database_url=db, yesterday=yesterday, say=say)
    seconds = time.monotonic() - started
    show_record(_json(report, seconds), _words(report, seconds))


def _say_nothing(words: str) -> None:
    """Programs that read the JSON need no company."""


def _json(report: "DemoReport", seconds: float) -> dict[str, Any]:
    return {
        "directory": str(report.directory),
        "database": report.database,
        "people": report.people,
        "jobs": report.jobs,
        "skipped": len(report.skipped),
        "alerts": report.alerts,
        "matches": _shown(report),
        "first": {"planned": _sum(report.runs, "planned"), "sent": _sum(report.runs, "sent")},
        "second": {"planned": _sum(report.again, "planned"), "sent": _sum(report.again, "sent")},
        "seconds": round(seconds, 2),
    }


def _sum(reports: "Iterable[RunReport]", name: str) -> int:
    return sum(report.counts[name] for report in reports)


def _shown(report: "DemoReport") -> int:
    """How many matches the mails show, each with its reasons."""
    return sum(len(message.jobs) for run in report.runs for message in run.messages)


def _words(report: "DemoReport", seconds: float) -> list[str]:
    board = f"{report.people} people, {report.alerts} alerts and {report.jobs} jobs"
    return [
        f"A job board with {board}: {report.database}",
        f"Baseline: {report.baselined} active jobs are known; nobody is mailed about them.",
        f"{report.morning:%A %d %B %Y}, 09:00: {report.arrived} jobs arrive.",
        *_skipped(report),
        *[f"  {_run(run)}" for run in report.runs if run.counts["planned"]],
        f"First run: {_sum(report.runs, 'sent')} mails sent, showing {_shown(report)} jobs",
        f"Second run: {_sum(report.again, 'sent')} mails sent",
        "",
        *_sample(report),
        f"Done in {seconds:.1f} s. Look at:",
        f"  {report.gallery}   every mail as its reader sees it",
        f"  {report.directory / 'mail'}   the mails, as they would have left",
        f"  jobraker --database-url '{_reachable(report)}' outbox list   who got what, and why",
    ]


def _reachable(report: "DemoReport") -> str:
    """The database's URL where it holds no password."""
    return report.database if report.database.startswith("sqlite") else "the URL given to --db"


def _run(run: "RunReport") -> str:
    planned, sent = run.counts["planned"], run.counts["sent"]
    return f"{run.task}: {planned} planned, {sent} sent in {run.duration_seconds:.1f} s"


def _skipped(report: "DemoReport") -> list[str]:
    lines = [f"  skipped {name}, line {one.line}: {one.reason}" for name, one in report.skipped[:5]]
    if len(report.skipped) > 5:
        lines.append(f"  and {len(report.skipped) - 5} more postings skipped")
    return lines


def _sample(report: "DemoReport") -> list[str]:
    """One mail and why its jobs are in it."""
    messages = [one for run in report.runs for one in run.messages if _is_explained(one)]
    if not messages:
        return []
    chosen = messages[len(messages) // 2]
    lines = [f"One of them, to {chosen.to}: {chosen.subject}"]
    lines += [f"  {job.title} ({'; '.join(job.reasons)})" for job in chosen.jobs[:3] if job.reasons]
    return [*lines, ""]


def _is_explained(message: "PlannedMessage") -> bool:
    return any(job.reasons for job in message.jobs)
