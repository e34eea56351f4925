"""The demo, as a newcomer runs it and with posting files however messy."""

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.board import Board
from tests.support.command import Command

POSTINGS = sorted((Path(__file__).parents[3] / "shared" / "real-jobs").glob("*.jsonl.gz"))


@pytest.fixture
def posting_files(tmp_path: Path) -> list[Path]:
    """Two days of postings, the second with every kind of mess."""
    good = [
        {"company": "Acme", "platform": "x", "jobId": str(n), "title": f"Data Engineer {n}",
         "locations": ["Berlin, Germany"], "employmentType": "FullTime", "isRemote": None,
         "applyUrl": f"https://acme.example/{n}", "postedAt": "2026-08-11T07:00:00Z"}
        for n in range(40)
    ]  # fmt: skip
    mess: list[object] = [
        {"company": "Acme", "jobId": "no-title"},
        {"title": "Data Engineer", "company": "No id"},
        {**good[0], "jobId": "a", "title": "Data Engineer " + "x" * 400},
        {**good[0], "jobId": "b", "title": "<script>alert(1)</script>\u0000 Engineer"},
        {**good[0], "jobId": "c", "employmentType": "gig", "locations": ["Somewhere " * 40]},
        {**good[0], "jobId": "d", "applyUrl": "javascript:alert(1)", "postedAt": "yesterday"},
        ["no", "object"],
        7,
    ]
    first, second = tmp_path / "2026-08-11.jsonl.gz", tmp_path / "2026-08-12.jsonl.gz"
    first.write_bytes(gzip.compress("\n".join(map(json.dumps, good)).encode()))
    lines = [json.dumps(one).encode() for one in [*mess, *good[:5]]]
    second.write_bytes(gzip.compress(b"\n".join([*lines, b"{broken", b"\xff\xfe", b""])))
    return [first, second]


def check(report: Any) -> None:
    assert set(report) >= {
        "directory", "database", "jobs", "skipped", "alerts", "first", "second", "seconds",
    }  # fmt: skip
    assert report["first"]["sent"] == report["first"]["planned"] > 0
    assert report["second"] == {"planned": 0, "sent": 0}
    folder = Path(report["directory"])
    assert len(list((folder / "mail").glob("*.eml"))) == report["first"]["sent"]
    assert "<iframe" in (folder / "gallery.html").read_text(encoding="utf-8")


def test_the_demo_needs_nothing_and_sends_nothing_twice(jobraker: Command) -> None:
    result = jobraker("demo", "--keep", "demo")
    assert "Second run: 0 mails sent" in result.stdout
    assert str(jobraker.cwd / "demo" / "gallery.html") in result.stdout
    assert (jobraker.cwd / "demo" / "board.db").exists()


def test_a_second_demo_replaces_the_first(jobraker: Command) -> None:
    reports = [jobraker("demo", "--keep", "demo", "--json").json for _ in range(2)]
    check(reports[1])
    assert reports[0]["first"] == reports[1]["first"]


def test_settings_and_databases_of_the_user_are_left_alone(
    sqlite_board: Board, jobraker: Command
) -> None:
    before = sqlite_board.dump()
    (jobraker.cwd / ".env").write_text("EMAIL_HOST=relay.example\n", encoding="utf-8")
    env = {"EMAIL_BACKEND": "smtp", "EMAIL_HOST": "relay.example"}
    check(jobraker("demo", "--keep", "demo", "--json", env=env).json)
    assert sqlite_board.dump() == before


@pytest.mark.parametrize("content", [b"", b"precious", None])
def test_a_file_that_the_demo_did_not_make_is_never_touched(
    jobraker: Command, content: bytes | None
) -> None:
    folder = jobraker.cwd / "demo"
    folder.mkdir()
    path = folder / "board.db"
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE precious (id INTEGER)")
        connection.commit()
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    assert "not made by the demo" in jobraker("demo", "--keep", "demo", check=78).stderr
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_messy_posting_files_are_imported_and_what_was_skipped_is_said(
    jobraker: Command, posting_files: list[Path]
) -> None:
    result = jobraker("demo", "--keep", "demo", *map(str, posting_files))
    assert "2026-08-12.jsonl.gz, line 1: no title" in result.stdout
    assert "more postings skipped" in result.stdout
    assert "Wednesday 12 August 2026" in result.stdout
    report = jobraker("demo", "--keep", "demo", "--json", *map(str, posting_files)).json
    assert report["skipped"] == 6
    assert report["jobs"] == 44
    titles = sqlite3.connect(jobraker.cwd / "demo" / "board.db")
    longest = titles.execute("SELECT max(length(title)), max(length(location)) FROM jobs")
    title, location = longest.fetchone()
    assert title == 200
    assert 90 < location <= 100
    titles.close()


def test_one_file_alone_is_the_new_day(jobraker: Command, posting_files: list[Path]) -> None:
    report = jobraker("demo", "--keep", "demo", "--json", str(posting_files[0])).json
    check(report)
    assert report["jobs"] == 40


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("no.jsonl.gz", None, 66), ("bad.jsonl.gz", b"no gzip", 78), ("cut.jsonl.gz", b"CUT", 78)],
)
def test_a_file_that_cannot_be_read_is_named(
    jobraker: Command, name: str, content: bytes | None, code: int
) -> None:
    path = jobraker.cwd / name
    if content == b"CUT":
        path.write_bytes(gzip.compress(b'{"title": "x"}\n' * 1_000)[:-20])
    elif content is not None:
        path.write_bytes(content)
    result = jobraker("demo", "--keep", "demo", name, check=code)
    assert name in result.stderr
    assert "bug" not in result.stderr


def test_the_demo_runs_in_an_empty_postgresql_database_and_in_no_other(
    postgres_board: Board, jobraker: Command, posting_files: list[Path]
) -> None:
    used = jobraker("demo", "--keep", "a", "--db", postgres_board.owner_url, check=78)
    assert "empty" in used.stderr
    postgres_board.execute("DROP SCHEMA public CASCADE")
    postgres_board.execute("CREATE SCHEMA public")
    args = (
        "demo",
        "--keep",
        "b",
        "--db",
        postgres_board.owner_url,
        "--json",
        *map(str, posting_files),
    )
    report = jobraker(*args).json
    check(report)
    assert "********" in report["database"]
    assert "empty" in jobraker(*args, check=78).stderr


@pytest.mark.skipif(not POSTINGS, reason="the real postings are not beside this checkout")
def test_the_real_postings_make_a_day_of_mail(jobraker: Command) -> None:
    report = jobraker("demo", "--keep", "demo", "--json", *map(str, POSTINGS)).json
    check(report)
    assert (report["jobs"], report["skipped"]) == (7_871, 5)
