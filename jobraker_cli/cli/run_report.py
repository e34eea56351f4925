"""A run's report, for people and programs."""

from typing import TYPE_CHECKING, Any

from jobraker_cli.cli import session
from jobraker_cli.cli.output import show_record

if TYPE_CHECKING:
    from jobraker_cli.tasks.report import RunReport


def show(report: "RunReport") -> None:
    """Print a report where it is wanted, and what needs a person wherever."""
    wanted = report.dry_run or session.on_terminal() or session.verbosity() > 0
    if wanted or session.output_format() != "table":
        show_record(as_json(report), words(report))
    show_alarms(report)


def show_alarms(report: "RunReport") -> None:
    """Say on standard error what an operator should know of a run."""
    for alarm in report.alarms:
        session.note(f"{report.task}: {alarm}")
    if report.exit_code == 3:
        meanings = {"dead": "failed for good", "uncertain": "may have arrived"}
        for state, meaning in meanings.items():
            if report.counts[state]:
                said = f"{report.counts[state]} messages {meaning}"
                session.note(f"{report.task}: {said}; see: jobraker outbox list --state {state}")


def as_json(report: "RunReport") -> dict[str, Any]:
    """The report under the documented keys."""
    from jobraker_cli.tasks.report import COUNTS

    record: dict[str, Any] = {
        "task": report.task,
        "run_id": str(report.run_id),
        "dry_run": report.dry_run,
        "outcome": report.outcome,
        **{name: report.counts[name] for name in COUNTS},
        "duration_seconds": round(report.duration_seconds, 3),
    }
    if report.extra:
        record["extra"] = dict(report.extra)
    if report.dry_run or session.verbosity() > 0:
        record["messages"] = [
            {
                "id": message.id,
                "kind": message.kind,
                "to": message.to,
                "subject": message.subject,
                "state": message.state,
                "alerts": list(message.alerts),
                "jobs": [
                    {"id": job.id, "title": job.title, "reasons": list(job.reasons)}
                    for job in message.jobs
                ],
            }
            for message in report.messages
        ]
    return record


def words(report: "RunReport") -> list[str]:
    """The report as people read it."""
    lines = []
    for message in report.messages:
        lines.append(f"{message.to}: {message.subject} ({message.state})")
        lines += [f"    {job.title} - {'; '.join(job.reasons)}" for job in message.jobs]
    kept = [f"{report.counts['planned']} planned"]
    shown = ("queued", "sent", "failed", "dead", "uncertain", "suppressed", "cancelled")
    kept += [f"{report.counts[name]} {name}" for name in shown if report.counts[name]]
    kept += [
        f"{number} {name.replace('_', ' ')}" for name, number in report.extra.items() if number
    ]
    dry = ", nothing was written" if report.dry_run else ""
    return [*lines, f"{report.task}: {', '.join(kept)} in {report.duration_seconds:.1f} s{dry}"]
