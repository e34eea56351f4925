"""Operators' summaries to look at."""

from jobraker_cli.mail.samples.strings import HOSTILE

_DAY = {"day": "2026-08-11T12:00:00+00:00"}
_BUSY = {
    **_DAY,
    "messages": {"sent": 48_213, "pending": 31, "failed": 12, "dead": 4, "uncertain": 2},
    "kinds": {"job_alert": 47_000, "application_status_update": 1_103, "password_reset": 110},
    "needs": {"dead": 4, "uncertain": 2, "runs": 1, "overdue": 1, "late": 3},
    "runs": 289,
    "users": 112,
    "jobs": 2_345,
    "applications": 871,
}

CASES = {
    "usual": {
        **_DAY,
        "messages": {"sent": 1_204, "pending": 3},
        "kinds": {"job_alert": 1_180, "welcome": 24},
        "runs": 289,
        "users": 24,
        "jobs": 310,
    },
    "long": {**_BUSY, "kinds": {f"kind_of_mail_number_{n}": n for n in range(30)}},
    "empty": {},
    "hostile": {
        "day": HOSTILE[0],
        "messages": HOSTILE[1],
        "kinds": {text: text for text in HOSTILE},
        "needs": {"dead": HOSTILE[2], "runs": -1},
        "users": HOSTILE[7],
    },
    "rtl": {**_BUSY, "kinds": {"وظائف": 7}},
    "one": {**_DAY, "messages": {"sent": 1, "dead": 1}, "needs": {"dead": 1}, "runs": 1},
    "many": _BUSY,
}
