"""Reminders to follow up, to look at."""

from jobraker_cli.mail.samples.strings import (
    HEBREW_COMPANY,
    HEBREW_TITLE,
    HOSTILE,
    LONG_LINE,
    LONG_WORD,
)

_JOB = {
    "name": "Ada",
    "job_id": "00000000-0000-0000-0000-000000000001",
    "title": "Senior Python Developer",
    "company": "Société Générale",
    "applied_at": "2026-08-03T08:00:00+00:00",
    "status": "under_review",
    "days": 9,
}

CASES = {
    "usual": _JOB,
    "long": {**_JOB, "title": LONG_LINE[:200], "company": (f"{LONG_WORD} " * 3)[:100]},
    "empty": {},
    "hostile": {
        "name": HOSTILE[2],
        "job_id": HOSTILE[3],
        "title": HOSTILE[4],
        "company": HOSTILE[9],
        "applied_at": HOSTILE[0],
        "status": HOSTILE[2],
        "days": HOSTILE[7],
    },
    "rtl": {**_JOB, "name": "נועה", "title": HEBREW_TITLE, "company": HEBREW_COMPANY},
    "one": {**_JOB, "cause": "date"},
    "many": {**_JOB, "days": 1_234},
}
