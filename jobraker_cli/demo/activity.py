"""What people already did with a day's jobs: applied, dismissed a recommendation, saved."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from jobraker_cli.demo.chance import before, draw, new_id
from jobraker_cli.demo.columns import Row, row
from jobraker_cli.demo.people import People

STATUSES = {
    "pending": 18,
    "submitted": 26,
    "under_review": 18,
    "interview_scheduled": 10,
    "interview_completed": 5,
    "offer_received": 4,
    "accepted": 2,
    "rejected": 9,
    "withdrawn": 4,
    "failed_to_submit": 2,
    "skyvern_requires_attention": 2,
}
WORD = re.compile(r"[\w+#]+")
REVIEWS = {"pending_review": 55, "viewed": 15, "dismissed": 20, "irrelevant": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Rows of `applications`, `recommended_jobs` and `saved_jobs` about one day's jobs."""

    applications: tuple[Row, ...]
    recommended_jobs: tuple[Row, ...]
    saved_jobs: tuple[Row, ...]


def activity_of_day(rng: Random, moment: datetime, people: People, jobs: Sequence[Row]) -> Activity:
    """What a third of the people with alerts did before `moment` with jobs their alerts fit.

    So that mails visibly leave out what somebody applied to or dismissed. No two rows of a table
    have the same person and job.
    """
    by_word = _jobs_by_word(jobs)
    alerts = {alert["user_id"]: alert for alert in people.job_alerts}
    applications: list[Row] = []
    recommended: list[Row] = []
    saved: list[Row] = []
    for user_id, alert in alerts.items():
        fitting = _fitting(alert["keywords"], by_word)
        if not fitting or rng.random() > 0.35:
            continue
        mine = rng.sample(fitting, min(len(fitting), 4))
        applications.append(_application(rng, moment, user_id, jobs[mine[0]]))
        recommended += [_recommendation(rng, moment, user_id, jobs[job]) for job in mine[1:3]]
        saved += [_saved(rng, moment, user_id, jobs[job]) for job in mine[3:]]
    return Activity(
        applications=tuple(applications),
        recommended_jobs=tuple(recommended),
        saved_jobs=tuple(saved),
    )


def _jobs_by_word(jobs: Sequence[Row]) -> Mapping[str, set[int]]:
    by_word: dict[str, set[int]] = {}
    for index, job in enumerate(jobs):
        for word in WORD.findall(str(job["title"]).casefold()):
            by_word.setdefault(word, set()).add(index)
    return by_word


def _fitting(keywords: object, by_word: Mapping[str, set[int]]) -> list[int]:
    """Jobs whose title has every word of the first keyword; near enough to what an alert means."""
    first = keywords[0] if isinstance(keywords, list) and keywords else keywords
    words = WORD.findall(first.casefold()) if isinstance(first, str) else []
    found = [by_word.get(word, set()) for word in words]
    return sorted(set.intersection(*found)) if found else []


def _application(rng: Random, moment: datetime, user_id: object, job: Row) -> Row:
    kind = draw(rng, {"manual": 70, "bulk": 20, "auto": 10})
    status = draw(rng, STATUSES)
    made = before(rng, moment, timedelta(hours=3))
    visited = status.startswith("interview")
    given = {
        "id": new_id(rng),
        "user_id": user_id,
        "job_id": job["id"],
        "status": status if kind == "manual" else "submitted",
        "application_type": kind,
        "auto_applied": kind == "auto",
        "applied_at": made if kind == "auto" else None,
        "match_score": round(rng.uniform(0.5, 0.99), 3) if kind == "auto" else None,
        "interview_date": moment + timedelta(days=rng.randint(2, 14)) if visited else None,
        "follow_up_date": made + timedelta(days=rng.randint(0, 9)) if rng.random() < 0.3 else None,
    }
    return row("applications", made, given)


def _recommendation(rng: Random, moment: datetime, user_id: object, job: Row) -> Row:
    given = {
        "id": new_id(rng),
        "user_id": user_id,
        "job_id": job["id"],
        "score": round(rng.uniform(0.6, 0.99), 4),
        "algorithm_version": rng.choice((None, "v1.0")),
        "status": draw(rng, REVIEWS),
    }
    return row("recommended_jobs", before(rng, moment, timedelta(hours=3)), given)


def _saved(rng: Random, moment: datetime, user_id: object, job: Row) -> Row:
    given = {"id": new_id(rng), "user_id": user_id, "job_id": job["id"], "category": "later"}
    return row("saved_jobs", before(rng, moment, timedelta(hours=3)), given)
