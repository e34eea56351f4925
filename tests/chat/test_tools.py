"""Tools: what they find, what they write after a yes, and what they refuse."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobraker_cli.assistant.arguments import Parameter, checked
from jobraker_cli.assistant.job_tools import plain_text
from tests.chat.conversation import Conversation
from tests.support.board import Board

Open = Callable[..., Conversation]
PAGE = Path(__file__).parents[2] / "docs" / "chat.md"
(EDIT_RIGHTS,) = re.findall(r"```sql edit-alerts\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
EDITING = {"CHAT_MAY_EDIT_ALERTS": "true"}


def told(chat: Conversation, name: str, /, **arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        chat.dialogue.toolbox.call(name, json.dumps(arguments)).content
    )
    return found


def test_a_search_speaks_the_language_of_alerts(board: Board, opened: Open) -> None:
    board.add_job(title="Senior Python Engineer", location="Munich", salary_min=90_000)
    board.add_job(title="Python Engineer", location="Austin, TX", is_remote=True)
    board.add_job(title="Python Trainee", location="Berlin")
    board.add_job(title="Python Engineer", location="Berlin", status="closed")
    chat = opened(board, board.add_user())
    found = told(chat, "search_jobs", keywords=["python -trainee"], location="Germany")
    assert [row["title"] for row in found["rows"]] == ["Senior Python Engineer"]
    assert found["remark"] == "1 of 3 active jobs match; 1 are listed"
    assert found["rows"][0]["pay"] == "90000 USD yearly"
    everything = told(chat, "search_jobs", limit=2)
    assert len(everything["rows"]) == 2
    assert everything["remark"] == "3 of 3 active jobs match; 2 are listed"
    assert told(chat, "search_jobs", remote_only=True)["rows"][0]["remote"] is True
    assert told(chat, "search_jobs", keywords=["cobol"])["rows"] == []


def test_applications_come_with_their_dates_and_recommendations_with_scores(
    board: Board, opened: Open
) -> None:
    user = board.add_user()
    job = board.add_job(title="Engineer", company="Acme", description="<p>Do &amp; <b>rest</b></p>")
    closed = board.add_job(status="closed")
    board.add_application(
        user, job, status="interview_scheduled", interview_date=datetime(2026, 12, 1, tzinfo=UTC)
    )
    for one in (job, closed):
        board.add_recommendation(user, one, score=0.876)
    chat = opened(board, user)
    (row,) = told(chat, "my_applications")["rows"]
    assert (row["status"], row["interview"]) == ("interview scheduled", "2026-12-01")
    (row,) = told(chat, "my_recommendations")["rows"]
    assert (row["id"], row["score"]) == (job, 0.88)
    (row,) = told(chat, "job_details", job_id=job)["rows"]
    assert row["description"] == "Do & rest"


def test_why_a_mail_came_or_not_is_told_alert_by_alert(board: Board, opened: Open) -> None:
    user = board.add_user()
    board.add_alert(user, name="Python", keywords=["python"], frequency="weekly")
    board.add_alert(user, name="Rust", keywords=["rust"])
    job = board.add_job(title="Python Engineer")
    board.add_application(user, job)
    found = told(opened(board, user), "why_mail", job_id=job)
    assert found["remark"] == "A mail with this job was not sent to the user"
    python, rust, conditions = found["rows"]
    assert python["why_not"][0].startswith("it was there at the baseline")
    assert (python["matches"], python["frequency"]) == (True, "weekly")
    assert rust["matches"] is False
    assert rust["clauses"][0].startswith("NO: keywords: asked: rust")
    assert "NO: not applied: the person has applied to it" in conditions["conditions_of_any_mail"]


def test_alerts_are_written_after_a_yes_and_only_then(board: Board, opened: Open) -> None:
    user = board.add_user()
    if board.kind == "postgresql":
        board.execute(EDIT_RIGHTS)
    board.add_job(title="Rust Engineer", location="Berlin")
    asked: list[str] = []
    answers = iter([False, True, True, True])

    def confirm(question: str) -> bool:
        asked.append(question)
        return next(answers)

    chat = opened(board, user, settings=EDITING, confirm=confirm)
    wish = {"name": "Rust", "keywords": ["rust"], "location": "Berlin"}
    assert "did not say yes" in told(chat, "create_alert", **wish)["error"]
    assert board.counts()["job_alerts"] == 0
    (made,) = told(chat, "create_alert", **wish)["rows"]
    assert "It matches 1 open jobs now" in asked[1]
    row = board.row("job_alerts", made["id"])
    assert (row["keywords"], row["location"], row["user_id"]) == (["rust"], "Berlin", user)
    assert (row["is_active"], row["frequency"], row["push_notifications"]) == (True, "daily", False)
    told(chat, "change_alert", alert_id=made["id"], frequency="weekly", min_salary=1000)
    told(chat, "pause_alert", alert_id=made["id"])
    row = board.row("job_alerts", made["id"])
    assert (row["frequency"], row["min_salary"], row["is_active"]) == ("weekly", 1000, False)
    assert (row["keywords"], row["last_run"]) == (["rust"], None)
    assert "like that already" in told(chat, "pause_alert", alert_id=made["id"])["remark"]
    (tried,) = told(chat, "backtest_alert", alert_id=made["id"], days=30)["rows"]
    assert (tried["matches"], tried["jobs_looked_at"]) == (1, 1)
    (listed,) = told(chat, "my_alerts", backtest=True)["rows"]
    assert listed["open_jobs_that_match"] == 1


def test_nothing_is_written_unless_the_setting_allows_it(sqlite_board: Board, opened: Open) -> None:
    chat = opened(sqlite_board, sqlite_board.add_user(), confirm=lambda _: True)
    assert "no such tool" in told(chat, "create_alert", name="x")["error"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "JSON object"),
        ({"user_id": "x"}, "no argument user_id"),
        ({}, "name must be given"),
        ({"name": 1}, "name is no string"),
        ({"name": "x" * 6}, "more than 5"),
        ({"name": "a", "many": True}, "many is no integer"),
        ({"name": "a", "many": 11}, "many is from 1 to 10"),
        ({"name": "a", "kind": "c"}, "kind is one of a, b"),
        ({"name": "a", "words": [1]}, "words is a list of texts"),
        ({"name": "a", "words": ["a"] * 41}, "more than 40"),
        ({"name": "a", "sure": "perhaps"}, "sure is no boolean"),
    ],
)
def test_arguments_that_the_schema_does_not_allow_are_refused(given: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checked(PARAMETERS, given)


def test_arguments_as_small_models_write_them_are_understood() -> None:
    given = {"name": " a\x00 ", "many": "3", "words": "one", "sure": "true", "kind": None}
    assert checked(PARAMETERS, given) == {"name": "a", "many": 3, "words": ("one",), "sure": True}


PARAMETERS = (
    Parameter(name="name", about="", required=True, most=5),
    Parameter(name="many", about="", kind="integer", least=1, most=10),
    Parameter(name="kind", about="", choices=("a", "b")),
    Parameter(name="words", about="", kind="strings"),
    Parameter(name="sure", about="", kind="boolean"),
)


@pytest.mark.parametrize("arguments", ["{", "[]", "1", '{"a":' * 2000])
def test_arguments_that_are_no_json_are_refused(
    sqlite_board: Board, opened: Open, arguments: str
) -> None:
    chat = opened(sqlite_board, sqlite_board.add_user())
    outcome = chat.dialogue.toolbox.call("my_alerts", arguments)
    assert "cannot be used" in json.loads(outcome.content)["error"]


def test_a_result_is_bounded_and_says_what_it_left_out(sqlite_board: Board, opened: Open) -> None:
    user = sqlite_board.add_user()
    for _ in range(40):
        sqlite_board.add_alert(user, keywords=["x" * 900])
    found = told(opened(sqlite_board, user), "my_alerts")
    assert len(found["rows"]) + found["left_out"] == 40
    assert len(json.dumps(found)) < 30_000


def test_scripts_in_a_description_are_no_text() -> None:
    assert plain_text("<script>evil()</script>a<br>b <style>c</style>") == "a b"
    assert plain_text("1 > 0") == "1 > 0"
