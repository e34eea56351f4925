"""Alerts and jobs from JSON."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.rows import alert_from_json, job_from_json, keywords_of, texts_of
from jobraker_cli.model import Alert, Job


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["python", " ", "", None, 3, ["nested"], {"a": "b"}, "sql"], ("python", "sql")),
        ("python, sql", ("python, sql",)),
        ("  ", ()),
        (None, ()),
        (7, ()),
        (True, ()),
        ({"python": "sql"}, ()),
        (["x" * 2000], ("x" * 1000,)),
        ([str(n) for n in range(2000)], tuple(str(n) for n in range(1000))),
    ],
)
def test_only_strings_of_a_json_column_count(value: object, expected: tuple[str, ...]) -> None:
    assert keywords_of(value) == texts_of(value) == expected


def test_absent_and_null_columns_have_the_web_applications_values() -> None:
    assert alert_from_json({}) == Alert(id="", user_id="")
    assert alert_from_json({"location": None, "min_salary": None}) == Alert(id="", user_id="")
    assert job_from_json({"title": "x"}) == Job(id="", title="x")
    assert job_from_json({"title": "x", "country": None, "posted_date": ""}) == Job(
        id="", title="x"
    )


def test_every_column_of_an_alert_is_read() -> None:
    alert = Alert(
        id="1",
        user_id="2",
        name="n",
        keywords=("k",),
        location="l",
        job_type="contract",
        experience_level="mid",
        remote_only=True,
        min_salary=1,
        max_salary=2,
        frequency="weekly",
        email_notifications=False,
        is_active=False,
    )
    columns = {name: getattr(alert, name) for name in Alert.__slots__ if name != "floor"}
    assert alert_from_json(columns | {"updated_at": "ignored"}) == alert


def test_moments_are_utc() -> None:
    job = job_from_json(
        {
            "title": "x",
            "posted_date": "2026-11-22T10:00:00+01:00",
            "application_deadline": "2026-11-22T09:00:00",
            "created_at": "2026-11-22T09:00:00Z",
        }
    )
    moment = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert (job.posted_at, job.deadline, job.created_at) == (moment, moment, moment)


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        ("title", 3, "a text"),
        ("is_remote", "yes", "true or false"),
        ("salary_min", "100", "a whole number"),
        ("salary_min", True, "a whole number"),
        ("salary_max", 1.5, "a whole number"),
        ("posted_date", "soon", "a moment like"),
        ("posted_date", 7, "a text"),
        ("posted_date", "0001-01-01T00:00:00+23:00", "a moment like"),
    ],
)
def test_a_value_the_table_cannot_hold_is_named(column: str, value: object, wanted: str) -> None:
    with pytest.raises(ValueError, match=f"the job's {column} must be {wanted}"):
        job_from_json({column: value})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(json_values)
def test_no_json_value_makes_keywords_fail_or_blank(value: object) -> None:
    assert all(entry.strip() for entry in keywords_of(value))
