"""Bounces, complaints and unsubscribe mails, from the mail that went out to what is obeyed."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support import returned
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

# Links in mails are good for 400 days; what comes back comes after what went out.
TODAY = datetime.now(UTC).replace(hour=9, minute=0) - timedelta(days=1)
NOTHING = dict.fromkeys(
    ("hard", "soft", "blocked", "complaint", "unsubscribe", "repeated", "unmatched", "ignored"), 0
)


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


class Inbox:
    """A Maildir, and a board whose mails name an address for bounces."""

    def __init__(self, board: Board, jobraker: Command, mailbox: Mailbox, folder: Path) -> None:
        self.board, self.command, self.mailbox, self.folder = board, jobraker, mailbox, folder
        for name in ("new", "cur", "tmp"):
            (folder / name).mkdir(parents=True)
        self.env = {
            **mailbox.settings,
            "BOUNCE_ADDRESS": "bounces@jobs.example.com",
            "INBOX_MAILDIR": str(folder),
        }
        self.users = {}
        for name in ("ada", "bob", "cid", "dan"):
            self.users[name] = board.add_user(email=f"{name}@example.org")
            board.add_alert(self.users[name], keywords=["python"])
        jobraker("init")

    def mail(self, number: int) -> dict[str, str]:
        """Mail everybody a new job; the envelope's sender of each, by name."""
        before = len(self.mailbox.messages)
        self.board.add_job(title=f"Python Engineer {number}", company=f"Company {number}")
        self.command("run", "daily-alerts", "--now", day(number), env=self.env, check=None)
        sent = self.mailbox.messages[before:]
        return {one.envelope_to[0].partition("@")[0]: one.envelope_from for one in sent}

    def put(self, name: str, content: bytes) -> None:
        (self.folder / "new" / name).write_bytes(content)

    def process(self, *args: str, **kwargs: Any) -> Any:
        return self.command("inbox", "process", "--json", *args, env=self.env, **kwargs).json


def test_what_comes_back_is_obeyed_once(
    board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    inbox = Inbox(board, jobraker, mailbox, tmp_path / "Maildir")
    sender = inbox.mail(0)
    assert len(set(sender.values())) == 4
    link = re.search(
        r"unsubscribe%20([^>]+)>", str(mailbox.messages[-1].parsed["List-Unsubscribe"])
    )
    assert link is not None
    (last,) = mailbox.messages[-1].envelope_to
    forged = sender["dan"].replace(sender["dan"].partition(".")[2][:8], "00000000")
    for name, content in {
        "1": returned.postfix(sender["ada"]),
        "2": returned.complaint(sender["bob"]),
        "3": returned.request(link[1]),
        "4": returned.auto_reply(sender["dan"]),
        "5": returned.postfix(forged),
        "6": returned.postfix(sender["ada"], action="delayed"),
        "7": b"\xff" * 5_000_000,
    }.items():
        inbox.put(name, content)
    os.mkfifo(inbox.folder / "new" / "pipe")
    (inbox.folder / "new" / "link").symlink_to("/etc/passwd")
    done = inbox.process()
    assert done == NOTHING | {
        "read": 7, "hard": 1, "complaint": 1, "unsubscribe": 1, "unmatched": 1, "ignored": 3,
    }  # fmt: skip
    assert sorted(os.listdir(inbox.folder / "new")) == ["link", "pipe"]
    assert sorted(os.listdir(inbox.folder / "cur")) == [f"{number}:2,S" for number in range(1, 8)]
    again = inbox.process("-", input=returned.postfix(sender["ada"]).decode())
    assert again == NOTHING | {"read": 1, "repeated": 1}
    reasons = {one["reason"] for one in jobraker("suppressions", "list", "--json").json}
    assert reasons == {"hard bounce", "complaint"}
    (message,) = jobraker("outbox", "list", "--to", "ada", "--json").json
    assert message["state"] == "sent"
    shown = jobraker("outbox", "show", message["id"], "--json").json["attempts"]
    assert [one["phase"] for one in shown] == ["done", "bounced"]
    assert shown[1]["enhanced_code"] == "5.1.1"
    assert "ada@example.org" not in shown[1]["text"]
    left = {"ada", "bob", "cid", "dan"} - {"ada", "bob", last.partition("@")[0]}
    assert set(inbox.mail(1)) == left


def test_soft_bounces_suppress_after_several_days_by_mail_and_by_smtp(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox, tmp_path: Path
) -> None:
    inbox = Inbox(sqlite_board, jobraker, mailbox, tmp_path / "Maildir")
    inbox.env["SOFT_BOUNCE_DAYS"] = "2"
    for name in ("bob", "cid", "dan"):
        sqlite_board.delete("users", inbox.users[name])
    sender = inbox.mail(0)["ada"]
    full = {"status": "4.2.2", "said": "smtp; 452 4.2.2 Mailbox full"}
    for number, said in enumerate(("full", "still full"), 1):
        words = {**full, "said": f"smtp; 452 4.2.2 {said}"}
        inbox.put(str(number), returned.postfix(sender, **words))
    mbox = tmp_path / "mbox"
    mbox.write_bytes(
        b"From MAILER-DAEMON Mon Nov 23 09:00:00 2026\n"
        + returned.postfix(sender, status="5.7.1", said="smtp; 550 5.7.1 spam")
        + b"\nFrom MAILER-DAEMON Mon Nov 23 09:00:01 2026\n"
        + returned.auto_reply(sender)
    )
    assert inbox.process("--mbox", str(mbox)) == NOTHING | {"read": 2, "blocked": 1, "ignored": 1}
    assert inbox.command("run", "inbox", "--dry-run", "--json", env=inbox.env).json["extra"] == {
        "new": 2
    }
    done = inbox.command("run", "inbox", "--json", env=inbox.env).json["extra"]
    assert done == NOTHING | {"soft": 2}
    assert jobraker("suppressions", "list", "--json").json == []
    assert os.listdir(inbox.folder / "new") == []
    before = (TODAY - timedelta(days=1)).date().isoformat()
    sqlite_board.execute("UPDATE jobraker_soft_bounce SET day = :day", day=before)
    mailbox.reply("RCPT", "552 5.2.2 Mailbox full")
    inbox.mail(1)
    (found,) = jobraker("suppressions", "list", "--json").json
    assert (found["reason"], found["source"]) == ("soft bounces", "bounces")
    later = (TODAY + timedelta(days=200)).isoformat()
    pruned = jobraker("run", "prune", "--now", later, "--json").json["extra"]
    assert (pruned["reports"], pruned["soft_bounces"]) == (3, 1)
    counts = sqlite_board.counts()
    assert (counts["jobraker_inbox"], counts["jobraker_soft_bounce"]) == (0, 0)
    assert counts["jobraker_suppression"] == 1


def test_what_is_no_inbox_is_said(sqlite_board: Board, jobraker: Command, tmp_path: Path) -> None:
    jobraker("init")
    assert "INBOX_MAILDIR" in jobraker("inbox", "process", check=2).stderr
    assert jobraker("inbox", "process", "-", "--mbox", "x", check=2).stderr
    assert jobraker("inbox", "process", "--maildir", str(tmp_path), check=66).stderr
    assert jobraker("inbox", "process", "--mbox", "nowhere", check=66).stderr
    jobraker("run", "inbox")
    jobraker("run", "inbox", env={"INBOX_MAILDIR": str(tmp_path / "none")}, check=78)
    assert sqlite_board.counts()["jobraker_inbox"] == 0
