"""Recommendations to look at."""

from jobraker_cli.mail.samples import jobs
from jobraker_cli.mail.samples.strings import HOSTILE, LONG_WORD

CASES = {
    "usual": {"name": "Ada", "jobs": [jobs.usual(number) for number in (1, 2, 3, 4, 5)]},
    "long": {"name": LONG_WORD[:38], "jobs": [jobs.long(number) for number in (1, 2, 3)]},
    "empty": {"jobs": [jobs.bare(1), jobs.bare(2)]},
    "hostile": {
        "name": HOSTILE[2],
        "jobs": [jobs.hostile(number) for number in range(len(HOSTILE))],
    },
    "rtl": {"name": "نور", "jobs": [jobs.right_to_left(1), jobs.right_to_left(2)]},
    "one": {"name": "Ada", "jobs": [jobs.usual(6)]},
    "many": {"name": "Ada", "jobs": [jobs.usual(number) for number in range(1, 11)]},
}
