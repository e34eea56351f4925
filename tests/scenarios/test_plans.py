"""Plans and tripwires, on both databases: what is foreseen, sent exactly, and stopped."""

from datetime import UTC, datetime
from pathlib import Path

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox


def at(day: int) -> tuple[str, str]:
    return "--now", f"2026-11-{day:02}T09:00:00Z"


def test_a_run_sends_exactly_what_was_planned(
    board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    env, file = mailbox.settings, tmp_path / "daily.plan"
    for name in ("ada", "ben", "eve"):
        board.add_alert(board.add_user(email=f"{name}@gmail.com"), keywords=["nurse"])
    jobraker("init", env=env)
    first = board.add_job(title="Nurse")
    planned = jobraker("plan", "daily-alerts", *at(2), "--out", str(file), "--json").json
    assert (planned["planned"], planned["by_provider"]) == (3, {"Gmail": 3})
    assert (planned["usual"], planned["tripwires"]) == (None, [])
    assert "gmail" not in file.read_text()
    told = jobraker("plan", "daily-alerts", *at(2)).stdout
    assert "daily-alerts would send 3 messages; nothing was written" in told

    second = board.add_job(title="Night Nurse")  # after the plan: for the next run
    board.add_alert(board.add_user(email="new@example.org"), keywords=["nurse"])
    board.add_alert(board.add_user(email="other@example.org"), keywords=["night"])
    jobraker("run", "weekly-alerts", "--plan", str(file), env=env, check=2)
    jobraker("run", "--plan", str(file), *at(2), env=env, check=2)
    done = jobraker("run", "--plan", str(file), "--json", env=env).json
    assert (done["task"], done["sent"]) == ("daily-alerts", 3)
    assert {one.parsed["To"] for one in mailbox.messages} == {
        "ada@gmail.com", "ben@gmail.com", "eve@gmail.com",
    }  # fmt: skip
    for one in mailbox.messages:
        text = one.parsed.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert first in text
        assert second not in text
    assert jobraker("run", "--plan", str(file), "--json", env=env).json["sent"] == 0

    jobraker("run", "daily-alerts", *at(3), env=env)
    later = {}
    for one in mailbox.messages[3:]:
        text = one.parsed.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        later[one.parsed["To"]] = (first in text, second in text)
    assert later["ada@gmail.com"] == (False, True)
    assert later["other@example.org"] == (False, True)


def test_an_unusual_run_stops_before_it_writes_anything(board: Board, jobraker: Command) -> None:
    env = {"EMAIL_BACKEND": "memory", "TRIPWIRE_LEAST": "5"}
    alerts = [
        board.add_alert(board.add_user(email=f"u{number}@example.org"), keywords=[f"skill{number}"])
        for number in range(8)
    ]
    jobraker("init", env=env)
    assert len(alerts) == 8
    for day in (2, 3, 4):
        board.add_job(title=f"Job of skill{day}")
        assert jobraker("run", "daily-alerts", *at(day), "--json", env=env).json["sent"] == 1
    board.add_job(title=" ".join(f"skill{number}" for number in range(8)))
    foreseen = jobraker("plan", "daily-alerts", *at(5), "--json", env=env).json
    assert (foreseen["planned"], foreseen["usual"], foreseen["difference"]) == (8, 1.0, 7.0)
    assert [one["name"] for one in foreseen["tripwires"]] == ["too many"]

    stopped = jobraker("run", "daily-alerts", *at(5), env=env, check=3)
    assert "stopped before anything was written" in stopped.stderr
    assert "--confirm" in stopped.stderr
    assert jobraker("outbox", "list", "--json", env=env).json.__len__() == 3
    off = env | {"TRIPWIRE_RATIO": "0"}
    assert jobraker("run", "daily-alerts", *at(5), "--dry-run", "--json", env=off).json["planned"]
    confirmed = jobraker("run", "daily-alerts", *at(5), "--confirm", "--json", env=env).json
    assert confirmed["sent"] == 8


def test_what_a_plan_does_not_hold_is_not_forgotten(
    sqlite_board: Board, jobraker: Command, tmp_path: Path
) -> None:
    """Reminders, welcomes and status mails too: their memory moves with the message only."""
    board, env = sqlite_board, {"EMAIL_BACKEND": "memory", "STATUS_SETTLE_SECONDS": "0"}
    job = board.add_job(title="Nurse")
    jobraker("init", env=env)
    file = tmp_path / "a.plan"

    def applies(name: str) -> None:
        user = board.add_user(email=f"{name}@example.org")
        board.add_application(
            user, job, status="under_review", follow_up_date=datetime(2026, 11, 2, 8, tzinfo=UTC)
        )

    def counts(*arguments: str) -> int:
        return int(jobraker("run", *arguments, "--json", env=env).json["sent"])

    applies("ada")
    for task in ("follow-ups", "welcome", "status-updates"):
        jobraker("plan", task, *at(2), "--out", str(file), env=env)
        applies(task)
        before = counts("--plan", str(file))
        after = counts(task, *at(2))
        assert (task, before >= 1, after >= 1) == (task, True, True)
        assert counts(task, *at(2)) == 0


def test_a_plan_counts_what_the_quotas_have_left(board: Board, jobraker: Command) -> None:
    limits = {"EMAIL_RATE_PER_HOUR": "10", "EMAIL_DOMAIN_RATES": "gmail.com=2/hour"}
    env = {"EMAIL_BACKEND": "memory", **limits}
    for number in range(4):
        board.add_alert(board.add_user(email=f"u{number}@example.org"), keywords=["nurse"])
    jobraker("init", env=env)
    board.add_job(title="Nurse")
    assert jobraker("plan", "daily-alerts", *at(2), "--json", env=env).json["eta_seconds"] == 0
    assert jobraker("run", "daily-alerts", *at(2), "--json", env=env).json["sent"] == 4
    for number in range(6):
        board.add_alert(board.add_user(email=f"new{number}@example.org"), keywords=["nurse"])
    board.add_job(title="Night Nurse")
    soon = ("--now", "2026-11-03T00:00:00Z")  # the day after, when nothing counts any more
    assert jobraker("plan", "daily-alerts", *soon, "--json", env=env).json["eta_seconds"] == 0
    less = env | {"EMAIL_RATE_PER_HOUR": "9"}
    told = jobraker("plan", "welcome", "--now", "2026-11-02T09:30:00Z", "--json", env=less).json
    assert (told["planned"], told["eta_seconds"]) == (6, 1800)
    board.add_user(email="a@gmail.com")
    board.add_user(email="b@gmail.com")
    assert jobraker("plan", "welcome", *soon, "--json", env=env).json["eta_seconds"] == 0
    board.add_user(email="c@GMAIL.com")
    told = jobraker("plan", "welcome", *soon, env=env)
    assert "the last leaves 3600 seconds after the first" in told.stdout
    spaced = env | {"EMAIL_DOMAIN_RATES": "gmail.com=1/second"}
    assert jobraker("plan", "welcome", *soon, "--json", env=spaced).json["eta_seconds"] == 2


def test_of_a_plan_goes_what_still_holds_and_the_rest_is_said(
    board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    env, file = mailbox.settings, tmp_path / "welcome.plan"
    jobraker("init", env=env)
    people = [board.add_user(email=f"{name}@example.org") for name in ("ada", "ben", "eve")]
    jobraker("plan", "welcome", "--out", str(file), env=env)
    board.update("users", people[1], email="ben.new@example.org")
    board.update("users", people[2], is_active=False)
    done = jobraker("run", "--plan", str(file), "--json", env=env)
    assert done.json["sent"] == 1
    assert "2 of the 3 messages of the plan were not written" in done.stderr
    assert jobraker("run", "welcome", "--json", env=env).json["sent"] == 1
    assert [one.parsed["To"] for one in mailbox.messages] == [
        "ada@example.org",
        "ben.new@example.org",
    ]
