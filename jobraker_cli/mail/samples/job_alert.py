"""Job alerts to look at."""

from jobraker_cli.mail.samples import jobs
from jobraker_cli.mail.samples.strings import HOSTILE, LONG_LINE, LONG_WORD

ALERT = "5b0f0a52-3c1d-4e5f-8a9b-0c1d2e3f4a5b"


def _digest(*sections: tuple[str, list[dict[str, object]]], **changes: object) -> dict[str, object]:
    return {
        "name": "Ada",
        "frequency": "daily",
        "period": "2026-08-12",
        "more": 0,
        "sections": [
            {"alert_id": ALERT, "alert_name": name, "jobs": found} for name, found in sections
        ],
        **changes,
    }


CASES = {
    "usual": _digest(
        ("Python in Berlin", [jobs.usual(1), jobs.usual(2), jobs.usual(3)]),
        ("Data, remote", [jobs.usual(4), jobs.usual(5)]),
        more=2,
    ),
    "long": _digest(
        (f"{LONG_WORD} {LONG_LINE}"[:100], [jobs.long(number) for number in range(1, 4)]),
        name="Maximiliane Annegret",
        frequency="weekly",
        more=1990,
    ),
    "empty": {"sections": [{"jobs": [jobs.bare(1), jobs.bare(2)]}]},
    "hostile": _digest(
        *((text, [jobs.hostile(number)]) for number, text in enumerate(HOSTILE)),
        name=HOSTILE[0],
        frequency=HOSTILE[1],
    ),
    "rtl": _digest(
        ("وظائف بايثون", [jobs.right_to_left(1), jobs.right_to_left(2)]),
        ("משרות בתל אביב", [jobs.right_to_left(3)]),
        name="نور",
    ),
    "one": _digest(("Pharmacy", [jobs.usual(6)]), frequency="immediate"),
    "many": _digest(
        ("Everything in Berlin", [jobs.usual(number) for number in range(1, 11)]),
        frequency="monthly",
        more=490,
    ),
}
