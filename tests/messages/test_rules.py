"""The rules of status updates and reminders, and what JSON details say: pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.model import APPLICATION_STATUSES, Application, StatusSeen
from jobraker_cli.tasks.application_facts import INTERVIEW, OFFER, facts
from jobraker_cli.tasks.follow_up_rules import Reminder, date_cause, last_news, reminder
from jobraker_cli.tasks.status_rules import Decision, decide, is_told

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TOLD = ("submitted", "under_review", "rejected", "other")


def application(status: str, **columns: object) -> Application:
    return Application(id="a", user_id="u", job_id="j", status=status, **columns)  # type: ignore[arg-type]


def decided(
    status: str, seen: StatusSeen | None, settle: int = 0, **columns: object
) -> Decision | None:
    return decide(
        application(status, **columns),
        seen,
        told=TOLD,
        settle=timedelta(seconds=settle),
        now=NOW,
    )


@given(st.lists(st.sampled_from(("submitted", "under_review", "rejected", "pending", "odd"))))
def test_a_person_is_never_told_what_they_know_and_always_what_they_do_not(path: list[str]) -> None:
    """Whatever statuses runs find, one after the other, and all messages go."""
    seen = StatusSeen(status="pending", told="pending")
    knows = "pending"
    for status in path:
        decision = decided(status, seen)
        assert (decision is None) == (status == seen.status)
        if decision is not None:
            assert decision.seen.version == seen.version + 1
            assert decision.tell == (status != knows and status != "pending")
            assert decision.before == knows
            knows = status if decision.tell else knows
            seen = decision.seen
            assert seen.told == knows


def test_a_message_that_never_went_told_nothing() -> None:
    seen = StatusSeen(
        status="under_review",
        told="under_review",
        told_before="submitted",
        outbox_id="o",
        unsent=True,
    )
    decision = decided("rejected", seen)
    assert decision is not None
    assert (decision.tell, decision.before, decision.withdraw) == (True, "submitted", True)
    back = decided("submitted", seen)
    assert back is not None
    assert (back.tell, back.withdraw) == (False, True)


@pytest.mark.parametrize(
    ("status", "age", "tell"),
    [
        ("rejected", 1, True),
        ("odd", 1, True),
        ("submitted", 1, False),
        ("pending", 1, False),
        ("rejected", 31, False),
        ("", 1, False),
    ],
)
def test_the_first_status_of_a_new_application(status: str, age: int, tell: bool) -> None:
    decision = decided(status, None, created_at=NOW - age * DAY)
    assert decision is not None
    assert decision.tell == tell
    assert decision.seen.told == status


def test_what_is_waited_for_is_forgotten_when_the_status_goes_back() -> None:
    seen = StatusSeen(
        status="submitted", told="submitted", waiting_status="rejected", waiting_since=NOW
    )
    back = decided("submitted", seen)
    assert back is not None
    assert (back.tell, back.seen.waiting_status) == (False, None)
    assert decided("rejected", seen, settle=60, updated_at=NOW) is None
    assert decided("new", None, settle=60, updated_at=NOW) is None
    assert decided("new", None, settle=60) is not None


def test_a_status_waits_from_when_it_is_first_seen_until_it_has_settled() -> None:
    seen = StatusSeen(status="submitted", told="submitted")
    first = decided("rejected", seen, settle=60)
    assert first is not None
    assert (first.tell, first.seen.waiting_status, first.seen.version) == (False, "rejected", 2)
    waited = replace(first.seen, waiting_since=NOW - timedelta(seconds=60))
    later = decided("rejected", waited, settle=60)
    assert later is not None
    assert (later.tell, later.before, later.seen.waiting_status) == (True, "submitted", None)


def test_which_statuses_are_told() -> None:
    told = [one for one in APPLICATION_STATUSES if is_told(one, TOLD)]
    assert told == ["submitted", "under_review", "rejected"]
    assert is_told("odd", TOLD)
    assert not is_told("odd", ("submitted",))


def reminded(**columns: object) -> Reminder | None:
    known = columns.pop("known", ())
    since = columns.pop("since", None)
    status = str(columns.pop("status", "submitted"))
    return reminder(
        application(status, **columns),
        status_since=since,  # type: ignore[arg-type]
        known=known,  # type: ignore[arg-type]
        now=NOW,
        after_days=7,
    )


def test_silence_is_a_week_to_two_months_long_and_said_once() -> None:
    due = [days for days in range(70) if reminded(created_at=NOW - days * DAY)]
    assert (due[0], due[-1], len(due)) == (7, 60, 54)
    old = NOW - 9 * DAY
    assert reminded(created_at=old, known={"silence"}) is None
    assert reminded(created_at=old, since=NOW - DAY) is None
    assert reminded(created_at=old, last_contact_at=NOW - DAY) is None
    assert reminded(created_at=old, applied_at=NOW + DAY) is None
    assert reminded(created_at=old, status="pending") is None
    assert reminded() is None


def test_ones_own_date_is_due_once_in_the_month_after_it() -> None:
    date = NOW - DAY
    found = reminded(follow_up_at=date, status="pending")
    assert found is not None
    assert (found.own_date, found.days, found.cause) == (True, 0, date_cause(date))
    assert reminded(follow_up_at=date, known={date_cause(date)}) is None
    assert reminded(follow_up_at=date, reminded_at=NOW) is None
    assert reminded(follow_up_at=date, reminded_at=date - DAY) is not None
    assert reminded(follow_up_at=NOW + DAY, created_at=NOW - 9 * DAY) is None
    assert reminded(follow_up_at=NOW - 31 * DAY) is None
    assert reminded(follow_up_at=date, status="accepted") is None


def test_the_last_news_is_now_where_nothing_is_known() -> None:
    assert last_news(application("submitted"), None, NOW) == NOW


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("date", "link", "salary", "notes", "x")), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(json)
def test_details_of_any_shape_give_plain_facts_under_our_names(details: object) -> None:
    for names in (INTERVIEW, OFFER):
        found = facts(details, names)
        assert set(found) <= set(names)
        assert all(isinstance(value, str | int | float | list) for value in found.values())


def test_the_last_object_that_says_something_is_read() -> None:
    details = [
        {"type": "phone"},
        {"type": " video ", "interviewers": ["Grace", "", 7]},
        {"x": 1},
        "y",
    ]
    assert facts(details, INTERVIEW) == {"format": "video", "people": ["Grace"]}
    assert facts({"date": "2026-12-01", "time": "14:00"}, INTERVIEW) == {
        "when": "2026-12-01", "time": "14:00",
    }  # fmt: skip
    assert facts({"salary": float("nan"), "bonus": True}, OFFER) == {}
