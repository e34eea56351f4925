"""What happens on the demo's last morning beside new jobs: people join, applications move on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy import Connection

from jobraker_cli.demo.board import Board
from jobraker_cli.demo.columns import Row, row
from jobraker_cli.demo.rows import insert_rows
from jobraker_cli.store.shared import applications

NEWCOMERS = (("Noor", "Haddad"), ("Felix", "Weber"), ("", ""))
MOVED = 8  # applications that take each step
STEPS = {
    "submitted": "under_review",
    "under_review": "interview_scheduled",
    "interview_scheduled": "interview_completed",
    "interview_completed": "offer_received",
    "pending": "rejected",
}
INTERVIEW = [{"type": "video_call", "interviewer": "Grace Okafor", "duration_minutes": 45}]
OFFER = {"salary": 72_000, "currency": "USD", "period": "yearly", "benefits": ["Health plan"]}


def happen(connection: Connection, board: Board, moment: datetime) -> int:
    """Let people join and applications move on before `moment`; how many people joined."""
    newcomers = [_newcomer(number, moment) for number in range(len(NEWCOMERS))]
    insert_rows(connection, "users", newcomers)
    for application, status in _moving(board):
        values: dict[str, object] = {"status": status, "updated_at": moment}
        if status == "interview_scheduled":
            values |= {"interview_date": moment + timedelta(days=4, hours=5)}
            values |= {"interview_details": INTERVIEW}
        elif status == "offer_received":
            values |= {"offer_details": OFFER}
        found = applications.c.id == application["id"]
        connection.execute(applications.update().where(found).values(values))
    return len(newcomers)


def _newcomer(number: int, moment: datetime) -> Row:
    first, last = NEWCOMERS[number]
    joined = moment - timedelta(hours=number + 1)
    given = {
        "id": str(uuid5(NAMESPACE_DNS, f"newcomer-{number}.example.org")),
        "email": f"newcomer.{number + 1}@example.org",
        "first_name": first,
        "last_name": last,
        "password": "!",
        "date_joined": joined,
    }
    return row("users", joined, given)


def _moving(board: Board) -> Iterator[tuple[Row, str]]:
    """Applications of earlier days, a few in each status, with their next one."""
    left = dict.fromkeys(STEPS, MOVED)
    for day in board.days[:-1]:
        for application in day.activity.applications:
            status = str(application["status"])
            if left.get(status, 0):
                left[status] -= 1
                yield application, STEPS[status]
