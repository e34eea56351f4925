"""Who wants which mail: the rules alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.mail.consent import (
    SCOPES,
    Way,
    consent,
    covering,
    in_words,
    is_capped,
    week_start,
)
from jobraker_cli.model import Preference

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ALERT = "alert:0a0b0c0d-0000-4000-8000-000000000001"
OTHER = "alert:0a0b0c0d-0000-4000-8000-000000000002"


def chosen(*choices: Preference) -> dict[str, Preference]:
    return {one.scope: one for one in choices}


@pytest.mark.parametrize(
    ("ended", "still_mailed"),
    [
        (ALERT, {OTHER, "alerts", "recommendations", "reminders", "status", ""}),
        ("alerts", {"recommendations", "reminders", "status", ""}),
        ("recommendations", {ALERT, OTHER, "alerts", "reminders", "status", ""}),
        ("reminders", {ALERT, OTHER, "alerts", "recommendations", "status", ""}),
        ("status", {ALERT, OTHER, "alerts", "recommendations", "reminders", ""}),
        ("all", {""}),
    ],
)
def test_a_scope_ends_what_it_covers_and_nothing_else(ended: str, still_mailed: set[str]) -> None:
    choices = chosen(Preference(scope=ended, choice="unsubscribed"))
    every = {ALERT, OTHER, "alerts", "recommendations", "reminders", "status", ""}
    assert {one for one in every if consent(one, choices, NOW).may_mail} == still_mailed
    assert {consent(one, choices, NOW).way for one in every - still_mailed} == {Way.IN_APP}


def test_a_pause_ends_by_itself_at_its_moment() -> None:
    choices = chosen(Preference(scope="all", choice="paused", until=NOW))
    before = consent("alerts", choices, NOW - timedelta(seconds=1))
    assert (before.way, before.reason) == (Way.IN_APP, "the person paused all optional mail")
    assert consent("alerts", choices, NOW).may_mail
    forever = chosen(Preference(scope="all", choice="paused"))
    assert not consent("alerts", forever, NOW + timedelta(days=9_000)).may_mail


def test_the_cap_puts_list_mail_off_and_counts_nothing_else() -> None:
    choices = chosen(Preference(scope="all", weekly_cap=2))
    assert consent("alerts", choices, NOW, mailed_this_week=1).may_mail
    late = consent(ALERT, choices, NOW, mailed_this_week=2)
    assert (late.way, late.reason) == (Way.LATER, "the person wants at most 2 mails a week")
    assert consent("status", choices, NOW, mailed_this_week=2).may_mail
    assert consent("", choices, NOW, mailed_this_week=9).may_mail


def test_an_unsubscribe_says_what_was_ended() -> None:
    choices = chosen(Preference(scope=ALERT, choice="unsubscribed"))
    assert consent(ALERT, choices, NOW).reason == "the person unsubscribed from one job alert"
    assert [in_words(scope) for scope in SCOPES][-1] == "all optional mail"


@pytest.mark.parametrize(
    ("now", "zone", "monday"),
    [
        ("2026-11-23T00:00:00+00:00", "UTC", "2026-11-23T00:00:00+00:00"),
        ("2026-11-22T23:59:59+00:00", "UTC", "2026-11-16T00:00:00+00:00"),
        ("2026-11-22T23:30:00+00:00", "Europe/Berlin", "2026-11-22T23:00:00+00:00"),
        ("2026-10-25T12:00:00+00:00", "Europe/Berlin", "2026-10-18T22:00:00+00:00"),  # 25 hours
    ],
)
def test_a_week_begins_on_monday_in_the_boards_zone(now: str, zone: str, monday: str) -> None:
    start = week_start(datetime.fromisoformat(now), ZoneInfo(zone))
    assert start == datetime.fromisoformat(monday)


PREFERENCES = st.builds(
    Preference,
    scope=st.sampled_from([*SCOPES, ALERT, OTHER]),
    choice=st.sampled_from(["mail", "paused", "unsubscribed"]),
    until=st.none() | st.datetimes(timezones=st.just(UTC)),
    weekly_cap=st.none() | st.integers(0, 5),
)


@given(
    choices=st.lists(PREFERENCES),
    more=PREFERENCES,
    scope=st.sampled_from([*SCOPES, ALERT, OTHER, ""]),
    mailed=st.integers(0, 9),
)
def test_another_no_never_makes_mail_of_silence(
    choices: list[Preference], more: Preference, scope: str, mailed: int
) -> None:
    before = consent(scope, chosen(*choices), NOW, mailed_this_week=mailed)
    no = Preference(scope=more.scope, choice="unsubscribed")
    after = consent(scope, {**chosen(*choices), no.scope: no}, NOW, mailed_this_week=mailed)
    if no.scope in covering(scope):
        assert after.way is Way.IN_APP
    elif no.scope != "all":
        assert after == before
    if not scope:
        assert after.may_mail
    assert after.may_mail == (not after.reason)
    assert is_capped(scope) or after.way is not Way.LATER
