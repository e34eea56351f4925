"""Digests of ten jobs as they wait in the outbox, for the benchmarks."""

import json
import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from jobraker_cli.store.queueing import Queued

CITIES = ("Zürich", "Berlin", "Austin, TX", "London", "Kraków", "Remote")


def facts(job_id: str, number: int) -> dict[str, object]:
    """One job of a payload."""
    return {
        "id": job_id,
        "title": f"Senior Software Engineer, Platform {number}",
        "company": f"Example Industries {number % 40}",
        "places": [CITIES[number % len(CITIES)]],
        "remote": "hybrid" if number % 3 else "no",
        "job_type": "full_time",
        "experience_level": "senior",
        "salary_min": 90_000 + number * 100,
        "salary_max": 120_000 + number * 100,
        "salary_currency": "USD",
        "salary_period": "yearly",
        "posted_at": f"2026-11-{1 + number % 22:02}T08:00:00+00:00",
        "deadline": None,
        "reasons": ["python in title", "Zürich in place"],
        "job_ids": [job_id],
    }


def payload(alert_id: str, jobs: Sequence[tuple[str, int]]) -> str:
    """The payload of one digest."""
    return json.dumps(
        {
            "name": "Ada",
            "frequency": "daily",
            "period": "2026-11-23",
            "more": 4,
            "sections": [
                {
                    "alert_id": alert_id,
                    "alert_name": "Python in Zürich",
                    "jobs": [facts(job_id, number) for job_id, number in jobs],
                }
            ],
        },
        separators=(",", ":"),
    )


def letters(
    chance: random.Random,
    jobs: Sequence[str],
    users: Sequence[str],
    alerts: Sequence[str],
    start: int,
    now: datetime,
    number: int,
) -> list[Queued]:
    """Up to a thousand digests from `start` on, one a person, due now."""
    numbered = [(job, index) for index, job in enumerate(jobs)]
    found = []
    for index in range(start, min(start + 1000, number)):
        row_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        found.append(
            Queued(
                id=row_id,
                dedupe_key=f"bench:{index}",
                kind="job_alert",
                user_id=users[index],
                recipient=f"u{index}@d{index % 50}.example.org",
                payload=payload(alerts[index], chance.sample(numbered, 10)),
                message_id=f"<{row_id}@jobs.example.com>",
                created_at=now,
                priority=50,
                expires_at=now + timedelta(days=3),
                run=0,
            )
        )
    return found
