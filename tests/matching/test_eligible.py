"""Whether a job may be mailed to a person at all."""

from datetime import UTC, datetime, timedelta

import pytest

from jobraker_cli.matching.eligible import NOT_MAILED, eligibility, is_fresh, is_open
from jobraker_cli.model import Clause, Job

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def clauses(
    job: Job, *, applied: bool = False, dismissed: bool = False, mailed: Clause = NOT_MAILED
) -> dict[str, Clause]:
    found = eligibility(job, now=NOW, applied=applied, dismissed=dismissed, mailed=mailed)
    return {clause.name: clause for clause in found}


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (Job(id="", title="x"), True),
        (Job(id="", title="x", deadline=NOW + timedelta(seconds=1)), True),
        (Job(id="", title="x", deadline=NOW), False),
        (Job(id="", title="x", status="expired"), False),
        (Job(id="", title="x", status=""), False),
    ],
)
def test_a_job_is_open_while_active_and_before_its_deadline(job: Job, expected: bool) -> None:
    assert is_open(job, NOW) is expected
    found = clauses(job)
    assert (found["status"].holds and found["deadline"].holds) is expected


def test_every_condition_is_named_and_explained() -> None:
    found = clauses(Job(id="", title="x", deadline=NOW), applied=True)
    assert list(found) == ["status", "deadline", "not_applied", "not_dismissed", "not_mailed"]
    assert found["deadline"].detail == "the deadline was 2026-11-22 09:00 UTC"
    assert found["not_applied"].detail == "the person has applied to it"
    assert found["not_mailed"].detail == "the person has not been mailed it before"
    assert clauses(Job(id="", title="x"))["deadline"].detail == "it has no deadline"


MAILED = Clause(name="not_mailed", holds=False, detail="the person has been mailed it before")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("not_applied", clauses(Job(id="", title="x"), applied=True)),
        ("not_dismissed", clauses(Job(id="", title="x"), dismissed=True)),
        ("not_mailed", clauses(Job(id="", title="x"), mailed=MAILED)),
    ],
)
def test_what_the_person_did_with_it_excludes_it(name: str, found: dict[str, Clause]) -> None:
    assert [name for name, clause in found.items() if not clause.holds] == [name]


def test_a_job_is_fresh_that_was_posted_since_then_or_does_not_say_when() -> None:
    assert is_fresh(Job(id="", title="x"), NOW)
    assert is_fresh(Job(id="", title="x", posted_at=NOW), NOW)
    assert not is_fresh(Job(id="", title="x", posted_at=NOW - timedelta(seconds=1)), NOW)
