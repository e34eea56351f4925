"""The digest: what one person is shown of all that matched."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.match import Ranked
from jobraker_cli.matching.matcher import Matcher
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.model import Alert, Job, MatchRules
from jobraker_cli.tasks.digest import SCANNED, Digest, DigestLimits, compose

RULES = MatchRules()
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

Found = list[tuple[Alert, Ranked]]


def job(number: int, title: str = "Engineer", company: str = "", location: str = "") -> Job:
    """A job; the lower its number, the newer."""
    return Job(
        id=f"{number:05}",
        title=title,
        company=company or f"Company {number}",
        location=location,
        posted_at=NOW - timedelta(minutes=number),
        run_seq=1,
    )


def alert(name: str, *keywords: str, location: str = "") -> Alert:
    return Alert(id=name, user_id="u", name=name, keywords=keywords, location=location)


def found(alerts: Sequence[Alert], jobs: Sequence[Job]) -> Found:
    matcher = Matcher(alerts, RULES)
    matcher.feed(prepare(one, RULES) for one in jobs)
    return list(matcher.results())


def digest(
    alerts: Sequence[Alert],
    jobs: Sequence[Job],
    excluded: Callable[[PreparedJob], bool] = lambda _: False,
    limits: DigestLimits | None = None,
) -> Digest | None:
    return compose(found(alerts, jobs), excluded=excluded, limits=limits or DigestLimits())


def shown(composed: Digest | None) -> dict[str, list[str]]:
    assert composed is not None
    return {
        section.alert.id: [item.job.id for item in section.items] for section in composed.sections
    }


def test_nothing_found_is_no_digest() -> None:
    assert compose([], excluded=lambda _: False, limits=DigestLimits()) is None
    assert digest([alert("a")], [job(1)], excluded=lambda _: True) is None


def test_the_best_are_shown_and_the_rest_is_counted() -> None:
    composed = digest([alert("a")], [job(number) for number in range(25)])
    assert composed is not None
    assert [item.job.id for item in composed.items] == [f"{number:05}" for number in range(10)]
    assert composed.more == 15


def test_a_limit_of_nothing_shows_nothing() -> None:
    assert digest([alert("a")], [job(1)], limits=DigestLimits(max_jobs=0)) is None


def test_near_identical_postings_are_one_item() -> None:
    jobs = [
        job(3, "Sr. Engineer", "Acme", "Bonn"),
        job(1, "Senior Engineer", "ACME Inc.", "Berlin,  Germany"),
        job(2, "Senior Engineers", "Acme", "Bonn"),
        job(4, "Senior Engineer", "Acme"),
    ]
    composed = digest([alert("a")], jobs)
    assert composed is not None
    [item] = composed.items
    assert item.job.id == "00001"
    assert item.advert.places == ("Berlin, Germany", "Bonn")
    assert item.advert.job_ids == ("00001", "00002", "00003", "00004")
    assert item.advert.fingerprint == prepare(jobs[0], RULES).fingerprint
    assert composed.more == 0


def test_an_excluded_posting_is_neither_shown_nor_counted_nor_listed() -> None:
    jobs = [job(1, company="Acme"), job(2, company="Acme"), job(3)]
    composed = digest([alert("a")], jobs, excluded=lambda one: one.job.id in ("00001", "00003"))
    assert composed is not None
    assert [item.advert.job_ids for item in composed.items] == [("00002",)]
    assert composed.more == 0


def test_a_vacancy_is_shown_once_in_the_alert_where_it_ranks_best() -> None:
    alerts = [alert("all"), alert("title", "engineer"), alert("same", "engineers")]
    assert shown(digest(alerts, [job(1), job(2, "Nurse")])) == {
        "all": ["00002"],
        "title": ["00001"],
    }


def test_of_equals_the_alert_that_found_the_fewest_shows_a_vacancy() -> None:
    alerts = [alert("both", "nurse", "cook"), alert("cook", "cook")]
    assert shown(digest(alerts, [job(1, "Cook"), job(2, "Nurse")])) == {
        "both": ["00002"],
        "cook": ["00001"],
    }


def test_postings_of_one_vacancy_found_by_several_alerts_are_listed_together() -> None:
    alerts = [
        alert("bonn", "engineer", location="Bonn"),
        alert("ulm", "engineer", location="Ulm"),
        alert("europe", "engineer", location="Europe"),
    ]
    jobs = [
        job(3, company="Acme", location="Bonn"),
        job(2, company="Acme", location="Ulm"),
        job(1, company="Acme", location="Paris, Europe"),
    ]
    composed = digest(alerts, jobs)
    assert composed is not None
    assert shown(composed) == {"ulm": ["00002"]}
    assert composed.items[0].advert.job_ids == ("00002", "00003", "00001")


def test_reasons_are_those_of_the_alert_that_shows_the_job() -> None:
    composed = digest([alert("a", "engineer", location="Bonn")], [job(1, location="Bonn")])
    assert composed is not None
    assert composed.items[0].reasons == ("title: engineer", "Bonn")


def test_every_alert_with_something_left_shows_something_first() -> None:
    alerts = [alert("nurse", "nurse"), alert("cook", "cook"), alert("clerk", "clerk")]
    jobs = [job(number, "Nurse") for number in range(30)] + [job(50, "Cook"), job(60, "Clerk")]
    composed = shown(digest(alerts, jobs, limits=DigestLimits(max_jobs=4)))
    assert {name: len(ids) for name, ids in composed.items()} == {"nurse": 2, "cook": 1, "clerk": 1}


def test_at_most_two_of_a_company_while_others_are_left() -> None:
    jobs = [job(number, f"Engineer {number}", "Acme") for number in range(9)]
    jobs += [job(number) for number in range(10, 13)]
    composed = digest([alert("a")], jobs, limits=DigestLimits(max_jobs=6))
    assert composed is not None
    companies = Counter(item.job.company for item in composed.items)
    assert companies.pop("Acme") == 3
    assert len(companies) == 3
    assert composed.more == 6


def test_a_company_limit_leaves_room_for_the_alert_with_the_least_choice() -> None:
    alerts = [alert("wide", "engineer"), alert("narrow", "nurse")]
    jobs = [job(number, f"Engineer {number}", "Acme") for number in range(3)]
    jobs += [job(10 + number, f"Engineer {number}") for number in range(9)]
    jobs += [job(30, "Nurse", "Acme")]
    limits = DigestLimits(max_jobs=5, max_per_company=1)
    assert shown(digest(alerts, jobs, limits=limits))["narrow"] == ["00030"]


def test_postings_without_a_company_are_of_no_one_company() -> None:
    jobs = [Job(id=str(number), title="Engineer", run_seq=1) for number in range(5)]
    composed = digest([alert("a")], jobs)
    assert composed is not None
    assert len(composed.items) == 5


def test_others_are_found_however_far_down_they_rank() -> None:
    jobs = [job(number, f"Engineer {number}", "Acme") for number in range(SCANNED * 2)]
    jobs += [job(SCANNED * 3 + number) for number in range(9)]
    composed = digest([alert("a")], jobs)
    assert composed is not None
    companies = Counter(item.job.company for item in composed.items)
    assert companies["Acme"] == 2
    assert len(companies) == 9


def test_where_there_is_but_one_company_all_is_looked_at() -> None:
    jobs = [job(number, f"Engineer {number}", "Acme") for number in range(SCANNED + 7)]
    composed = compose(found([alert("a")], jobs), excluded=None, limits=DigestLimits())
    assert composed is not None
    assert len(composed.items) == 10
    assert composed.total == SCANNED + 7


def test_what_is_left_after_many_exclusions_is_found() -> None:
    jobs = [job(number) for number in range(SCANNED * 2)]
    composed = digest([alert("a")], jobs, excluded=lambda one: one.job.id < f"{SCANNED + 50:05}")
    assert composed is not None
    assert composed.items[0].job.id == f"{SCANNED + 50:05}"


def test_only_so_many_matches_are_looked_at_to_count_the_rest() -> None:
    looked_at = count()

    def excluded(_: PreparedJob) -> bool:
        next(looked_at)
        return False

    composed = digest([alert("a")], [job(number) for number in range(5000)], excluded)
    assert composed is not None
    assert composed.more == SCANNED - 10
    assert next(looked_at) == SCANNED


def test_up_to_so_many_matches_the_count_is_exact_however_they_are_spread() -> None:
    jobs = [job(number, "Nurse") for number in range(SCANNED - 1)] + [job(SCANNED, "Cook")]
    composed = digest([alert("nurse", "nurse"), alert("cook", "cook")], jobs)
    assert composed is not None
    assert composed.more == SCANNED - 10


jobs_of_few_kinds = st.lists(
    st.builds(
        job,
        st.integers(0, 40),
        st.sampled_from(["Engineer", "Data Engineer", "Nurse"]),
        st.sampled_from(["Acme", "Globex", "Initech"]),
        st.sampled_from(["", "Bonn", "Remote"]),
    ),
    unique_by=lambda one: one.id,
)
some_alerts = st.lists(
    st.sampled_from(
        [
            alert("all"),
            alert("data", "data engineer"),
            alert("bonn", location="Bonn"),
            alert("nurse", "nurse"),
            alert("engineer", "engineer"),
        ]
    ),
    unique_by=lambda one: one.id,
)


@given(some_alerts, jobs_of_few_kinds, st.integers(1, 6), st.integers(1, 3))
def test_the_limits_and_the_count_always_hold(
    alerts: list[Alert], jobs: list[Job], max_jobs: int, max_per_company: int
) -> None:
    limits = DigestLimits(max_jobs=max_jobs, max_per_company=max_per_company)
    matching = found(alerts, jobs)
    vacancies = {match.job.fingerprint: match.job for _, one in matching for match in one}
    composed = compose(matching, excluded=lambda _: False, limits=limits)
    if composed is None:
        assert not vacancies
        return
    items = composed.items
    fingerprints = {item.advert.fingerprint for item in items}
    assert len(fingerprints) == len(items) == min(max_jobs, len(vacancies))
    assert composed.more == len(vacancies) - len(items)
    companies = Counter(item.job.company for item in items)
    left = {vacancies[key].job.company for key in vacancies.keys() - fingerprints}
    for company, times in companies.items():
        assert times <= max_per_company or all(
            companies[other] >= max_per_company for other in left - {company}
        )
    assert all(section.items for section in composed.sections)


@pytest.mark.parametrize("alerts", [1, 2, 5])
def test_a_share_is_shown_of_every_alert(alerts: int) -> None:
    names = [f"kind{number}" for number in range(alerts)]
    jobs = [job(number, f"{names[number % alerts]} {number}") for number in range(100)]
    composed = shown(digest([alert(name, name) for name in names], jobs))
    assert [len(composed[name]) for name in names] == [10 // alerts] * alerts
