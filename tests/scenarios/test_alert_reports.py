"""`alerts backtest` and `alerts health` on a board, on both databases."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.board import Board
from tests.support.command import Command

NOW = datetime.now(UTC)


def test_a_backtest_reads_the_past_and_writes_nothing(board: Board, jobraker: Command) -> None:
    ada = board.add_user()
    alert = board.add_alert(ada, name="Nurse", keywords=["nurse"], location="Berlin")
    board.insert_jobs(
        28, title="Nurse", location="Berlin", created_at=lambda i: NOW - timedelta(days=i)
    )
    board.insert_jobs(56, title="Night Nurse", location="Paris", status="closed")
    board.insert_jobs(9, title="Nurse", location="Berlin", status="draft")
    board.add_job(title="Nurse", location="Berlin", created_at=NOW - timedelta(days=200))
    board.add_job(title="Cook", description="A nurse, sometimes.")
    jobraker("init")
    before = board.dump()
    found = jobraker("alerts", "backtest", alert, "--days", "28", "--json").json
    assert (found["jobs"], found["matches"], found["vacancies"]) == (85, 28, 28)
    assert found["per_week"] == 7
    assert sum(one["matches"] for one in found["weeks"]) == 28
    effects = {one["change"]: one["matches"] for one in found["clauses"]}
    assert effects == {"without the keywords": 28, "without the location": 84}
    assert found["clauses"][1]["times"] == 3
    assert len(found["samples"]) == 10
    words = jobraker("alerts", "backtest", "--query", "night nurse", "--days", "28").stdout
    assert words.startswith("14 jobs a week: 56 of 85 jobs in 28 days match")
    assert "  without the keywords: 21.2 jobs a week, 1.52 times as many" in words
    young = jobraker("alerts", "backtest", "--query", "nurse", "--days", "3000", "--json").json
    assert (young["days"], young["jobs"]) == (200, 86)
    everywhere = jobraker("alerts", "backtest", "--query", "anywhere:sometimes", "--json").json
    assert everywhere["matches"] == 1
    assert board.dump() == before
    assert "Give one alert" in jobraker("alerts", "backtest", check=2).stderr
    assert "There is no alert" in jobraker("alerts", "backtest", ada, check=66).stderr


def test_a_suggested_query_finds_what_the_suggestion_says(board: Board, jobraker: Command) -> None:
    board.insert_jobs(20, title="Welder, Buses")
    board.insert_jobs(30, title="Welder")
    board.insert_jobs(4, title="Welder", skills_required=["bus"])
    asked = ("alerts", "backtest", "--json", "--query")
    (one,) = jobraker(*asked, "welder").json["suggestions"]
    assert one["change"] == "the keyword (welder) AND buses"
    assert jobraker(*asked, "(welder) AND buses").json["matches"] == one["matches"] == 24


def test_a_backtest_names_every_week_of_its_period(board: Board, jobraker: Command) -> None:
    board.add_job(title="Nurse", created_at=NOW - timedelta(days=40))
    board.add_job(title="Nurse", created_at=NOW)

    def weeks_of(query: str, days: int) -> list[tuple[str, int]]:
        asked = ("alerts", "backtest", "--query", query, "--days", str(days))
        weeks = jobraker(*asked, "--json").json["weeks"]
        words = jobraker(*asked).stdout
        assert all(f"  {one['week']}  {one['matches']:>7}" in words for one in weeks)
        return [(one["week"], one["matches"]) for one in weeks]

    def week(days_ago: int) -> str:
        return f"{NOW - timedelta(days=days_ago):%G-W%V}"

    period = {week(number): 0 for number in range(40, -1, -1)}
    assert weeks_of("nurse", 90) == list((period | {week(0): 1, week(40): 1}).items())
    assert weeks_of("cook", 90) == list(period.items())
    assert weeks_of("nurse", 1) == list(({week(1): 0} | {week(0): 1}).items())


@pytest.mark.parametrize(
    ("query", "problem", "detail", "matches"),
    [
        ("", "everything", "it has no condition, so every job matches", 2),
        (" \t", "everything", "it has no condition, so every job matches", 2),
        ("!!!", "broken_keywords", 'no word in "!!!"; it finds nothing', 0),
        ("nurse AND (", "broken_keywords",
         '"nurse AND (" makes no sense as a query; it is read as its plain words', 1),
        ("nurse", None, None, 1),
    ],
)  # fmt: skip
def test_a_backtest_says_what_is_wrong_with_a_query(
    board: Board, jobraker: Command, query: str, problem: str, detail: str, matches: int
) -> None:
    board.add_job(title="Nurse")
    board.add_job(title="Cook")
    found = jobraker("alerts", "backtest", "--query", query, "--json").json
    expected = [{"problem": problem, "detail": detail}] if problem else []
    assert (found["faults"], found["matches"]) == (expected, matches)
    words = jobraker("alerts", "backtest", "--query", query).stdout
    assert (f"What is wrong with it:\n  {detail}\n" in words) == bool(problem)
    assert ("What is wrong" in words) == bool(problem)


@pytest.mark.parametrize(
    "arguments",
    [
        ("backtest", "--alert", "."),
        ("explain", "--alert", ".", "--job", "."),
        ("check", "."),
    ],
)  # fmt: skip
def test_a_directory_is_refused_in_one_sentence(
    jobraker: Command, arguments: tuple[str, ...]
) -> None:
    refused = jobraker("alerts", *arguments, check=66)
    assert refused.stderr == "jobraker: . cannot be read: Is a directory\n"


def test_a_backtest_says_what_is_wrong_with_an_alert(board: Board, jobraker: Command) -> None:
    alert = {"location": "Qwertyville", "min_salary": 9, "max_salary": 5}
    (jobraker.cwd / "alert.json").write_text(json.dumps({"keywords": 7, **alert}))
    (jobraker.cwd / "null.json").write_text(json.dumps({"keywords": None, **alert}))
    stored = board.add_alert(board.add_user(), **alert)
    jobraker("init")

    def problems(*which: str) -> list[str]:
        found = jobraker("alerts", "backtest", *which, "--json").json["faults"]
        return [one["problem"] for one in found]

    assert problems(stored) == ["cannot_match", "unknown_place"]
    assert problems("--alert", "null.json") == ["cannot_match", "unknown_place"]
    assert problems("--alert", "alert.json") == [
        "broken_keywords", "cannot_match", "unknown_place"
    ]  # fmt: skip


def test_health_names_every_alert_with_a_problem_and_no_other(
    board: Board, jobraker: Command
) -> None:
    ada, gone = board.add_user(email="ada@example.org"), board.add_user(is_active=False)
    board.insert_jobs(100, title="Nurse", created_at=lambda i: NOW - timedelta(days=i % 10))
    board.add_job(title="Cook", description="Sings at work.")
    board.add_alert(ada, name="cook", keywords=["cook"])
    board.add_alert(ada, name="singer", keywords=["anywhere:sings"])
    board.add_alert(gone, name="gone", keywords=["diver"])
    board.add_alert(ada, name="off", keywords=["diver"], is_active=False)
    expected = {
        "diver": ("silent", board.add_alert(ada, name="diver", keywords=["diver"])),
        "nurse": ("flood", board.add_alert(ada, name="nurse", keywords=["nurse"])),
        "all": ("everything", board.add_alert(ada, name="all")),
        "null": ("broken_keywords", board.add_alert(ada, name="null", keywords=None,
                                                    job_type="full_time")),
        "pay": ("cannot_match", board.add_alert(ada, name="pay", keywords=["cook"],
                                                min_salary=9, max_salary=1)),
        "place": ("unknown_place", board.add_alert(ada, name="place", location="Qwertyville")),
    }  # fmt: skip
    jobraker("init")
    before = board.dump()
    found = jobraker("alerts", "health", "--flood", "60", "--json").json
    problems = {(one["name"], one["problem"], one["alert"]) for one in found["findings"]}
    assert {(name, *one) for name, one in expected.items()} <= problems
    more = problems - {(name, *one) for name, one in expected.items()}
    assert {(name, problem) for name, problem, _ in more} == {
        ("place", "silent"),
        ("null", "flood"),
    }
    assert (found["alerts"], found["jobs"]) == (8, 101)
    assert found["problems"]["silent"] == 2
    table = jobraker("alerts", "health", "--problem", "everything").stdout
    assert "ada@example.org" in table
    assert table.count("\n") == 2
    assert jobraker("alerts", "health", "--flood", "90", "--problem", "flood").stderr == (
        "No alert has the problem flood.\n"
    )
    refused = jobraker("alerts", "health", "--problem", "bogus", check=2).stderr
    assert "'bogus' is not one of 'silent', 'flood', 'everything', " in refused
    assert board.dump() == before
    board.execute("DELETE FROM job_alerts")
    assert jobraker("alerts", "health").stderr == "All 0 alerts are well.\n"


def on_a_terminal(jobraker: Command, *arguments: str) -> list[str]:
    """The lines that a command prints on a terminal of 80 columns."""
    main, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "jobraker_cli", *arguments],
        stdout=follower,
        env=jobraker.environment({"TERM": "xterm", "COLUMNS": "80"}),
        cwd=jobraker.cwd,
    ):
        os.close(follower)
        printed = b""
        try:
            while chunk := os.read(main, 65_536):
                printed += chunk
        except OSError:  # the other end was closed
            pass
    os.close(main)
    return printed.decode().splitlines()


def test_health_breaks_no_word_on_a_terminal(sqlite_board: Board, jobraker: Command) -> None:
    ada = sqlite_board.add_user(email="ada.lovelace@mathematics.example.org")
    alert = sqlite_board.add_alert(
        ada, name="Bad\x1b[2J\none", keywords=["cook"], min_salary=9, max_salary=1, job_type="gig"
    )
    other = sqlite_board.add_alert(ada, name="", keywords=["cook"], location="Qwertyville")
    sqlite_board.add_job(title="Cook")
    jobraker("init")
    lines = on_a_terminal(jobraker, "alerts", "health")
    assert all(len(line) <= 80 and line == line.rstrip() for line in lines)
    said = " ".join(" ".join(lines).split())
    assert f"{alert} ada.lovelace@mathematics.example.org Bad[2J one: 0 jobs a week" in said
    assert "cannot_match: no job has the job type gig; known: full_time, part_time, " in said
    assert f"{other} ada.lovelace@mathematics.example.org: 0 jobs a week unknown_place: " in said
    assert said.count(alert) == 1
    assert [line[:16] for line in lines].count("  cannot_match: ") == 2
