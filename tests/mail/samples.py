"""Letters to compose: usual, long and hostile ones, and the board that sends them."""

import email
import json
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from functools import cache
from uuid import NAMESPACE_DNS, UUID, uuid5
from zoneinfo import ZoneInfo

from jobraker_cli.mail.brand import Brand, SigningKey
from jobraker_cli.mail.compose import Composer
from jobraker_cli.model import Letter

Payload = dict[str, object]

BRAND = Brand(
    company_name="Example Jobs",
    site_url="https://jobs.example.com",
    from_email="Example Jobs <alerts@jobs.example.com>",
    support_email="help@jobs.example.com",
    list_id="alerts.jobs.example.com",
    unsubscribe_mailto="unsubscribe@jobs.example.com",
    job_url="https://jobs.example.com/jobs/{id}",
)
KEY = SigningKey(id="k1", secret=b"0123456789abcdef0123456789abcdef")
USER = "7d0a7b52-6b0e-4d5c-9b1d-0c8f3a1f2b3c"
WRITTEN = datetime(2026, 8, 12, 9, 0, tzinfo=UTC)

# The strings of a hostile database: header, template, terminal, log, SQL, spreadsheet, SMTP.
HOSTILE = (
    "A\r\nBcc:e@x",
    "B\nBcc: e@x",
    "\u2028Bcc:e@x\u2029\x85\x0b\x0c\x1c",
    "nul\x00here",
    "=?utf-8?q?a=0ABcc:_e@x?=",
    "=?utf-8?b?DQpCY2M6IGVAeA==?=",
    "lone \ud800 surrogate",
    "x" * 10_000,
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "</title></style><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "evil \u202egpj.exe \u2066isolate\u2069",
    "{{7*7}}",
    "{{cycler.__init__.__globals__}}{% raw %}",
    "[/][link=https://evil]",
    "\x1b]52;c;YQ==\x07\x1b[2J\x9b2J",
    "\n2026-01-01 INFO sent",
    "=cmd|' /C calc'!A0",
    "' OR 1=1--%_\\",
    "\n.\nMAIL FROM:<e@x>\nRCPT TO:<f@x>\nDATA\n",
    "\r.\r\nMAIL FROM:<e@x>",
    "\n.\r\nQUIT\r\n",
    "--\r\n-- \r\n",
)


def job(number: int = 1, **changes: object) -> Payload:
    """A job as the payload of a job alert holds it."""
    usual: Payload = {
        "id": str(UUID(int=number)),
        "title": f"Senior Python Developer {number}",
        "company": "Société Générale",
        "places": ["Berlin, Germany"],
        "remote": "hybrid",
        "job_type": "full_time",
        "experience_level": "senior",
        "salary_min": 70000,
        "salary_max": 90000,
        "salary_currency": "EUR",
        "salary_period": "yearly",
        "posted_at": "2026-08-11T07:00:00+00:00",
        "deadline": "2026-08-28T12:00:00+00:00",
        "reasons": ["title: python", "Berlin is in Germany"],
    }
    return usual | changes


def section(name: str, *jobs: Payload) -> Payload:
    """What one alert found."""
    alert_id = str(uuid5(NAMESPACE_DNS, name.encode("ascii", "replace").decode("ascii")))
    return {"alert_id": alert_id, "alert_name": name, "jobs": list(jobs)}


def digest(*sections: Payload, **changes: object) -> Payload:
    """The payload of a job alert."""
    usual: Payload = {
        "name": "Ada",
        "frequency": "daily",
        "period": "2026-08-12",
        "more": 0,
        "sections": list(sections),
    }
    return usual | changes


def letter(payload: object, /, **changes: object) -> Letter:
    """The outbox row of a payload."""
    fields: Payload = {
        "id": "0198",
        "kind": "job_alert",
        "user_id": USER,
        "recipient": "ada@example.org",
        "payload": json.dumps(payload),
        "message_id": "<0198.k3j4@jobs.example.com>",
        "created_at": WRITTEN,
    }
    return Letter(**(fields | changes))  # type: ignore[arg-type]


@cache
def composer(brand: Brand = BRAND, timezone: str = "Europe/Berlin", locale: str = "en") -> Composer:
    """A composer with the package's own templates."""
    return Composer(brand=brand, key=KEY, timezone=ZoneInfo(timezone), locale=locale)


def parsed(content: bytes) -> EmailMessage:
    """The message as the standard library's strict modern parser reads it."""
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


USUAL = digest(
    section(
        "Python in Berlin",
        job(1),
        job(2, places=["Berlin, Germany", "Barcelona", "Wien", "Paris", "Lisboa"], remote="full"),
        job(3, title="Werkstudent Data (m/w/d)", salary_min=None, salary_max=None, remote="no"),
    ),
    section("Daten & KI", job(4, title="開発エンジニア"), job(5, salary_max=None, deadline=None)),
    more=2,
)
ONE = digest(section("Pharmacy", job(9, title="Pharmacy Technician")), frequency="immediate")
LONG = digest(
    section(
        "Ä" * 100,
        *(
            job(
                number,
                title="W" * 200 if number % 2 else "Führungskraft 漢 " * 14,
                company="漢" * 100,
                places=[f"{place} {'Llanfairpwllgwyngyll ' * 5}" for place in range(9)],
                reasons=["ü" * 300, "b " * 200, "c" * 300, "d"],
                salary_min=1_234_567_890,
                salary_max=2_147_483_647,
                job_type="gig_work",
            )
            for number in range(1, 11)
        ),
    ),
    name="x" * 150,
    frequency="weekly",
    more=1990,
)
EMOJI = digest(
    section(
        "🦊" * 100,
        *(
            job(
                number,
                title="🦊" * 200,
                company="🦊" * 100,
                places=["🦊" * 100, *(f"{n}{'🦊' * 99}" for n in range(8))],
                reasons=["🦊" * 100, "🐻" * 100, "🐼" * 100],
            )
            for number in range(1, 11)
        ),
    )
)
HOSTILE_DIGEST = digest(
    *(
        section(
            hostile,
            job(
                number,
                title=hostile,
                company=HOSTILE[number - 1],
                places=[HOSTILE[number - 2], HOSTILE[number - 3]],
                reasons=[hostile],
                job_type=hostile,
                experience_level=hostile,
                remote=hostile,
                salary_currency=hostile,
                salary_period=hostile,
                posted_at=hostile,
                deadline=hostile,
            ),
        )
        for number, hostile in enumerate(HOSTILE)
    ),
    name=HOSTILE[0],
    frequency=HOSTILE[1],
    period=HOSTILE[2],
)
CASES = {
    "usual": USUAL,
    "one": ONE,
    "long": LONG,
    "emoji": EMOJI,
    "hostile": HOSTILE_DIGEST,
}
