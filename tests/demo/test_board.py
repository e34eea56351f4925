"""A made-up board fits the web application's tables, can be repeated, and gives mail to most."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobraker_cli.demo.board import Board, board_around, build_board
from jobraker_cli.demo.columns import Row, row
from jobraker_cli.demo.interests import Interest, head_of, interests_of, places_in
from jobraker_cli.demo.people import ODD_PEOPLE
from jobraker_cli.demo.vocabulary import HOSTILE_TITLES
from tests.demo.schema import columns_of

FIRST = date(2026, 8, 11)
BOARD = build_board(rng_seed=7, first_day=FIRST, days=3)
KINDS: dict[str, tuple[type, ...]] = {
    "varchar": (str,),
    "text": (str,),
    "uuid": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "double precision": (float,),
    "timestamptz": (datetime,),
}
TABLES = (
    "users",
    "user_profiles",
    "jobs",
    "job_alerts",
    "applications",
    "recommended_jobs",
    "saved_jobs",
)


def rows_of(board: Board, table: str) -> list[Row]:
    tables: list[tuple[str, Sequence[Row]]] = list(board.people_tables())
    for day in board.days:
        tables += day.tables()
    return [one for name, rows in tables if name == table for one in rows]


def misfits(table: str, one: Row) -> Iterator[str]:
    for name, column in columns_of(table).items():
        if name not in one:
            continue
        value = one[name]
        if column.kind == "jsonb":
            json.dumps(value)
        elif value is None:
            if not column.nullable:
                yield f"{name} is NULL"
        elif not isinstance(value, KINDS[column.kind]):
            yield f"{name} is {value!r}"
        elif column.width is not None and len(str(value)) > column.width:
            yield f"{name} is longer than {column.width}"
        elif isinstance(value, int) and not 0 <= value < 2**31:
            yield f"{name} is {value}"
        elif isinstance(value, str) and "\0" in value:
            yield f"{name} has a NUL"


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_every_column_of_its_table_and_fits_it(table: str) -> None:
    expected = set(columns_of(table)) - ({"id"} if table == "user_profiles" else set())
    rows = rows_of(BOARD, table)
    assert rows
    for one in rows:
        assert set(one) == expected
        assert list(misfits(table, one)) == []


@given(
    seed=st.integers(0, 2**32),
    days=st.integers(0, 3),
    users=st.integers(0, 25),
    jobs=st.integers(0, 90),
)
@settings(max_examples=25)
def test_boards_of_any_size_fit_and_can_be_made_again(
    seed: int, days: int, users: int, jobs: int
) -> None:
    board = build_board(rng_seed=seed, first_day=FIRST, days=days, users=users, jobs_per_day=jobs)
    again = build_board(rng_seed=seed, first_day=FIRST, days=days, users=users, jobs_per_day=jobs)
    assert board == again
    assert len(board.people.users) == users
    assert [len(day.jobs) for day in board.days] == [jobs] * days
    for table in TABLES:
        assert [list(misfits(table, one)) for one in rows_of(board, table)] == [
            [] for _ in rows_of(board, table)
        ]


def test_another_seed_makes_another_board() -> None:
    other = build_board(rng_seed=8, first_day=FIRST, days=1, users=5, jobs_per_day=5)
    same_size = build_board(rng_seed=9, first_day=FIRST, days=1, users=5, jobs_per_day=5)
    assert other.days[0].jobs != same_size.days[0].jobs


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("users", ("id",)),
        ("users", ("email",)),
        ("user_profiles", ("user_id",)),
        ("jobs", ("id",)),
        ("job_alerts", ("id",)),
        ("applications", ("user_id", "job_id")),
        ("recommended_jobs", ("user_id", "job_id")),
        ("saved_jobs", ("user_id", "job_id")),
    ],
)
def test_what_the_tables_want_unique_is_unique(table: str, key: tuple[str, ...]) -> None:
    counts = Counter(tuple(one[name] for name in key) for one in rows_of(BOARD, table))
    assert counts.most_common(1)[0][1] == 1


def test_a_days_rows_point_only_to_people_and_to_jobs_there_by_then() -> None:
    users = {user["id"] for user in BOARD.people.users}
    jobs: set[object] = set()
    for day in BOARD.days:
        jobs.update(job["id"] for job in day.jobs)
        for name, rows in day.tables():
            if name != "jobs":
                assert {one["job_id"] for one in rows} <= jobs
                assert {one["user_id"] for one in rows} <= users


def test_a_days_jobs_are_there_by_nine_that_morning() -> None:
    for day in BOARD.days:
        start = datetime(day.date.year, day.date.month, day.date.day, tzinfo=UTC)
        morning = start.replace(hour=9)
        for job in day.jobs:
            assert isinstance(job["created_at"], datetime)
            assert start <= job["created_at"] < morning


def test_alerts_come_in_every_shape_the_web_application_lets_in() -> None:
    alerts = BOARD.people.job_alerts
    assert {alert["frequency"] for alert in alerts} == {"immediate", "daily", "weekly", "monthly"}
    kinds = {type(alert["keywords"]) for alert in alerts}
    assert {list, str, int, dict, type(None)} <= kinds
    for switch in ("is_active", "email_notifications", "remote_only"):
        assert {alert[switch] for alert in alerts} == {True, False}
    for wish in ("location", "job_type", "experience_level", "min_salary", "max_salary"):
        assert {bool(alert[wish]) for alert in alerts} == {True, False}


def test_people_are_odd_in_every_way_registration_lets_in() -> None:
    emails = {str(user["email"]) for user in BOARD.people.users}
    assert {email for _, _, email in ODD_PEOPLE} <= emails
    assert any(email.isupper() for email in emails)
    assert any(not email.isascii() for email in emails)
    assert {user["is_active"] for user in BOARD.people.users} == {True, False}
    assert len(BOARD.people.user_profiles) < len(BOARD.people.users)


def test_jobs_vary_as_real_ones_do() -> None:
    jobs = [job for day in BOARD.days for job in day.jobs]
    assert len({job["salary_currency"] for job in jobs if job["salary_min"]}) > 5
    assert {job["salary_period"] for job in jobs} == {"hourly", "monthly", "yearly"}
    assert {job["remote_type"] for job in jobs} == {"no", "hybrid", "full"}
    assert {bool(job["salary_min"] or job["salary_max"]) for job in jobs} == {True, False}
    assert {bool(job["application_deadline"]) for job in jobs} == {True, False}
    assert len({job["job_type"] for job in jobs}) == 6
    assert len({job["experience_level"] for job in jobs}) == 5
    vacancies = Counter((job["company"], job["title"]) for job in jobs)
    assert sum(count > 1 for count in vacancies.values()) > 20


def test_every_hostile_title_is_posted_on_a_usual_day() -> None:
    titles = [str(job["title"]) for job in BOARD.days[0].jobs]
    for pattern in HOSTILE_TITLES:
        before, _, after = pattern.partition("{title}")
        marks = [part.format() for part in (before, after[:20]) if part.strip()]
        assert any(all(mark in title for mark in marks) for title in titles), pattern


def test_most_people_with_active_alerts_are_offered_something_and_some_nothing() -> None:
    jobs = BOARD.days[0].jobs
    active = {user["id"] for user in BOARD.people.users if user["is_active"]}
    alerts = [a for a in BOARD.people.job_alerts if a["is_active"] and a["user_id"] in active]
    people = {alert["user_id"] for alert in alerts}
    served = {alert["user_id"] for alert in alerts if any(roughly_fits(alert, j) for j in jobs)}
    assert 0.6 < len(served) / len(people) < 1


def roughly_fits(alert: Row, job: Row) -> bool:
    """A stricter and simpler reading of an alert than the real one: all in the job's own words."""
    keywords = alert["keywords"]
    phrases = [keywords] if isinstance(keywords, str) else keywords
    phrases = [p for p in phrases if isinstance(p, str)] if isinstance(phrases, list) else []
    title, place = str(job["title"]).casefold(), str(job["location"]).casefold()
    return (
        any(phrase.strip() and phrase.casefold() in title for phrase in phrases)
        and str(alert["location"]).casefold() in place
        and all(alert[name] in ("", job[name]) for name in ("job_type", "experience_level"))
        and (not alert["remote_only"] or "remote" in place)
    )


def test_what_people_did_takes_wanted_jobs_away_from_them() -> None:
    day = BOARD.days[0]
    titles = {job["id"]: str(job["title"]).casefold() for job in day.jobs}
    wanted: dict[object, list[str]] = {}
    for alert in BOARD.people.job_alerts:
        text = json.dumps(alert["keywords"], ensure_ascii=False).casefold()
        wanted.setdefault(alert["user_id"], []).append(text)
    for application in day.activity.applications:
        title = titles[application["job_id"]]
        texts = " ".join(wanted[application["user_id"]])
        assert any(word in texts for word in re.findall(r"\w+", title))
    statuses = {one["status"] for one in rows_of(BOARD, "recommended_jobs")}
    assert {"dismissed", "irrelevant", "pending_review"} <= statuses


def made_job(title: str, location: str = "", skills: Sequence[str] = (), number: int = 0) -> Row:
    moment = datetime(2026, 8, 11, tzinfo=UTC)
    given_columns = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "title": title,
        "location": location,
        "skills_required": list(skills),
    }
    return row("jobs", moment, given_columns)


def test_people_around_given_jobs_look_for_what_these_offer() -> None:
    jobs = [made_job(f"Senior Beekeeper, Site {n}", "Graz, Austria", number=n) for n in range(20)]
    board = board_around(rng_seed=1, days=[(FIRST, jobs)], users=60)
    asked = json.dumps([alert["keywords"] for alert in board.people.job_alerts]).casefold()
    assert asked.count("beekeeper") > 30
    places = {alert["location"] for alert in board.people.job_alerts}
    assert {"Graz", "Austria"} & places
    assert board.days[0].activity.applications


def test_people_do_nothing_more_with_a_job_that_comes_again() -> None:
    jobs = [made_job("Beekeeper", number=n) for n in range(20)]
    later = FIRST.replace(day=12)
    board = board_around(rng_seed=1, days=[(FIRST, jobs), (later, jobs)], users=60)
    assert board.days[1].jobs == tuple(jobs)
    assert board.days[1].activity.applications == ()


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("Senior Data Engineer (m/w/d)", "Data Engineer"),
        ("Sr. Client Account Manager - 6 Month Contract", "Client Account Manager"),
        ("Full-Stack Developer II", "Full-Stack Developer"),
        ("Embedded Engineer, C++", "Embedded Engineer"),
        ("Director of Engineering", "Director of Engineering"),
        ("Staff Nurse | Nights", "Nurse"),
        ("Lead", ""),
        ("One two three four five six", ""),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_the_head_of_a_title_is_its_trade(title: str, head: str) -> None:
    assert head_of(title) == head


@pytest.mark.parametrize(
    ("location", "places"),
    [
        ("Berlin, Germany", ["Berlin, Germany"]),
        ("San Francisco, CA | New York City, NY", ["San Francisco, CA", "New York City, NY"]),
        ("München; Zürich", ["München", "Zürich"]),
        ("2 Locations", []),
        ("Remote - US", []),
        ("1000 Nicollet Mall, Minneapolis,MN 55403-2542", []),
        ("", []),
    ],
)
def test_places_are_what_the_text_names(location: str, places: list[str]) -> None:
    assert places_in(location) == places


def test_interests_are_ordered_by_how_often_they_are_offered() -> None:
    jobs = [made_job("Welder"), *[made_job("Junior Baker", "Graz", ["Dough"])] * 3]
    assert interests_of([*jobs, made_job("welder")]) == (
        Interest(phrase="Baker", weight=3, skills=("Dough",), places=("Graz",)),
        Interest(phrase="Welder", weight=2, skills=(), places=()),
    )


@given(st.text(), st.text())
def test_any_title_and_location_give_plain_words(title: str, location: str) -> None:
    assert len(head_of(title)) <= 60
    assert all(place == place.strip() and ";" not in place for place in places_in(location))
