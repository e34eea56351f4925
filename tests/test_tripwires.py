"""Tripwires, forecasts and frozen plans: the rules as tables."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.errors import UsageError
from jobraker_cli.store.queueing import Queued
from jobraker_cli.tasks.forecast import Allowance, Quotas, eta, forecast
from jobraker_cli.tasks.frozen import FrozenPlan, dump, fingerprint, load, require_fresh
from jobraker_cli.tasks.report import PlannedMessage
from jobraker_cli.tasks.tripwires import Limits, Outlook, most, tripped, usual

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
USUAL = (100, 0, 90, 110, 0)
DAILY = (0, 40, 50, 60, 40, 50, 60, 40)
PLAN = FrozenPlan(
    task="daily-alerts",
    now=NOW,
    given=False,
    shard=(1, 4),
    unseen=frozenset({"00000000-0000-0000-0000-000000000001"}),
    messages=frozenset({"ab" * 32}),
)


def names(outlook: Outlook, history: Sequence[int] = USUAL, **limits: Any) -> list[str]:
    return [one.name for one in tripped(outlook, history, NOW, Limits(**limits))]


@pytest.mark.parametrize(
    ("history", "median"),
    [
        ((), None),
        ((5, 0, 5), None),
        ((5, 6, 7), 6.0),
        ((9, 1, 5, 2), 3.5),
        (USUAL, 100.0),
        ((1,) * 10 + (99,) * 9, 1.0),
    ],
)
def test_the_usual_is_the_median_of_the_last_runs_that_mailed(
    history: Sequence[int], median: float | None
) -> None:
    assert usual(history) == median


@pytest.mark.parametrize(
    ("planned", "limits", "trips"),
    [
        (300, {}, []),
        (301, {}, ["too many"]),
        (301, {"ratio": 4}, []),
        (10_000, {"ratio": 0}, []),
        (301, {"least": 302}, []),
    ],
)
def test_three_times_the_usual_trips(
    planned: int, limits: dict[str, Any], trips: list[str]
) -> None:
    assert names(Outlook(planned=planned), **limits) == trips


@pytest.mark.parametrize(
    ("everything", "limits", "trips"),
    [
        (49, {}, []),
        (50, {}, ["empty queries"]),
        (100, {"empty_percent": 0}, []),
        (100, {"least": 101}, []),
    ],
)
def test_alerts_that_ask_for_nothing_trip_where_they_make_half_of_the_mails(
    everything: int, limits: dict[str, Any], trips: list[str]
) -> None:
    assert names(Outlook(planned=100, everything=everything), **limits) == trips


@pytest.mark.parametrize(
    ("arrivals", "hours", "limits", "trips"),
    [
        (DAILY, 24, {}, ["no new jobs"]),
        (DAILY, 23, {}, []),
        (DAILY, 24, {"quiet_hours": 0}, []),
        ((0, 40, 0, 60, 40, 50, 60, 40), 24, {}, []),
        (DAILY[:5], 24, {}, []),
        (DAILY, 24, {"least": 41}, []),
    ],
)
def test_a_day_without_new_jobs_trips_where_there_are_some_daily(
    arrivals: Sequence[int], hours: int, limits: dict[str, Any], trips: list[str]
) -> None:
    newest = NOW - timedelta(hours=hours)
    assert names(Outlook(planned=5, arrivals=arrivals, newest_job=newest), **limits) == trips
    assert not names(Outlook(planned=5, arrivals=arrivals), **limits)


def test_without_a_history_nothing_trips() -> None:
    outlook = Outlook(
        planned=10_000, everything=10_000, arrivals=DAILY, newest_job=NOW - timedelta(days=3)
    )
    assert names(outlook, history=(5, 5)) == []
    assert most((5, 5), Limits()) is None


@given(st.lists(st.integers(0, 10**6), min_size=3), st.integers(0, 10**7))
def test_a_run_trips_exactly_above_the_most_it_may_plan(history: list[int], planned: int) -> None:
    bound = most(history, Limits())
    trips = "too many" in names(Outlook(planned=planned), history=history)
    assert trips == (bound is not None and planned > bound)


def message(to: str, **changes: Any) -> PlannedMessage:
    usual: dict[str, Any] = {"id": "1", "kind": "job_alert", "subject": "", "state": "planned"}
    return PlannedMessage(to=to, **{**usual, **changes})


def test_a_forecast_counts_the_largest_first() -> None:
    found = forecast(
        [
            message("a@gmail.com", alerts=("x", "y")),
            message("b@GoogleMail.com", alerts=("x",)),
            message("c@example.org", kind="welcome"),
        ],
        Quotas(),
    )
    assert list(found.by_kind.items()) == [("job_alert", 2), ("welcome", 1)]
    assert list(found.by_alert.items()) == [("x", 2), ("y", 1)]
    assert found.by_domain == {"example.org": 1, "gmail.com": 1, "googlemail.com": 1}
    assert list(found.by_provider.items()) == [("Gmail", 2), ("other", 1)]
    assert (found.planned, found.eta_seconds) == (3, None)


def hourly(most: int, *spent: tuple[float, int], domain: str = "") -> Allowance:
    return Allowance(domain=domain, span=3600, most=most, spent=spent)


@pytest.mark.parametrize(
    ("messages", "quotas", "seconds"),
    [
        ({}, Quotas(), None),
        ({"a": 7}, Quotas(), None),
        ({}, Quotas(per_second=2), 0),
        ({"a": 6, "b": 4}, Quotas(per_second=2), 5),
        ({"a": 10}, Quotas(per_second=2, waiting=4), 7),
        ({"a": 100}, Quotas(allowances=[hourly(100)]), 0),
        ({"a": 100}, Quotas(allowances=[hourly(100)], waiting=1), 3600),
        ({"a": 101}, Quotas(allowances=[hourly(100)]), 3600),
        ({"a": 301}, Quotas(allowances=[hourly(100)]), 3 * 3600),
        ({"a": 250}, Quotas(allowances=[hourly(100), replace(hourly(200), span=86_400)]), 86_400),
        # 90 went already, of which 50 are forgotten in 10 minutes and 40 in 20
        ({"a": 10}, Quotas(allowances=[hourly(100, (1200, 40), (600, 50))]), 0),
        ({"a": 11}, Quotas(allowances=[hourly(100, (1200, 40), (600, 50))]), 600),
        ({"a": 61}, Quotas(allowances=[hourly(100, (1200, 40), (600, 50))]), 1200),
        ({"a": 101}, Quotas(allowances=[hourly(100, (1200, 40), (600, 50))]), 3600),
        # more went than may go now that the limit was lowered
        ({"a": 3}, Quotas(allowances=[hourly(10, (5, 8), (6, 8))]), 6),
        # a domain has a limit of its own
        ({"a": 5, "b": 2}, Quotas(allowances=[hourly(100), hourly(2, domain="a")]), 2 * 3600),
        ({"a": 2, "b": 9}, Quotas(allowances=[hourly(100), hourly(2, domain="a")]), 0),
    ],
)
def test_the_quotas_say_when_the_last_message_leaves(
    messages: dict[str, int], quotas: Quotas, seconds: int | None
) -> None:
    assert eta(messages, quotas) == seconds


QUEUED = Queued(
    id="1",
    dedupe_key="k",
    kind="job_alert",
    user_id="u",
    recipient="ada@example.org",
    payload="{}",
    message_id="<1@x>",
    created_at=NOW,
    priority=1,
    expires_at=NOW,
    run=7,
)


def test_a_plan_holds_what_it_planned_whatever_run_sends_it() -> None:
    frozen = replace(PLAN, messages=frozenset({fingerprint(QUEUED)}))
    assert frozen.holds(QUEUED._replace(run=8, id="2"))
    for change in ({"payload": "{ }"}, {"recipient": "b@example.org"}, {"user_id": None}):
        assert not frozen.holds(QUEUED._replace(**change))


def test_a_plan_is_read_as_it_was_written() -> None:
    assert load(dump(PLAN), "x.plan") == PLAN
    assert "@" not in dump(PLAN)


@pytest.mark.parametrize(
    "change",
    [
        {"jobraker_plan": 2}, {"task": None, "shard": [1]}, {"shard": 7}, {"now": "yesterday"},
        {"now": "2026-11-23T09:00:00"}, {"unseen": ["x"]}, {"messages": [1]}, {"messages": None},
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_by_its_name(change: dict[str, Any]) -> None:
    text = json.dumps({**json.loads(dump(PLAN)), **change})
    with pytest.raises(UsageError, match=r"^x\.plan"):
        load(text, "x.plan")


@given(st.text(max_size=40))
def test_any_other_file_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no plan"):
        load(text, "x.plan")


def test_a_plan_of_another_day_is_stale() -> None:
    require_fresh(PLAN, NOW + timedelta(hours=23))
    with pytest.raises(UsageError, match="more than a day away"):
        require_fresh(PLAN, NOW + timedelta(hours=25))
    require_fresh(replace(PLAN, given=True), NOW + timedelta(days=400))
