"""What people chose about mail, obeyed when mail is planned and right before it goes."""

import csv
import io
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox, Received

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def day(number: int) -> str:
    return (MONDAY + timedelta(days=number)).isoformat()


def choose(
    board: Board,
    user: str,
    scope: str,
    choice: str = "unsubscribed",
    until: datetime | None = None,
    cap: int | None = None,
) -> None:
    """Write a choice down as the web application would."""
    board.execute(
        "INSERT INTO jobraker_preference (user_id, scope, choice, until, weekly_cap) "
        "VALUES (:user, :scope, :choice, :until, :cap)",
        user=uuid.UUID(user),
        scope=scope,
        choice=choice,
        until=until,
        cap=cap,
    )


def recipients(mailbox: Mailbox) -> list[str]:
    return [to for one in mailbox.messages for to in one.envelope_to]


def text(received: Received) -> str:
    part = received.parsed.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def person(board: Board, name: str) -> tuple[str, str]:
    """A person with one alert for python jobs."""
    user = board.add_user(email=f"{name}@example.org", first_name=name.title())
    return user, board.add_alert(user, name="Python", keywords=["python"])


def test_choices_are_obeyed_when_mail_is_planned(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    for name in ("ada", "bob", "cid", "dan", "eve", "fay", "gus"):
        user, alert = person(board, name)
        match name:
            case "bob":
                choose(board, user, f"alert:{alert}")
            case "cid":
                choose(board, user, "alerts")
            case "dan":
                choose(board, user, "all")
            case "eve":
                choose(board, user, "all", "paused", until=MONDAY + timedelta(days=1))
            case "fay":
                choose(board, user, "status")
            case "gus":
                choose(board, user, "all", "mail", cap=1)
    board.add_job(title="Python Engineer")
    jobraker("run", "daily-alerts", "--now", day(0), env=mailbox.settings)
    assert sorted(recipients(mailbox)) == ["ada@example.org", "fay@example.org", "gus@example.org"]
    board.add_job(title="Python Developer", company="Another")
    jobraker("run", "daily-alerts", "--now", day(1), env=mailbox.settings)
    assert sorted(recipients(mailbox)[3:]) == [
        "ada@example.org",
        "eve@example.org",
        "fay@example.org",
    ]
    eve = next(one for one in mailbox.messages[3:] if one.envelope_to == ("eve@example.org",))
    assert "Python Developer" in text(eve)
    assert "Python Engineer" not in text(eve)
    jobraker("run", "daily-alerts", "--now", day(7), env=mailbox.settings)
    assert recipients(mailbox)[6:] == ["gus@example.org"]
    assert "Python Developer" in text(mailbox.messages[6])


def test_choices_made_after_planning_are_obeyed_at_the_send(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    ada, _ = person(board, "ada")
    bob, python = person(board, "bob")
    board.add_alert(bob, name="Rust", keywords=["rust"])
    cid, only = person(board, "cid")
    dan, _ = person(board, "dan")
    board.add_job(title="Python Engineer")
    board.add_job(title="Rust Engineer", company="Another")
    jobraker("run", "daily-alerts", "--no-deliver", "--now", day(0))
    choose(board, ada, "all")
    choose(board, bob, f"alert:{python}")
    choose(board, cid, f"alert:{only}", "paused")
    choose(board, dan, "all", "mail", cap=0)
    jobraker("run", "deliver", "--now", day(0), env=mailbox.settings)
    (mail,) = mailbox.messages
    assert mail.envelope_to == ("bob@example.org",)
    assert "Rust Engineer" in text(mail)
    assert "Python Engineer" not in text(mail)
    reasons = {one["to"]: one["last_reply"] for one in jobraker("outbox", "list", "--json").json}
    assert reasons["ada@example.org"] == "the person unsubscribed from all optional mail"
    assert reasons["cid@example.org"].startswith("every alert in it was")
    assert reasons["dan@example.org"] == "the person wants at most 0 mails a week"


def token_of(mailbox: Mailbox) -> str:
    """The token in the last mail's one-click link."""
    headers = mailbox.messages[-1].parsed
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.match(r"<https://[^>]*/unsubscribe/([^>]+)>", headers["List-Unsubscribe"])
    assert found is not None
    return found[1]


def test_a_link_unsubscribes_also_after_the_key_was_changed(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ada, _ = person(sqlite_board, "ada")
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    old = {**mailbox.settings, "JOBRAKER_SECRET_KEY": "the-first-key"}
    jobraker("run", "daily-alerts", env=old)
    token = token_of(mailbox)
    new = {"JOBRAKER_SECRET_KEY": "the-second-key"}
    forged = jobraker("unsubscribe", token, env=new, check=66)
    assert forged.stderr == jobraker("unsubscribe", "nonsense", env=new, check=66).stderr
    assert sqlite_board.rows("SELECT * FROM jobraker_preference") == []
    rotated = {**new, "JOBRAKER_OLD_SECRET_KEYS": "an-even-older-key, the-first-key"}
    done = jobraker("unsubscribe", token, "--json", env=rotated).json
    assert (done["user_id"], done["scope"]) == (ada, "alerts")
    assert jobraker("unsubscribe", token, env=rotated).stdout.startswith("Unsubscribed from job")
    (choice,) = jobraker("preferences", "show", "ADA@example.org", "--json").json["choices"]
    assert (choice["scope"], choice["choice"], choice["holds_mail"]) == (
        "alerts", "unsubscribed", True,
    )  # fmt: skip
    sqlite_board.delete("users", ada)
    assert jobraker("unsubscribe", token, env=rotated, check=66).stderr == forged.stderr


def test_an_operator_pauses_snoozes_caps_and_resumes(board: Board, jobraker: Command) -> None:
    ada, alert = person(board, "ada")
    jobraker("init")
    jobraker("preferences", "pause", ada, "--scope", f"alert:{alert.upper()}")
    jobraker("preferences", "cap", ada, "3")
    shown = jobraker("preferences", "snooze", "ada@example.org", "--days", "2", "--json").json
    assert shown["weekly_cap"] == 3
    assert {one["scope"]: (one["choice"], one["holds_mail"]) for one in shown["choices"]} == {
        f"alert:{alert}": ("paused", True),
        "all": ("paused", True),
    }
    jobraker("preferences", "resume", ada, "--scope", "all")
    words = jobraker("preferences", "resume", ada).stdout.splitlines()
    assert words == [
        f"ada@example.org ({ada})",
        f"  alert:{alert}: mail, by operator",
        "  all: mail, by operator",
        "  at most 3 list mails a week",
    ]
    assert "no such user" in jobraker("preferences", "show", "eve@example.org", check=66).stderr


def test_a_pause_never_takes_an_unsubscribe_back(sqlite_board: Board, jobraker: Command) -> None:
    ada, _ = person(sqlite_board, "ada")
    jobraker("init")
    choose(sqlite_board, ada, "all")
    jobraker("preferences", "snooze", ada, "--days", "1")
    (still,) = jobraker("preferences", "resume", ada, "--json").json["choices"]
    assert (still["choice"], still["until"]) == ("unsubscribed", None)
    assert jobraker("preferences", "resume", ada, "--unsubscribed").stdout.endswith(
        "all: mail, by operator\n"
    )
    for wrong in (
        ("snooze", ada),
        ("snooze", ada, "--until", "2020-01-01"),
        ("pause", ada, "--scope", "everything"),
        ("cap", ada, "many"),
    ):
        assert jobraker("preferences", *wrong, check=2).stderr


def test_the_list_of_suppressed_addresses_is_kept_by_hand(
    board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    person(board, "ada")
    jobraker("init")
    assert jobraker("suppressions", "add", "Ada@EXAMPLE.org", "--json").json["new"] is True
    listed = jobraker("suppressions", "list", "--json").json
    assert [set(one) for one in listed] == [{"key", "reason", "source", "created_at"}]
    assert "ada" not in json.dumps(listed)
    board.add_job(title="Python Engineer")
    report = jobraker("run", "daily-alerts", "--json", "--now", day(0), env=mailbox.settings).json
    assert (report["suppressed"], mailbox.messages) == (1, [])
    assert jobraker("suppressions", "list", "--address", "bob@example.org").stdout == ""
    exported = jobraker("suppressions", "export").stdout
    jobraker("suppressions", "remove", "ada@example.org")
    assert jobraker("suppressions", "remove", "ada@example.org", check=66).stderr
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "name,E-Mail,Reason\n\nBob,bob@example.org,=cmd()\nCid,cid@example.org,\n", encoding="utf-8"
    )
    assert jobraker("suppressions", "import", str(rows), "--json").json == {"read": 2, "new": 2}
    assert jobraker("suppressions", "import", "-", "--json", input=exported).json == {
        "read": 1, "new": 1,
    }  # fmt: skip
    bad = jobraker("suppressions", "import", "-", input="dan@example.org\nno address\n", check=2)
    assert "Line 2" in bad.stderr
    assert "'no address'" not in bad.stderr
    again = list(csv.DictReader(io.StringIO(jobraker("suppressions", "export").stdout)))
    assert sorted(one["reason"] for one in again) == ["'=cmd()", "by hand", "imported"]
    assert len(jobraker("suppressions", "export", "--format", "ndjson").stdout.splitlines()) == 3
