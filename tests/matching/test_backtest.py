"""Backtests: how many jobs an alert would have found, and what would change that."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.backtest import Backtest, Effect
from jobraker_cli.matching.backtest import Report as BacktestReport
from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.model import Alert, Job, MatchRules

RULES = MatchRules()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def job(number: int, title: str = "Engineer", **columns: object) -> Job:
    created = NOW - timedelta(days=number % 14)
    given = {"company": f"c{number}", "created_at": created, "posted_at": created, "run_seq": 1}
    return Job(id=str(number), title=title, **(given | columns))  # type: ignore[arg-type]


def alert(**columns: object) -> Alert:
    return Alert(id="", user_id="", **columns)  # type: ignore[arg-type]


def report_of(one: Alert, *blocks: list[Job]) -> BacktestReport:
    made = Backtest(one, RULES, lambda moment: f"{moment:%G-W%V}")
    prepared = [[prepare(found, RULES) for found in block] for block in blocks]
    for block in prepared:
        made.feed(block)
    if made.wants_more(14):
        for block in prepared:
            made.feed_again(block)
    return made.report(14)


def found(effects: tuple[Effect, ...]) -> dict[str, int]:
    return {one.change: one.matches for one in effects}


def test_matches_are_counted_by_week_over_all_blocks_and_vacancies_once() -> None:
    first = [job(number, "Nurse", company="Acme") for number in range(14)]
    report = report_of(alert(keywords=("nurse",)), first, [job(99, "Nurse"), job(98, "Cook")])
    assert (report.jobs, report.matches, report.vacancies) == (16, 15, 2)
    assert report.weeks == (("2026-W46", 7), ("2026-W47", 8))
    assert (report.days, report.per_week) == (14.0, 7.5)
    assert [one.job.id for one in report.samples] == ["0", "99"]
    assert report.samples[0].reasons == ("title: nurse",)


def test_a_week_without_matches_is_named() -> None:
    made = Backtest(alert(keywords=("nurse",)), RULES, lambda moment: f"{moment:%G-W%V}")
    made.feed([prepare(job(0, "Nurse"), RULES)])
    weeks = made.report(21, ["2026-W47", "2026-W47", "2026-W46", "2026-W45"]).weeks
    assert weeks == (("2026-W45", 0), ("2026-W46", 0), ("2026-W47", 1))


def test_a_board_without_jobs_is_no_error() -> None:
    report = report_of(alert(keywords=("nurse", "cook"), location="Bonn"))
    assert (report.jobs, report.matches, report.per_week) == (0, 0, 0)
    assert found(report.clauses) == {"without the keywords": 0, "without the location": 0}
    assert report.suggestions == ()
    assert report.samples == ()


def test_each_condition_says_what_would_be_found_without_it() -> None:
    jobs = [
        job(1, "Nurse", location="Berlin"),
        job(2, "Nurse", location="Paris"),
        job(3, "Nurse", location="Berlin", salary_max=10),
        job(4, "Cook", location="Berlin"),
        job(5, "Nurse", location="Berlin", job_type="contract"),
        job(6, "Nurse", location="Berlin", experience_level="lead"),
    ]
    one = alert(
        keywords=("nurse",),
        location="Berlin",
        job_type="full_time",
        experience_level="mid",
        min_salary=90_000,
    )
    report = report_of(one, jobs)
    assert report.matches == 1
    assert found(report.clauses) == {
        "without the keywords": 2,
        "without the location": 2,
        "without the job type": 2,
        "without the experience level": 2,
        "without the pay": 2,
    }
    assert {one.times for one in report.clauses} == {2.0}
    remote = report_of(alert(remote_only=True), [job(1), job(2, is_remote=True)])
    assert found(remote.clauses) == {"without remote only": 2}


def test_what_finds_nothing_gets_ideas_that_find_something() -> None:
    jobs = [job(1, "Engineer for Data"), job(2, "Nurse", salary_max=85_000)]
    report = report_of(alert(keywords=("data engineer",)), jobs)
    assert [(one.change, one.matches, one.times) for one in report.suggestions] == [
        ('the words of "data engineer" in any place', 1, None)
    ]
    report = report_of(alert(keywords=("nurse",), min_salary=100_000), jobs)
    assert found(report.suggestions) == {"pay from 80,000": 1}
    assert found(report_of(alert(keywords=("c++ (",)), jobs).suggestions) == {}


def test_what_finds_very_much_gets_ideas_that_halve_it() -> None:
    jobs = [
        job(
            number,
            "Senior Engineer" if number % 4 == 0 else "Engineer",
            experience_level="lead" if number % 5 == 0 else "mid",
            job_type="contract" if number % 3 == 0 else "full_time",
            is_remote=number % 10 == 0,
        )
        for number in range(100)
    ]
    report = report_of(alert(keywords=("engineer", "engineers")), jobs)
    assert found(report.suggestions) == {
        "only the type contract": 34,
        "the keyword (engineer OR engineers) AND senior": 25,
        "only the level lead": 20,
        "remote only": 10,
    }
    narrow = alert(keywords=("engineer",), job_type="Full-Time", experience_level="mid")
    assert found(report_of(narrow, jobs).suggestions) == {"the keyword (engineer) AND senior": 13}
    remote = report_of(alert(remote_only=True), [job(n, is_remote=True) for n in range(40)])
    assert remote.suggestions == ()


def test_a_keyword_that_most_of_it_hangs_on_is_named() -> None:
    jobs = [*(job(number, "Nurse") for number in range(3)), job(9, "Cook")]
    report = report_of(alert(keywords=("nurse", "cook")), jobs)
    assert found(report.suggestions) == {'without the keyword "nurse"': 1}


_WORDS = st.sampled_from(["data", "engineer", "senior", "nurse", "-intern", "(", "remote"])
_ENTRIES = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join)
_ALERTS = st.builds(
    alert,
    keywords=st.lists(_ENTRIES, max_size=3).map(tuple),
    location=st.sampled_from(["", "Berlin", "Remote", "nowhere"]),
    remote_only=st.booleans(),
    min_salary=st.none() | st.integers(0, 200_000),
    floor=st.integers(0, 5),
)  # fmt: skip
_TITLES = st.lists(_WORDS, max_size=3).map(" ".join)


@given(_ALERTS, st.lists(st.tuples(_TITLES, st.booleans()), max_size=12), st.integers(1, 12))
def test_a_backtest_counts_what_explain_says_however_the_blocks_are_cut(
    one: Alert, titles: list[tuple[str, bool]], size: int
) -> None:
    jobs = [job(n, title, is_remote=remote) for n, (title, remote) in enumerate(titles)]
    blocks = [jobs[start : start + size] for start in range(0, len(jobs), size)]
    report = report_of(one, *blocks)
    assert report.matches == sum(explain(one, found, RULES).match for found in jobs)
    assert sum(count for _, count in report.weeks) == report.matches
    assert all(effect.matches >= report.matches for effect in report.clauses[1:])
    assert len(report.samples) == min(10, report.vacancies)


@pytest.mark.parametrize("size", [1, 60])
def test_samples_are_the_newest_one_of_each_vacancy(size: int) -> None:
    jobs = [
        job(number, company=f"c{number % 20}", posted_at=NOW - timedelta(hours=number))
        for number in range(60)
    ]
    blocks = [jobs[start : start + size] for start in range(0, 60, size)]
    assert [int(one.job.id) for one in report_of(alert(), *blocks).samples] == list(range(10))


def test_a_job_without_a_moment_counts_as_a_match_of_no_week() -> None:
    report = report_of(alert(keywords=("nurse",)), [job(1, "Nurse", created_at=None)])
    assert report.matches == 1


def test_of_many_words_that_would_narrow_it_three_are_suggested() -> None:
    kinds = ("Alpha", "Beta", "Gamma", "Delta")
    jobs = [job(number, f"Engineer {kinds[number % 4]}") for number in range(40)]
    report = report_of(alert(keywords=("engineer",)), jobs)
    assert found(report.suggestions) == {
        f"the keyword (engineer) AND {word}": 10 for word in ("alpha", "beta", "delta")
    }


@pytest.mark.parametrize(
    ("keywords", "title", "query"),
    [
        (("engineer",), "Nurses/Engineer", "(engineer) AND nurses"),
        (("engineer",), "Engineer (Node.js)", "(engineer) AND node.js"),
        (("engineer",), "Engineer, R&amp;D", "(engineer) AND r&d"),
        (("engineer",), "Engineer - RNs", "(engineer) AND rns"),
        (("engineer",), "Engineer of AND", ""),
        (("engineer", "-intern"), "Engineer PFLEGE!", "(engineer) AND pflege AND (-intern)"),
        (("-intern",), "Chief", "chief AND (-intern)"),
        ((), "Chief", "chief"),
        (("data engineer", "x AND y", "engineer"), "Chief Engineer",
         "(data engineer OR x AND y OR engineer) AND chief"),
        (("engineer", "python AND ("), "Chief Engineer", ""),
        (("engineer", "!!!"), "Chief Engineer", ""),
        (("engineer", "x" * 200), "Chief Engineer", ""),
    ],
)  # fmt: skip
def test_a_word_is_suggested_as_titles_have_it_in_a_query_that_can_be_typed(
    keywords: tuple[str, ...], title: str, query: str
) -> None:
    jobs = [job(number, title if number % 3 == 0 else "Engineer") for number in range(60)]
    changes = found(report_of(alert(keywords=keywords), jobs).suggestions)
    words = {name: count for name, count in changes.items() if name.startswith("the keyword ")}
    assert words == ({f"the keyword {query}": 20} if query else {})
    if query:
        assert report_of(alert(keywords=(query,)), jobs).matches == 20


def test_a_suggestion_counts_what_is_found_in_the_skills_too() -> None:
    jobs = [
        job(
            number,
            "Welder Bus" if number % 4 == 0 else "Welder Train" if number % 4 == 1 else "Welder",
            skills_required=("bus",) if number % 10 == 1 else ("train",) if number % 2 else (),
        )
        for number in range(60)
    ]
    report = report_of(alert(keywords=("welder",)), jobs[:30], jobs[30:])
    assert found(report.suggestions) == {
        "the keyword (welder) AND train": 27,
        "the keyword (welder) AND bus": 21,
    }
    for one in report.suggestions:
        query = one.change.removeprefix("the keyword ")
        assert report_of(alert(keywords=(query,)), jobs).matches == one.matches


def test_a_word_that_most_jobs_have_elsewhere_is_not_suggested() -> None:
    jobs = [
        job(number, "Welder Bus" if number % 3 == 0 else "Welder", technologies=("bus",))
        for number in range(60)
    ]
    assert report_of(alert(keywords=("welder",)), jobs).suggestions == ()
