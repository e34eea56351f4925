"""Status mails to look at: one for each status that people can be told, and one nobody knows."""

from jobraker_cli.mail.samples.strings import (
    ARABIC_COMPANY,
    ARABIC_TITLE,
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
}
_INTERVIEW = {
    "when": "2026-08-20T12:30:00+00:00",
    "format": "video",
    "round": "second round",
    "place": "Friedrichstraße 1, Berlin",
    "link": "https://meet.example.com/ada-sg",
    "people": ["Grace Hopper", "Alan Turing"],
    "duration": 45,
    "notes": "Please bring an example of your work.",
}
_OFFER = {
    "title": "Senior Python Developer",
    "salary": 78_000,
    "currency": "EUR",
    "period": "yearly",
    "bonus": 5_000,
    "start": "2026-10-01",
    "deadline": "2026-08-28",
    "place": "Berlin",
    "benefits": ["30 days off", "public transport"],
    "notes": "Four days a week is possible.",
}
_LABELS = ("submitted", "under_review", "interview_completed", "accepted", "rejected", "withdrawn")

CASES = {
    "usual": {
        **_JOB,
        "status": "interview_scheduled",
        "before": "under_review",
        "interview_at": _INTERVIEW["when"],
        "interview": _INTERVIEW,
    },
    "long": {
        **_JOB,
        "title": LONG_LINE[:200],
        "company": (f"{LONG_WORD} " * 3)[:100],
        "status": "interview_scheduled",
        "before": "under_review",
        "interview": dict.fromkeys(_INTERVIEW, LONG_LINE),
    },
    "empty": {"status": "under_review"},
    "hostile": {
        "name": HOSTILE[2],
        "job_id": HOSTILE[3],
        "title": HOSTILE[4],
        "company": HOSTILE[1],
        "status": "interview_scheduled",
        "before": HOSTILE[2],
        "applied_at": HOSTILE[0],
        "interview_at": HOSTILE[7],
        "interview": dict(zip(_INTERVIEW, HOSTILE, strict=False)),
    },
    "rtl": {
        **_JOB,
        "name": "نور",
        "title": ARABIC_TITLE,
        "company": ARABIC_COMPANY,
        "status": "offer_received",
        "before": "interview_completed",
        "offer": _OFFER,
    },
    "one": {**_JOB, "status": "rejected", "before": "under_review"},
    "many": {
        **_JOB,
        "status": "offer_received",
        "before": "interview_completed",
        "offer": _OFFER,
    },
    "unknown": {**_JOB, "status": "paused_by_employer", "before": "under_review"},
    **{status: {**_JOB, "status": status, "before": "pending"} for status in _LABELS},
}
