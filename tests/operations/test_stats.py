"""`stats` and `runs show`."""

from datetime import UTC, datetime, timedelta

from jobraker_cli.operations.stats import every_hour
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox


def test_the_figures_add_up_to_what_was_sent(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    for address in ("ada@example.org", "grace@Example.ORG", "hostile@[red]x.test"):
        board.add_alert(board.add_user(email=address), keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")
    mailbox.reply("RCPT", "450 4.2.0 later")
    jobraker("run", "daily-alerts", env=mailbox.settings, check=None)
    found = jobraker("stats", "--json").json
    states = found["messages"]["job_alert"]
    sent = states["sent"]
    assert sent >= 1
    assert found["sent_last_24h"] == sent == found["hours"][-1]["sent"] + found["hours"][-2]["sent"]
    assert len(found["hours"]) == 24
    assert found["backlog"] == states["failed"] == 1
    assert found["oldest_pending_seconds"] >= 0
    (provider,) = found["providers"]
    assert provider["provider"].startswith("127.0.0.1:")
    assert provider["replies"] == {"2xx": sent, "4xx": 1}
    (org,) = [one for one in found["domains"] if one["domain"] == "example.org"]
    assert sum(org["states"].values()) == 2
    assert list(found["runs"]["daily-alerts"].values()) == [1]
    text = jobraker("stats", "--days", "1").stdout
    assert "Messages of the last day, by kind:" in text
    assert f"job_alert: 1 failed, {sent} sent" in text or f"{sent} sent" in text


def test_a_ledger_without_a_message_has_empty_figures(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    found = jobraker("stats", "--json").json
    assert (found["messages"], found["providers"], found["domains"]) == ({}, [], [])
    assert sum(one["sent"] for one in found["hours"]) == 0
    assert "none" in jobraker("stats").stdout


def test_every_hour_of_a_day_is_there() -> None:
    now = datetime(2026, 11, 23, 9, 59, tzinfo=UTC)
    hours = every_hour({datetime(2026, 11, 23, 8, tzinfo=UTC): 7}, now)
    assert len(hours) == 24
    assert list(hours)[-1] == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert next(iter(hours)) == now.replace(minute=0) - timedelta(hours=23)
    assert sum(hours.values()) == 7


def test_one_run_is_shown_with_what_became_of_its_messages(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    board.add_alert(board.add_user(), keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")
    report = jobraker("run", "daily-alerts", "--no-deliver", "--json").json
    shown = jobraker("runs", "show", report["run_id"], "--json").json
    assert shown["messages"] == {"pending": 1}
    jobraker("run", "deliver", env=mailbox.settings)
    shown = jobraker("runs", "show", report["run_id"], "--json").json
    assert shown["messages"] == {"sent": 1}
    assert shown["counts"]["queued"] == 1
    assert shown["duration_seconds"] >= 0
    assert "messages: 1 sent" in jobraker("runs", "show", report["run_id"]).stdout
    assert "no run 999" in jobraker("runs", "show", "999", check=66).stderr
    assert [one["task"] for one in jobraker("runs", "--json").json][-1] == "init"
