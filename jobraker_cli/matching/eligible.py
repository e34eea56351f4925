"""Whether a job may be shown to a person at all, whatever their alerts ask."""

from datetime import datetime

from jobraker_cli.model import Clause, Job


def is_open(job: Job, now: datetime) -> bool:
    """Whether one can still apply: the job is active and its deadline lies ahead."""
    return job.status == "active" and (job.deadline is None or now < job.deadline)


def is_fresh(job: Job, oldest: datetime) -> bool:
    """Whether the job was posted since then, as far as it says when."""
    return job.posted_at is None or job.posted_at >= oldest


def _unless(name: str, done: bool, what: str) -> Clause:
    return Clause(
        name=name, holds=not done, detail=f"the person has {'' if done else 'not '}{what}"
    )


NOT_MAILED = _unless("not_mailed", False, "been mailed it before")


def eligibility(
    job: Job, *, now: datetime, applied: bool, dismissed: bool, mailed: Clause = NOT_MAILED
) -> tuple[Clause, ...]:
    """The conditions of mailing the job to a person; the last three are about this person.

    `mailed` is what the mails that they were sent say to it.
    """
    passed = job.deadline is not None and job.deadline <= now
    deadline = f"{job.deadline:%Y-%m-%d %H:%M} UTC" if job.deadline else ""
    deadline_said = (
        f"the deadline {'was' if passed else 'is'} {deadline}" if deadline else "it has no deadline"
    )
    return (
        Clause(
            name="status",
            holds=job.status == "active",
            detail=f"the job is {job.status or 'without status'}",
        ),
        Clause(name="deadline", holds=not passed, detail=deadline_said),
        _unless("not_applied", applied, "applied to it"),
        _unless("not_dismissed", dismissed, "dismissed it"),
        mailed,
    )
