"""The matcher: who gets what, in which order, and that it agrees with the explanation."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.match import Match
from jobraker_cli.matching.matcher import Matcher
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.model import Alert, Job, MatchRules

RULES = MatchRules()
EVERYWHERE = MatchRules(match_fields=("title", "skills_required", "description"))
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def job(number: int, title: str = "Engineer", **columns: object) -> PreparedJob:
    columns = {"run_seq": 1, "posted_at": NOW, **columns}
    return prepare(Job(id=str(number), title=title, **columns), RULES)  # type: ignore[arg-type]


def alert(number: int = 0, **columns: object) -> Alert:
    return Alert(id=str(number), user_id="u", **columns)  # type: ignore[arg-type]


def ids(matches: Sequence[Match]) -> list[str]:
    return [match.job.job.id for match in matches]


def matches(one: Alert, *jobs: PreparedJob, rules: MatchRules = RULES) -> list[str]:
    matcher = Matcher([one], rules)
    matcher.feed(jobs)
    return [found for _, sequence in matcher.results() for found in ids(sequence)]


def test_only_alerts_with_matches_come_and_in_their_order() -> None:
    matcher = Matcher([alert(1, keywords=("nurse",)), alert(2), alert(3, location="Bonn")], RULES)
    matcher.feed([job(1, location="Bonn")])
    matcher.feed([job(2)])
    assert [(one.id, ids(found)) for one, found in matcher.results()] == [
        ("2", ["1", "2"]),
        ("3", ["1"]),
    ]


def test_jobs_fed_later_are_in_later_results() -> None:
    matcher = Matcher([alert()], RULES)
    assert list(matcher.results()) == []
    matcher.feed([job(1)])
    assert [ids(found) for _, found in matcher.results()] == [["1"]]


def test_only_jobs_of_an_intake_above_the_alerts_floor_match() -> None:
    jobs = [job(1, run_seq=1), job(2, run_seq=2), job(3, run_seq=3)]
    assert matches(alert(floor=1), *jobs) == ["2", "3"]
    assert matches(alert(floor=3), *jobs) == []
    assert matches(alert(), job(1, run_seq=0)) == []


def test_alerts_that_ask_the_same_share_their_matches() -> None:
    matcher = Matcher(
        [
            alert(1, keywords=("senior engineers",), name="mine"),
            alert(2, keywords=("senior engineers",)),
            alert(3, keywords=("Sr. engineer",)),
            alert(4, keywords=("senior engineers",), floor=7),
        ],
        RULES,
    )
    matcher.feed([job(1, "Senior Engineer"), job(2, "Senior Engineer", run_seq=8)])
    first, second, third, newer = (found for _, found in matcher.results())
    assert first is second
    assert ids(third) == ids(first)
    assert ids(newer) == ["2"]


def test_a_keyword_without_words_takes_nothing_from_one_that_only_excludes() -> None:
    one, other = job(1, "Engineer"), job(2, "Intern")
    assert matches(alert(keywords=("-intern", "!!")), one, other) == [one.job.id]
    assert matches(alert(keywords=("-intern",)), one, other) == [one.job.id]
    assert matches(alert(keywords=("!!",)), one, other) == []


def test_newer_comes_first_and_what_has_no_date_last() -> None:
    jobs = [
        job(1, posted_at=None),
        job(2, posted_at=NOW - timedelta(days=2)),
        job(3),
        job(4, posted_at=None, created_at=NOW - timedelta(days=1)),
    ]
    assert matches(alert(), *jobs) == ["3", "4", "2", "1"]


def test_title_before_skill_before_other_fields() -> None:
    old = NOW - timedelta(days=9)
    jobs = [
        job(1, "Developer", description="Python"),
        job(2, "Developer", skills_required=("Python",)),
        job(3, "Python Developer", posted_at=old),
    ]
    assert matches(alert(keywords=("anywhere:python",)), *jobs) == ["3", "2", "1"]


def test_a_query_ranks_by_the_fields_that_it_needs_to_hold() -> None:
    jobs = [
        job(1, "Python Engineer", technologies=("Django",)),
        job(2, "Django Engineer (Python)", posted_at=NOW - timedelta(days=9)),
    ]
    assert matches(alert(keywords=("python AND django",)), *jobs) == ["2", "1"]


def test_exact_place_before_region_before_remote() -> None:
    old = NOW - timedelta(days=9)
    jobs = [
        job(1, location="Remote - Germany"),
        job(2, location="Berlin, Germany", posted_at=old),
        job(3, location="Germany", posted_at=old - timedelta(days=1)),
    ]
    assert matches(alert(location="Germany"), *jobs) == ["3", "2", "1"]


def test_disclosed_pay_in_range_before_undisclosed() -> None:
    jobs = [job(1), job(2, salary_min=120_000, posted_at=NOW - timedelta(days=9))]
    assert matches(alert(min_salary=100_000), *jobs) == ["2", "1"]


def test_ranks_sort_as_the_matches_do() -> None:
    matcher = Matcher([alert(keywords=("engineer",), location="Germany", min_salary=1)], RULES)
    places = ("Germany", "Bonn, Germany", "Remote")
    matcher.feed(
        job(number, location=places[number % 3], salary_max=number % 2 or None)
        for number in range(12)
    )
    [(_, found)] = matcher.results()
    assert [match.rank for match in found] == sorted(match.rank for match in found)
    assert len(found) == 12


def test_what_an_alert_does_not_ask_ranks_below_what_another_asks() -> None:
    matcher = Matcher([alert(1), alert(2, keywords=("engineer",))], RULES)
    matcher.feed([job(1)])
    [(_, (everything,)), (_, (asked,))] = matcher.results()
    assert asked.rank < everything.rank


def test_matches_are_a_sequence() -> None:
    matcher = Matcher([alert()], RULES)
    matcher.feed(job(number) for number in range(20))
    [(_, found)] = matcher.results()
    third = found[3]
    everything = list(found)
    assert len(found) == len(everything) == 20
    assert third == everything[3]
    assert found[-1] == everything[-1]
    assert list(found[2:4]) == everything[2:4]
    with pytest.raises(IndexError, match="there are 20 matches"):
        found[20]


def test_reasons_say_what_of_the_job_meets_each_clause() -> None:
    asked = alert(
        keywords=("data engineer", "python", "nurse"),
        location="Germany",
        remote_only=True,
        job_type="full_time",
        experience_level="senior",
        min_salary=50_000,
    )
    offered = job(
        1,
        "Data Engineer",
        location="Remote - Germany",
        skills_required=("Python",),
        experience_level="senior",
        salary_min=70_000,
        salary_max=90_000,
    )
    matcher = Matcher([asked], RULES)
    matcher.feed([offered])
    [(_, [match])] = matcher.results()
    assert match.reasons == (
        "title: data engineer; skills: python",
        "Remote - Germany",
        "remote",
        "full time",
        "senior",
        "70,000 to 90,000 USD a year",
    )


def some(*values: object) -> st.SearchStrategy[object]:
    return st.sampled_from(values)


entries = st.lists(
    some(
        "engineer", "data engineer", "Engineer, Data", "-intern", "engineer -data", "python",
        "title:python", "anywhere:python", "company:acme", "(data OR python) AND NOT intern", "(x",
        "",
    ),
    max_size=3,
)  # fmt: skip
alerts = st.builds(
    alert,
    keywords=entries.map(tuple),
    location=some(
        "", "", "Berlin", "Germany", "Remote", "Remote, Germany", "Berlin or Remote", "US"
    ),
    remote_only=st.booleans(),
    job_type=some("", "", "full_time", "Full-Time"),
    experience_level=some("", "", "senior"),
    min_salary=some(None, 0, 50, 100),
    max_salary=some(None, 60, 120),
)
jobs = st.builds(
    Job,
    id=st.uuids().map(str),
    run_seq=st.just(1),
    title=some(
        "Data Engineer", "Engineer, Data", "Engineer Intern", "Python Engineer", "Nurse, Remote",
    ),
    company=some("", "Acme Inc."),
    location=some(
        "", "Berlin", "Berlin, Germany", "Remote", "Remote - US", "Berlin; Remote - Germany",
    ),
    city=some("", "Berlin"),
    is_remote=st.booleans(),
    job_type=some("full_time", "contract"),
    experience_level=some("senior", "mid"),
    salary_min=some(None, 40, 90),
    salary_max=some(None, 55, 110),
    salary_period=some("yearly", "monthly", "other"),
    salary_currency=some("USD", "EUR"),
    skills_required=some((), ("Python",), ("Data", "Engineer")),
    description=some("", "python"),
)  # fmt: skip


@given(
    st.lists(alerts, max_size=4),
    st.lists(jobs, max_size=5, unique_by=lambda one: one.id),
    st.sampled_from([RULES, EVERYWHERE, MatchRules(require_salary=True, currency="EUR")]),
)
def test_the_matcher_and_the_explanation_always_agree(
    some_alerts: list[Alert], some_jobs: list[Job], rules: MatchRules
) -> None:
    matcher = Matcher(some_alerts, rules)
    matcher.feed(prepare(one, rules) for one in some_jobs)
    found = {id(one): found for one, found in matcher.results()}
    for one in some_alerts:
        expected = {other.id for other in some_jobs if explain(one, other, rules).match}
        assert set(ids(found.get(id(one), ()))) == expected
        assert all("" not in match.reasons for match in found.get(id(one), ()))
