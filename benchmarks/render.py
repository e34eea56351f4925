"""Rendering and building one digest of ten jobs, from the outbox row to the bytes of the mail.

Prints one JSON line a size, then a table. The limit is 300 microseconds; CPU time, best of the
runs, since the machine has other work. Beside it: the standard library's way to build the same
two parts, without rendering them.
"""

import json
import platform
import random
import resource
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.digests import payload
from jobraker_cli.mail.brand import Brand, SigningKey
from jobraker_cli.mail.compose import Composed, Composer
from jobraker_cli.model import Letter

SIZES = (500, 1000)
RUNS = 5
LIMIT = 300


def composer() -> Composer:
    brand = Brand(
        company_name="Jobraker",
        site_url="https://jobs.example.com",
        from_email="Job alerts <alerts@jobs.example.com>",
        support_email="",
        list_id="alerts.jobs.example.com",
        unsubscribe_mailto="alerts@jobs.example.com",
        job_url="https://jobs.example.com/jobs/{id}",
    )
    key = SigningKey(id="bench", secret=b"x" * 32)
    return Composer(brand=brand, key=key, timezone=ZoneInfo("UTC"))


def letters(number: int) -> list[Letter]:
    chance = random.Random(42)

    def identity() -> str:
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))

    jobs = [(identity(), index) for index in range(500)]
    return [
        Letter(
            id=identity(),
            kind="job_alert",
            user_id=identity(),
            recipient=f"u{index}@d{index % 50}.example.org",
            payload=payload(identity(), chance.sample(jobs, 10)),
            message_id=f"<{identity()}@jobs.example.com>",
            created_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        )
        for index in range(number)
    ]


def best(work: Callable[[], object], number: int) -> float:
    """Microseconds of CPU a message."""
    found = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        found.append((time.process_time() - started) / number * 1e6)
    return min(found)


def composed_octets(made: Composer, those: list[Letter]) -> int:
    return sum(len(made.content(one)) for one in those)


def by_the_standard_library(composed: Composed) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = composed.subject
    message["From"] = "Job alerts <alerts@jobs.example.com>"
    message["To"] = "ada@example.org"
    message.set_content(composed.text, cte="quoted-printable")
    message.add_alternative(composed.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def main() -> None:
    print(f"{'digests':>8}{'us a message':>14}{'EmailMessage':>14}")
    for size in SIZES:
        made, those = composer(), letters(size)
        composed = made.compose(those[0])
        value = best(partial(composed_octets, made, those), size)
        peer = best(partial(by_the_standard_library, composed), 1)
        figure = {
            "bench": "render: a digest of ten jobs",
            "size": size,
            "value": round(value, 1),
            "unit": "us",
            "peer": "EmailMessage, building alone",
            "peer_value": round(peer, 1),
            "ratio": round(peer / value, 2),
            "limit": LIMIT,
            "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "versions": {"python": platform.python_version(), "Jinja2": version("Jinja2")},
        }
        print(json.dumps(figure))
        print(f"{size:8}{value:14.0f}{peer:14.0f}")


if __name__ == "__main__":
    main()
