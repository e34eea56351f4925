"""Recommendations: how well a job suits a profile, and the best of many jobs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.prepared import prepare
from jobraker_cli.matching.recommend import WORTH_SHOWING, Recommendation, suits
from jobraker_cli.matching.recommender import Recommender
from jobraker_cli.matching.rows import profile_from_row, said_in
from jobraker_cli.model import Job, MatchRules, Profile

RULES = MatchRules()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ADA = Profile(
    user_id="ada",
    title="Senior Data Engineer",
    skills=("Python", "SQL", "Apache Airflow", "Docker"),
    level="senior",
    places=("Berlin", "Remote"),
    job_types=("full_time",),
    salary_min=80_000,
)
FITTING = {
    "title": "Senior Data Engineer (m/f/d)",
    "skills_required": ("python", "sql"),
    "location": "Berlin, Germany",
    "salary_min": 90_000,
    "salary_max": 100_000,
    "posted_at": NOW,
}


def judged(profile: Profile = ADA, **columns: object) -> Recommendation:
    job = Job(**{"id": "1", **FITTING, **columns})  # type: ignore[arg-type]
    return suits(profile, job, RULES, NOW)


def failing(found: Recommendation) -> list[str]:
    return [clause.name for clause in found.clauses if not clause.holds]


def test_a_job_that_fits_in_every_way_says_so_part_by_part() -> None:
    found = judged()
    assert found.score > 0.8
    assert found.reasons == (
        "skills: Python, SQL",
        "title: Senior Data Engineer",
        "Berlin, Germany",
        "senior level",
        "full time",
        "90,000 to 100,000 USD a year",
    )
    assert [(one.name, one.holds, one.detail) for one in found.clauses] == [
        ("skills", True, "skills: Python, SQL"),
        ("title", True, "it is a Senior Data Engineer job"),
        ("location", True, "Berlin, Germany is in Berlin or Remote"),
        ("experience_level", True, "senior level"),
        ("job_type", True, "full time"),
        ("salary", True, "90,000 to 100,000 USD a year, asked: from 80,000 USD a year"),
        ("posted", True, "posted today"),
    ]


@pytest.mark.parametrize(
    ("columns", "part", "detail"),
    [
        ({"skills_required": ("java",)}, "skills", "none of Python, SQL, Apache Airflow, Docker"),
        ({"title": "Senior Data Analyst"}, "title", "of Senior Data Engineer: data"),
        ({"title": "Senior Cook"}, "title", "nothing of Senior Data Engineer"),
        ({"location": "Paris"}, "location", "Paris is not in Berlin or Remote"),
        ({"location": ""}, "location", "no place is not in Berlin or Remote"),
        (
            {"title": "Data Engineer", "experience_level": "mid"},
            "experience_level",
            "mid level, the person is senior",
        ),
        (
            {"title": "Data Engineer Intern"},
            "experience_level",
            "entry level, the person is senior",
        ),
        ({"job_type": "contract"}, "job_type", "contract job"),
        ({"salary_max": 70_000, "salary_min": None}, "salary",
         "up to 70,000 USD a year, asked: from 80,000 USD a year"),
        ({"posted_at": NOW - timedelta(days=70)}, "posted", "posted 70 days ago"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_and_costs(
    columns: dict[str, object], part: str, detail: str
) -> None:
    found = judged(ADA, **columns)
    assert part in failing(found)
    assert {one.name: one.detail for one in found.clauses}[part] == detail
    assert found.score < judged().score


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"skills_required": ("python", "sql")}, {"skills_required": ("python", "cobol")}),
        ({"skills_required": ("python", "cobol")}, {"skills_required": ("cobol",)}),
        ({"skills_required": ("python",)}, {"skills_required": (), "description": "python"}),
        ({"skills_required": (), "description": "python"}, {"skills_required": ()}),
        ({}, {"title": "Senior Data Architect"}),
        ({"title": "Senior Data Architect"}, {"title": "Senior Architect"}),
        ({}, {"location": "Paris"}),
        ({}, {"salary_min": None, "salary_max": None}),
        ({"salary_min": None, "salary_max": None}, {"salary_min": 1, "salary_max": 9_000}),
        ({}, {"posted_at": NOW - timedelta(days=20)}),
        ({"posted_at": NOW}, {"posted_at": None}),
        ({"title": "Lead Data Engineer"}, {"title": "Director Data Engineer"}),
        ({"title": "Data Engineer", "experience_level": "unheard of"},
         {"title": "Data Engineer", "experience_level": "entry"}),
    ],
)  # fmt: skip
def test_which_of_two_jobs_suits_better(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    assert judged(ADA, **better).score > judged(ADA, **worse).score


def test_a_remote_job_suits_who_wants_remote_work() -> None:
    remote = {"location": "Remote - Germany"}
    found = judged(Profile(user_id="", title="Data Engineer", places=("Berlin",)), **remote)
    assert failing(found) == []
    at_home = Profile(user_id="", title="Data Engineer", places=("Berlin",), remote_ok=False)
    refused = judged(at_home, **remote)
    assert failing(refused) == ["location"]
    assert "remote work is not wanted" in refused.clauses[1].detail
    assert refused.score < found.score
    assert failing(judged(at_home)) == []


def test_a_profile_that_names_no_work_suits_no_job() -> None:
    empty = Profile(user_id="", places=("Berlin",), level="senior", salary_min=1)
    assert judged(empty).score == 0
    assert judged(Profile(user_id="")).score == 0


def test_a_title_of_ranks_alone_is_compared_as_it_is() -> None:
    assert judged(Profile(user_id="", title="Principal"), title="Principal").score > 0.5


@pytest.mark.parametrize(
    ("days", "words"), [(0, "posted today"), (1.5, "posted yesterday"), (3, "posted 3 days ago")]
)
def test_the_age_is_said(days: float, words: str) -> None:
    found = judged(posted_at=NOW - timedelta(days=days))
    assert found.clauses[-1].detail == words
    unknown = judged(posted_at=None)
    assert unknown.clauses[-1].detail == "it does not say when it was posted"


def prepared(number: int, **columns: object) -> object:
    return prepare(Job(**{"id": str(number), **FITTING, **columns}), RULES)  # type: ignore[arg-type]


def best(profile: Profile, *jobs: object, **options: object) -> list[str]:
    made = Recommender(jobs, RULES, NOW)  # type: ignore[arg-type]
    options = {"limit": 10, **options}
    return [one.job.job.id for one in made.best(profile, **options)]  # type: ignore[arg-type]


def test_the_best_come_first_and_the_worst_not_at_all() -> None:
    jobs = [
        prepared(1, title="Cook", skills_required=("cooking",)),
        prepared(2, company="a", title="Data Engineer", experience_level="mid"),
        prepared(3, company="b"),
        prepared(4, company="c", location="Paris"),
    ]
    assert best(ADA, *jobs) == ["3", "2"]
    assert best(ADA, *jobs, limit=1) == ["3"]
    assert best(ADA, *jobs, least=0.0) == ["3", "2"]
    assert best(ADA, *jobs, excluded=lambda job: job.job.id == "3") == ["2"]


def test_who_has_nothing_nearby_is_shown_nothing_far_away() -> None:
    jobs = [prepared(1, location="Paris"), prepared(2, location="Tokyo")]
    assert best(ADA, *jobs) == []
    assert best(ADA, *jobs, least=0.0) == []


def test_near_identical_postings_are_one_recommendation() -> None:
    jobs = [
        prepared(1, company="Acme", location="Berlin"),
        prepared(2, company="ACME Inc.", location="Remote"),
        prepared(3, company="Bolt"),
    ]
    assert best(ADA, *jobs) == ["1", "3"]


def test_no_jobs_or_no_interests_are_no_recommendations() -> None:
    assert best(ADA) == []
    assert best(Profile(user_id=""), prepared(1)) == []


def test_only_the_most_promising_are_scored_and_equal_questions_are_kept() -> None:
    jobs = [
        prepared(number, company=f"company {number}", skills_required=("python",))
        for number in range(250)
    ]
    made = Recommender([*jobs, prepared(999)], RULES, NOW)  # type: ignore[list-item]
    for _ in range(2):
        found = made.best(ADA, limit=300)
        assert len(found) == 100
        assert found[0].job.job.id == "999"


def test_sets_are_kept_within_bounds() -> None:
    made = Recommender([prepared(1)], RULES, NOW)  # type: ignore[list-item]
    for number in range(300):
        skills = tuple(f"skill {number} {other}" for other in range(100))
        asked = Profile(user_id="", skills=(*skills, "python"), title="Data Engineer")
        assert len(made.best(asked, limit=1)) == 1


_WORDS = st.sampled_from(["data", "engineer", "python", "sql", "senior", "cook", "berlin", "c++"])
_TEXT = st.lists(_WORDS, max_size=4).map(" ".join)
_PROFILES = st.builds(
    Profile,
    user_id=st.just("u"),
    title=_TEXT,
    skills=st.lists(_TEXT, max_size=4).map(tuple),
    level=st.sampled_from(["", "entry", "senior", "odd"]),
    places=st.lists(st.sampled_from(["Berlin", "Remote", "Paris", "no"]), max_size=2).map(tuple),
    job_types=st.lists(st.sampled_from(["full_time", "contract"]), max_size=2).map(tuple),
    salary_min=st.none() | st.integers(0, 2**31 - 1),
    remote_ok=st.booleans(),
)  # fmt: skip
_JOBS = st.builds(
    Job,
    id=st.uuids().map(str),
    title=_TEXT,
    company=st.sampled_from(["Acme", "Bolt", ""]),
    location=st.sampled_from(["Berlin", "Remote", "Paris", ""]),
    skills_required=st.lists(_TEXT, max_size=3).map(tuple),
    salary_min=st.none() | st.integers(0, 2**31 - 1),
    posted_at=st.none() | st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC)),
)


@given(_PROFILES, _JOBS)
def test_scores_lie_between_0_and_1_and_reasons_are_of_parts_that_hold(
    profile: Profile, job: Job
) -> None:
    found = suits(profile, job, RULES, NOW)
    assert 0 <= found.score <= 1
    assert len(found.reasons) <= sum(clause.holds for clause in found.clauses)
    assert all(clause.detail for clause in found.clauses)


@given(_PROFILES, st.lists(_JOBS, max_size=12))
def test_the_index_finds_the_best_that_a_search_of_all_jobs_finds(
    profile: Profile, jobs: list[Job]
) -> None:
    read = [prepare(job, RULES) for job in jobs]
    found = Recommender(read, RULES, NOW).best(profile, limit=100)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    everyone = [suits(profile, job, RULES, NOW) for job in jobs]
    nearby = [one for one in everyone if "location" not in failing(one) or not profile.remote_ok]
    top = max((one.score for one in nearby), default=0.0)
    if top >= WORTH_SHOWING:
        assert scores[0] >= top
    else:
        assert all(score >= WORTH_SHOWING for score in scores)


_PLACES = ["Berlin", "Remote", "Paris", "Remote - Germany", "Europe", "Munich or Remote", "nowhere",
           "Remote, US; London", "Texas", "Anywhere", ""]  # fmt: skip


@given(
    st.lists(st.sampled_from(_PLACES), max_size=8),
    st.lists(st.sampled_from(_PLACES), min_size=1, max_size=3),
)
def test_the_jobs_looked_at_are_those_whose_place_fits(
    offered: list[str], asked: list[str]
) -> None:
    profile = Profile(user_id="", title="Cook", places=tuple(asked))
    jobs = [
        prepared(number, title="Cook", company=str(number), location=place)
        for number, place in enumerate(offered)
    ]
    fitting = {
        str(number)
        for number, place in enumerate(offered)
        if "location" not in failing(judged(profile, title="Cook", location=place))
    }
    assert set(best(profile, *jobs, least=0.0)) == fitting


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["Python", " SQL ", "", 3, None, {"name": "Go"}, {"x": 1}], ("Python", "SQL", "Go")),
        ("Python, SQL;Go|Rust\nC", ("Python", "SQL", "Go", "Rust", "C")),
        ({"name": "Python"}, ("Python",)),
        (None, ()),
        (7, ()),
        (["x" * 500], ("x" * 100,)),
        ([f"s{n}" for n in range(500)], tuple(f"s{n}" for n in range(100))),
        (["a", "a"], ("a",)),
    ],
)
def test_what_a_json_column_of_a_profile_names(value: object, expected: tuple[str, ...]) -> None:
    assert said_in(value) == expected


def test_every_column_of_a_profile_is_read_whatever_its_type() -> None:
    row = {
        "user_id": "u",
        "current_title": "Cook",
        "experience_level": "mid",
        "location": "Bonn, Germany",
        "skills": "baking",
        "preferred_locations": ["Paris, Texas", 3],
        "job_types": ["contract"],
        "salary_min": 5,
        "remote_ok": False,
    }
    assert profile_from_row(row) == Profile(
        user_id="u",
        title="Cook",
        level="mid",
        skills=("baking",),
        places=("Paris, Texas",),
        job_types=("contract",),
        salary_min=5,
        remote_ok=False,
    )
    assert profile_from_row({**row, "preferred_locations": []}).places == ("Bonn, Germany",)
    odd = dict.fromkeys(row, 7.5) | {"salary_min": True, "remote_ok": None}
    assert profile_from_row(odd) == Profile(user_id="")
