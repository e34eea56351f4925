"""A hostile database, all the way to the receiver: only the mails that were meant arrive."""

import base64
import json
import uuid
from collections import Counter
from pathlib import Path

import dkim
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.mail.samples import HOSTILE
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

NOW = "2026-11-23T09:00:00Z"
MESSAGES = 200
WIDTH = 100  # of the narrowest column of the shared tables
STORABLE = [text for text in HOSTILE if not any("\ud800" <= one <= "\udfff" for one in text)]
HEADERS = [
    "DKIM-Signature", "From", "To", "Date", "Subject", "Message-ID", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Jobraker-Kind", "Reply-To", "Precedence", "List-Id",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "MIME-Version", "Content-Type",
]  # fmt: skip
KEY = generate_private_key(65537, 1024)


def hostile(board: Board, number: int) -> str:
    """A text that fits into every column of the database; PostgreSQL holds no NUL."""
    text = STORABLE[number % len(STORABLE)]
    return (text if board.kind == "sqlite" else text.replace("\0", ""))[:WIDTH]


def record(name: bytes, timeout: int = 5) -> bytes:
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_two_hundred_hostile_messages_arrive_as_they_were_meant(
    board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    for number in range(MESSAGES):
        user = board.add_user(email=f"u{number}@example.org", first_name=hostile(board, number * 5))
        board.add_alert(user, name=hostile(board, number * 7), keywords=[f"zebra{number}"])
    jobraker("init")
    for number in range(MESSAGES):
        board.add_job(
            title=f"zebra{number} {hostile(board, number)}"[:WIDTH],
            company=f"{number} {hostile(board, number * 11)}"[:WIDTH],
            location=hostile(board, number * 13),
        )
    for payload in ("[", '{"sections": [{"alert_name": "\\ud800", "jobs": [{}]}]}'):
        board.execute(
            "INSERT INTO jobraker_outbox (id, kind, recipient, payload, created_at, "
            "next_attempt_at) VALUES (:id, 'job_alert', 'x@example.org', :payload, :now, :now)",
            id=uuid.uuid4(),
            payload=payload,
            now="2026-11-23 08:00:00.000000",
        )
    key = tmp_path / "dkim.pem"
    key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    env = {
        **mailbox.settings,
        "SUPPORT_EMAIL": "help@jobs.example.com",
        "BOUNCE_ADDRESS": "bounces@jobs.example.com",
        "DKIM_PRIVATE_KEY_FILE": str(key),
        "DKIM_SELECTOR": "mail",
    }
    report = jobraker("run", "daily-alerts", "--json", "--now", NOW, env=env, check=3).json
    assert (report["sent"], report["dead"]) == (MESSAGES, 2)
    came = Counter(to for one in mailbox.messages for to in one.envelope_to)
    assert came == Counter(f"u{number}@example.org" for number in range(MESSAGES))
    senders = {one.envelope_from for one in mailbox.messages}
    assert len(senders) == MESSAGES
    for one in mailbox.messages:
        parsed = one.parsed
        assert list(parsed.keys()) == HEADERS, one.envelope_to
        assert not parsed.defects
        assert (parsed["To"],) == one.envelope_to
        assert parsed["From"] == "Job alerts <alerts@jobs.example.com>"
        assert str(parsed["Subject"]).isprintable()
        assert b"\r" not in one.content.replace(b"\r\n", b"")
        assert b"\n" not in one.content.replace(b"\r\n", b"")
        assert [part.get_content_type() for part in parsed.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip
    assert all(dkim.verify(one.content, dnsfunc=record) for one in mailbox.messages[:10])


def test_a_retry_of_a_signed_message_has_the_same_bytes(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    sqlite_board.add_alert(sqlite_board.add_user(), keywords=["python"])
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    key = tmp_path / "dkim.pem"
    key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    env = {**mailbox.settings, "DKIM_PRIVATE_KEY_FILE": str(key)}
    assert "DKIM_SELECTOR" in jobraker("doctor", "--offline", env=env, check=78).stdout
    env["DKIM_SELECTOR"] = "mail"
    checks = {
        one["name"]: one
        for one in jobraker("doctor", "--offline", "--json", env=env, check=None).json["checks"]
    }
    assert checks["dkim"]["detail"] == "signed here (rsa-sha256) as mail of jobs.example.com"
    jobraker("run", "daily-alerts", "--now", NOW, env=env)
    sqlite_board.execute("UPDATE jobraker_outbox SET state = 'uncertain'")
    jobraker("outbox", "resolve", "again", "--state", "uncertain", "--yes")
    sqlite_board.execute("UPDATE jobraker_outbox SET next_attempt_at = created_at")
    jobraker("run", "deliver", "--now", NOW, env=env)
    first, *others = [one.content for one in mailbox.messages]
    assert others == [first]
    assert b"DKIM-Signature: v=1; a=rsa-sha256;" in first


def test_a_title_of_ten_megabytes_is_cut_and_holds_nobody_up(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    for number in range(3):
        sqlite_board.add_alert(sqlite_board.add_user(email=f"u{number}@example.org"))
    jobraker("init")
    endless = "zebra " * 1_700_000
    sqlite_board.add_job(title=endless)
    sqlite_board.add_job(title="Zebra keeper")
    user = sqlite_board.add_user(email="application@example.org")
    alert = sqlite_board.add_alert(user, keywords=["nothing"])
    job = sqlite_board.add_job(title="Keeper", status="active")
    jobs = [{"id": job, "title": endless}]
    sqlite_board.execute(
        "INSERT INTO jobraker_outbox (id, kind, recipient, user_id, payload, created_at,"
        " next_attempt_at) VALUES (:id, 'job_alert', 'a@example.org', :user, :payload, :now, :now)",
        id=uuid.UUID(int=3),
        user=uuid.UUID(user),
        payload=json.dumps(
            {
                "name": endless,
                "sections": [{"alert_id": alert, "alert_name": "Zebras", "jobs": jobs}],
            }
        ),
        now="2026-11-23 08:00:00.000000",
    )
    report = jobraker("run", "daily-alerts", "--json", "--now", NOW, env=mailbox.settings).json
    assert (report["sent"], report["dead"]) == (4, 0)
    assert all(len(one.content) < 60_000 for one in mailbox.messages)
    subjects = [str(one.parsed["Subject"]) for one in mailbox.messages]
    assert sum("zebra zebra zebra" in subject for subject in subjects) >= 1
    assert max(map(len, subjects)) < 300


def test_ids_that_are_none_hold_up_no_other_digest(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    user = board.add_user(email="ada@example.org")
    alert, job = board.add_alert(user, keywords=["nothing"]), board.add_job(title="Keeper")
    odd: list[dict[str, object]] = [
        {"id": f"{job},{job}"},
        {"id": f"{job}{job}", "job_ids": [f"{job}{job}", ""]},
        {"job_ids": [job]},
        {"id": 5, "job_ids": [job]},
        {"id": job, "job_ids": "'); DROP TABLE jobs; --"},
        {"id": job, "job_ids": [[job]]},
        {"id": "}", "job_ids": [f"{{{job}}}"]},
    ]
    odd.append({"id": job, "job_ids": [job]})  # as jobraker writes it
    for number, one in enumerate(odd):
        section = {"alert_id": alert, "alert_name": "A", "jobs": [{**one, "title": f"T{number}"}]}
        board.execute(
            "INSERT INTO jobraker_outbox (id, kind, recipient, user_id, payload, created_at,"
            " next_attempt_at) VALUES (:id, 'job_alert', :to, :user, :payload, :now, :now)",
            id=uuid.uuid4(),
            to=f"u{number}@example.org",
            user=uuid.UUID(user),
            payload=json.dumps({"name": "Ada", "sections": [section]}),
            now="2026-11-23 08:00:00.000000",
        )
    jobraker("run", "deliver", "--now", NOW, env=mailbox.settings, check=3)
    came = {to for one in mailbox.messages for to in one.envelope_to}
    assert "u7@example.org" in came
    states = {one["state"] for one in jobraker("outbox", "list", "--json").json}
    assert states <= {"sent", "dead"}
