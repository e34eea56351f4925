"""`alerts explain USER JOB`: every reason why a mail did not go out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

MONDAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=3)


class Inquiry:
    """A board with a person who looks for python jobs, a run, and the question why."""

    def __init__(self, board: Board, jobraker: Command, mailbox: Mailbox) -> None:
        self.board, self.command, self.mailbox = board, jobraker, mailbox
        self.ada = board.add_user(email="Ada@example.org")
        self.alert = board.add_alert(self.ada, name="Python", keywords=["python"])

    def post(self, title: str = "Python Developer", **columns: Any) -> str:
        return self.board.add_job(title=title, **columns)

    def run(self, day: int, *args: str, task: str = "daily-alerts", **env: str) -> None:
        now = (MONDAY + timedelta(days=day)).isoformat()
        settings = {**self.mailbox.settings, **env}
        self.command("run", task, "--now", now, *args, env=settings, check=None)

    def why(self, job: str, who: str = "ada@EXAMPLE.org") -> Any:
        return self.command("alerts", "explain", who, job, "--json").json

    def reasons(self, job: str) -> dict[str, str]:
        return {one["name"]: one["detail"] for one in self.why(job, self.ada)["reasons"]}


@pytest.fixture
def ask(board: Board, jobraker: Command, mailbox: Mailbox) -> Inquiry:
    return Inquiry(board, jobraker, mailbox)


def test_a_mail_that_went_is_named_and_a_repost_says_what_it_is_of(ask: Inquiry) -> None:
    ask.command("init")
    job = ask.post(company="Acme")
    ask.run(0)
    found = ask.why(job, ask.ada)
    assert (found["match"], found["eligible"]) == (True, False)
    assert found["mailed"]["state"] == "sent"
    assert found["mailed"]["message_id"] in ask.reasons(job)["already_sent"]
    words = ask.command("alerts", "explain", ask.ada, job).stdout.splitlines()
    assert words[0].startswith("Ada@example.org was mailed Python Developer at Acme, at 20")
    assert "  yes keywords: title: python" in words
    again = ask.post(company="ACME Inc.")
    found = ask.why(again)
    assert found["mailed"] is None
    assert "another posting of this vacancy was mailed" in ask.reasons(again)["already_sent"]
    assert [one["name"] for one in found["eligibility"] if not one["holds"]] == ["not_mailed"]
    assert ask.why(again, ask.alert)["eligibility"] == found["eligibility"]
    (ask.command.cwd / "job.json").write_text('{"title": "Python Developer", "company": "Acme"}')
    pair = ask.command("alerts", "explain", ask.alert, "--job", "job.json", "--json").json
    assert pair["eligibility"] == found["eligibility"]


def test_a_mail_counts_as_sent_when_the_ledger_has_pruned_it(ask: Inquiry) -> None:
    ask.command("init")
    job = ask.post(company="Acme")
    ask.run(0)
    ask.board.execute("DELETE FROM jobraker_outbox")
    found = ask.why(job)
    assert (found["mailed"]["state"], found["mailed"]["sent_at"]) == ("sent", None)
    assert "it was mailed; when" in ask.reasons(job)["already_sent"]
    words = ask.command("alerts", "explain", ask.ada, job).stdout
    assert "was mailed Python Developer at Acme; the message itself was pruned" in words
    again = ask.post(company="ACME Inc.")
    assert "another posting of this vacancy was mailed" in ask.reasons(again)["already_sent"]


def test_a_mail_that_did_not_go_is_not_called_mailed(ask: Inquiry) -> None:
    ask.command("init")
    job = ask.post(company="Acme")
    ask.run(0, "--no-deliver")
    again = ask.post(company="ACME Inc.")
    for state, holds, became in (
        ("pending", False, "waits to be sent"),
        ("failed", False, "will be tried again"),
        ("uncertain", False, "whether it arrived is unknown"),
        ("dead", True, "failed for good"),
        ("cancelled", True, "was cancelled"),
        ("suppressed", True, "was not sent"),
    ):
        ask.board.execute("UPDATE jobraker_outbox SET state = :state", state=state)
        clause = ask.why(job)["eligibility"][-1]
        assert (clause["name"], clause["holds"]) == ("not_mailed", True)
        assert became in clause["detail"]
        assert "has not been mailed it: its mail" in clause["detail"]
        assert ask.why(again)["eligibility"][-1]["holds"] is holds
    ask.board.execute("UPDATE jobraker_outbox SET state = 'sent'")
    (other,) = [one for one in ask.why(again)["eligibility"] if not one["holds"]]
    assert other["detail"] == "the person has been mailed another posting of it"


def test_what_never_matched_or_never_could_be_mailed_is_said(ask: Inquiry) -> None:
    old = ask.post()
    ask.command("init")
    assert "baseline" in ask.reasons(old)
    cook = ask.post("Cook")
    applied, closed = ask.post("Python A"), ask.post("Python B", status="closed")
    late = ask.post("Python C", application_deadline=MONDAY)
    aged = ask.post("Python D", posted_date=MONDAY - timedelta(days=200))
    ask.board.add_application(ask.ada, applied)
    assert "found: nothing of it" in ask.reasons(cook)["no_match"]
    failing = {
        job: [one["name"] for one in ask.why(job)["eligibility"] if not one["holds"]]
        for job in (applied, closed, late)
    }
    assert failing == {applied: ["not_applied"], closed: ["status"], late: ["deadline"]}
    assert [ask.reasons(job) for job in (applied, closed, late)] == [{}, {}, {}]
    assert set(ask.reasons(aged)) == {"too_old"}
    assert "more than 60 days ago" in ask.reasons(aged)["too_old"]
    assert set(ask.reasons(cook)) == {"no_match"}
    ask.board.update("job_alerts", ask.alert, is_active=False, email_notifications=False)
    ask.board.update("users", ask.ada, is_active=False, email="nobody")
    assert {"alert_off", "mail_off", "user_inactive", "no_address"} <= set(ask.reasons(cook))
    ask.board.update("job_alerts", ask.alert, frequency="yearly")
    assert "yearly" in ask.reasons(cook)["unknown_frequency"]
    ask.board.delete("job_alerts", ask.alert)
    assert "no_alert" in ask.reasons(cook)
    lines = ask.command("alerts", "explain", ask.ada, cook).stdout
    assert "no alert: the person has no job alert" in lines


def test_what_waits_or_was_full_or_was_served_is_said(ask: Inquiry) -> None:
    ask.command("init")
    early = ask.post("Python Early")
    assert "no run has seen the job yet; daily-alerts is due at" in ask.reasons(early)["not_due"]
    more = [ask.post(f"Python {number}") for number in range(3)]
    ask.run(3, ALERT_MAX_JOBS="1")
    found = {job: ask.reasons(job) for job in (early, *more)}
    full = [job for job, reasons in found.items() if "cap_reached" in reasons]
    assert len(full) == 3
    assert "it showed 1 jobs" in found[full[0]]["cap_reached"]
    late = ask.post("Python Late")
    assert "has gone already" in ask.reasons(late)["not_due"]
    ask.run(4, "--no-deliver")
    assert "waits to be sent" in ask.reasons(late)["message_waits"]
    ask.board.update("jobs", late, status="closed")
    ask.run(4, task="deliver")
    assert "was cancelled: every job" in ask.reasons(late)["message_cancelled"]
    ben = ask.board.add_user(email="ben@example.org")
    ask.board.add_alert(ben, name="new", keywords=["python"])
    (reason,) = ask.why(early, "ben@example.org")["reasons"]
    assert reason["name"] == "served"


def test_a_job_that_its_run_has_passed_is_explained_by_what_holds_it_back_now(
    ask: Inquiry,
) -> None:
    ask.board.update("users", ask.ada, is_active=False)
    ask.command("init")
    job, cook = ask.post(), ask.post("Cook")
    ask.run(0)
    assert set(ask.reasons(job)) == {"user_inactive"}
    words = ask.command("alerts", "explain", ask.ada, job).stdout
    assert "The job itself may be mailed to the person." in words
    ask.board.update("users", ask.ada, is_active=True)
    assert "the account inactive" in ask.reasons(job)["served"]
    assert set(ask.reasons(cook)) == {"no_match"}
    weekly = ask.board.add_alert(ask.ada, keywords=["python"], frequency="weekly")
    assert set(ask.reasons(job)) == {"not_due"}
    ask.board.update("job_alerts", weekly, is_active=False)
    assert set(ask.reasons(job)) == {"alert_off", "served"}


def test_a_full_digest_is_named_only_where_it_kept_the_job_back(ask: Inquiry) -> None:
    ask.command("init")
    before = ask.post("Java Developer", company="A")
    ask.run(0)
    ask.board.update("job_alerts", ask.alert, keywords=["java"])
    jobs = [ask.post(f"Java {number}", company=f"C{number}") for number in range(3)]
    cook, applied = ask.post("Cook", company="D"), ask.post("Java Lead", company="E")
    ask.board.add_application(ask.ada, applied)
    ask.run(1, ALERT_MAX_JOBS="1")
    found = sorted(sorted(ask.reasons(job)) for job in jobs)
    assert found == [["already_sent"], ["cap_reached"], ["cap_reached"]]
    assert set(ask.reasons(before)) == {"served"}
    assert set(ask.reasons(cook)) == {"no_match"}
    assert ask.reasons(applied) == {}
    ask.board.add_alert(ask.ada, keywords=["cook"])
    assert set(ask.reasons(cook)) == {"no_match", "served"}


def test_a_job_that_came_after_the_days_mail_was_in_the_next_days(ask: Inquiry) -> None:
    ask.command("init")
    ask.post()
    ask.run(0)
    jobs = [ask.post(f"Python {number}", company=f"C{number}") for number in range(3)]
    ask.run(0)
    for part in ("1/2", "2/2"):
        ask.run(1, "--shard", part, ALERT_MAX_JOBS="1")
    reasons = [ask.reasons(job) for job in jobs]
    assert sorted(map(sorted, reasons)) == [["already_sent"], ["cap_reached"], ["cap_reached"]]
    (mail, *_) = [one["cap_reached"] for one in reasons if "cap_reached" in one]
    assert f"the mail of {MONDAY + timedelta(days=1):%Y-%m-%d} was full" in mail


def test_a_mail_that_waits_for_the_relays_limit_says_until_when(ask: Inquiry) -> None:
    ask.command("init")
    ask.board.add_alert(ask.board.add_user(email="ben@example.org"), keywords=["python"])
    job = ask.post()
    limit = {**ask.mailbox.settings, "EMAIL_RATE_PER_DAY": "1"}
    ask.command("run", "daily-alerts", env=limit)
    found = [
        ask.command("alerts", "explain", who, job, "--json", env=limit).json["reasons"]
        for who in ("ada@example.org", "ben@example.org")
    ]
    (waits,) = [one["detail"] for (one,) in found if one["name"] == "message_waits"]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert f"the relay's limit (EMAIL_RATE_*) is used up until {tomorrow:%Y-%m-%d}" in waits
    assert "next try" not in waits
    without = [ask.why(job, who) for who in ("ada@example.org", "ben@example.org")]
    (waits,) = [one["reasons"][0]["detail"] for one in without if not one["mailed"]]
    assert waits.endswith("waits to be sent; it goes with the next delivery")
    tomorrows = ask.post("Python Lead")
    ask.run(4, "--no-deliver")
    assert "next try" not in ask.reasons(tomorrows)["message_waits"]


def test_a_job_taken_out_right_before_the_send_was_left_out(ask: Inquiry) -> None:
    ask.command("init")
    applied, closed, stays = ask.post("Python A"), ask.post("Python B"), ask.post("Python C")
    before, dismissed = ask.post("Python Z"), ask.post("Python Y")
    ask.board.add_recommendation(ask.ada, dismissed, status="dismissed")
    ask.board.add_application(ask.ada, before, created_at=MONDAY - timedelta(hours=1))
    ask.run(0, "--no-deliver")
    ask.board.add_application(ask.ada, applied)
    ask.board.update("jobs", closed, status="closed")
    ask.run(0, task="deliver")
    assert set(ask.reasons(stays)) == {"already_sent"}
    assert ask.reasons(before) == ask.reasons(dismissed) == {}
    for job in (applied, closed):
        assert set(ask.reasons(job)) == {"left_out"}
        assert "left out right before the send: closed" in ask.reasons(job)["left_out"]
    ask.board.add_application(ask.ada, stays)
    assert set(ask.reasons(stays)) == {"already_sent"}
    late = ask.post("Python D", status="closed")
    assert ask.reasons(late) == {}


def test_a_job_that_was_over_before_its_run_was_not_left_out(ask: Inquiry) -> None:
    ask.command("init")
    ask.board.update("job_alerts", ask.alert, frequency="weekly")
    job = ask.post("Python A")
    ask.post("Python B")
    ask.run(0)
    ask.board.update("jobs", job, status="closed")
    ask.run(0, task="weekly-alerts")
    assert ask.reasons(job) == {}


def test_when_a_mail_has_shown_it_nothing_is_said_of_turns(ask: Inquiry) -> None:
    ask.command("init")
    ask.board.add_alert(ask.ada, keywords=["python"], frequency="weekly")
    job = ask.post(company="Acme")
    ask.run(0)
    assert set(ask.reasons(job)) == {"already_sent"}
    again = ask.post(company="Acme")
    assert set(ask.reasons(again)) == {"already_sent"}
    ask.board.execute("UPDATE jobraker_outbox SET state = 'dead'")
    assert set(ask.reasons(job)) == {"message_dead"}
    assert set(ask.reasons(again)) == {"not_due"}


def test_what_people_chose_is_said(ask: Inquiry) -> None:
    ask.command("init")
    job = ask.post()
    ask.command("preferences", "pause", ask.ada, "--scope", "alerts")
    assert "paused job alerts" in ask.reasons(job)["paused"]
    ask.command("unsubscribe", "--help")
    ask.board.execute("UPDATE jobraker_preference SET choice = 'unsubscribed'")
    assert "unsubscribed from job alerts" in ask.reasons(job)["unsubscribed"]
    ask.board.execute("DELETE FROM jobraker_preference")
    ask.command("preferences", "cap", ask.ada, "0")
    assert "at most 0 mails a week" in ask.reasons(job)["weekly_cap"]
    ask.command("suppressions", "add", "ada@example.org")
    assert "the address is suppressed" in ask.reasons(job)["suppressed"]


def test_who_or_what_does_not_exist_is_named(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    ask = Inquiry(sqlite_board, jobraker, mailbox)
    nobody = "00000000-0000-4000-8000-000000000000"
    job = ask.post()
    assert "jobraker init" in jobraker("alerts", "explain", ask.ada, job, check=78).stderr
    jobraker("init")
    for who, what in (("x_a@example.org", job), (nobody, job), ("no id", job), (ask.ada, nobody)):
        assert "There is no" in jobraker("alerts", "explain", who, what, check=66).stderr
    assert "USER JOB" in jobraker("alerts", "explain", ask.ada, "--job", "x.json", check=2).stderr
