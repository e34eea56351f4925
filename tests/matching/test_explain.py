"""Why an alert matches a job or not, in words."""

import pytest

from jobraker_cli.matching.explain import explain
from jobraker_cli.model import Alert, Job, MatchRules

RULES = MatchRules()


def alert(**columns: object) -> Alert:
    return Alert(id="", user_id="", **columns)  # type: ignore[arg-type]


def job(title: str = "Data Engineer", **columns: object) -> Job:
    return Job(id="", title=title, **columns)  # type: ignore[arg-type]


def test_every_clause_the_alert_has_is_named_and_no_other() -> None:
    asked = alert(
        keywords=("x",),
        location="Berlin",
        remote_only=True,
        job_type="contract",
        experience_level="lead",
        max_salary=1,
    )
    found = explain(asked, job(), RULES)
    names = ["keywords", "location", "remote", "job_type", "experience_level", "salary"]
    assert [clause.name for clause in found.clauses] == names
    assert not found.match


def test_an_alert_that_asks_nothing_says_so() -> None:
    found = explain(alert(), job(), RULES)
    assert found.match
    assert [clause.name for clause in found.clauses] == ["everything"]


@pytest.mark.parametrize(
    ("asked", "offered", "holds", "detail"),
    [
        (alert(keywords=("data engineer",)), job(), True, "title: data engineer"),
        (alert(keywords=("-intern",)), job(), True, "nothing that is excluded"),
        (
            alert(keywords=("engineer -data",)),
            job(),
            False,
            "asked: engineer -data; found: only title: engineer, data",
        ),
        (
            alert(keywords=("nurse", "company:acme")),
            job(),
            False,
            (
                "asked: nurse or company:acme; "
                "found: nothing of it in title, skills, technologies, company"
            ),
        ),
        (alert(keywords=("!",)), job(), False, "asked: !; found: nothing, for it has no words"),
        (
            alert(location="Berlin"),
            job(location="Berlin"),
            True,
            "Berlin is what was asked: Berlin",
        ),
        (
            alert(location="Germany"),
            job(location="Berlin, , Germany"),
            True,
            "Berlin, , Germany is in Germany",
        ),
        (alert(location="Bonn"), job(location="Remote"), True, "Remote: remote, and open to Bonn"),
        (alert(location="Bonn"), job(is_remote=True), True, "no place: remote, and open to Bonn"),
        (alert(location="Bonn"), job(location="Ulm"), False, "Ulm is not in Bonn, nor remote"),
        (alert(location="Bonn"), job(location="Remote - US"), False, "Remote - US is not in Bonn"),
        (alert(remote_only=True), job(is_remote=True), True, "it is marked as remote"),
        (alert(remote_only=True), job(remote_type="full"), True, "its remote type is full"),
        (
            alert(remote_only=True),
            job("Nurse, Remote"),
            True,
            'the title says "Nurse, Remote"',
        ),
        (
            alert(remote_only=True),
            job(location="Remote  - US"),
            True,
            'the location says "Remote - US"',
        ),
        (alert(remote_only=True), job(), False, "nothing says that it is remote"),
        (alert(job_type="full_time"), job(), True, "full time"),
        (alert(job_type="contract"), job(), False, "full time, not contract"),
        (alert(experience_level="lead"), job(experience_level=""), False, "not given, not lead"),
        (
            alert(min_salary=50),
            job(salary_min=40, salary_max=60),
            True,
            "40 to 60 USD a year, asked: from 50 USD a year",
        ),
        (
            alert(min_salary=50),
            job(salary_max=40),
            False,
            "up to 40 USD a year, asked: from 50 USD a year",
        ),
        (
            alert(min_salary=50),
            job(),
            True,
            "pay not disclosed, asked: from 50 USD a year; passes",
        ),
        (
            alert(min_salary=50),
            job(salary_min=40, salary_currency="EUR"),
            True,
            "from 40 EUR a year, asked: from 50 USD a year; not comparable, passes",
        ),
    ],
)
def test_the_detail_names_the_evidence(
    asked: Alert, offered: Job, holds: bool, detail: str
) -> None:
    found = explain(asked, offered, RULES)
    assert [(clause.holds, clause.detail) for clause in found.clauses] == [(holds, detail)]
    assert found.match is holds


def test_required_pay_that_is_not_disclosed_does_not_pass() -> None:
    found = explain(alert(min_salary=50), job(), MatchRules(require_salary=True))
    assert found.clauses[0].detail.endswith("does not pass")
