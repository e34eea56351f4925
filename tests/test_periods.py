"""Periods and schedules: calendar rules over local dates."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.tasks.periods import Schedule, period_label

BERLIN, CAIRO = ZoneInfo("Europe/Berlin"), ZoneInfo("Africa/Cairo")
NEW_YORK = ZoneInfo("America/New_York")
MONDAYS, FIVES = Schedule(weekday=0), Schedule(every_minutes=5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("frequency", "now", "zone", "label"),
    [
        ("daily", "2026-11-22T09:00:00Z", "UTC", "2026-11-22"),
        ("daily", "2026-11-22T23:30:00Z", "Europe/Berlin", "2026-11-23"),
        ("daily", "2026-11-22T03:30:00Z", "America/New_York", "2026-11-21"),
        ("weekly", "2026-11-22T09:00:00Z", "UTC", "2026-W47"),
        ("weekly", "2026-11-23T00:00:00Z", "UTC", "2026-W48"),
        ("weekly", "2027-01-01T09:00:00Z", "UTC", "2026-W53"),
        ("monthly", "2026-11-30T23:30:00Z", "Europe/Berlin", "2026-12"),
        ("immediate", "2026-11-22T09:00:00Z", "UTC", ""),
    ],
)
def test_a_period_is_a_calendar_period_in_the_boards_zone(
    frequency: str, now: str, zone: str, label: str
) -> None:
    assert period_label(frequency, at(now), ZoneInfo(zone)) == label


@pytest.mark.parametrize(
    ("first", "second", "zone"),
    [
        ("2026-11-22T09:00:00Z", "2026-11-23T08:59:55Z", "UTC"),  # 23:59:55 apart
        ("2026-03-28T12:00:00Z", "2026-03-29T11:00:00Z", "Europe/Berlin"),  # a day of 23 hours
        ("2026-10-24T12:00:00Z", "2026-10-25T13:00:00Z", "Europe/Berlin"),  # a day of 25 hours
        ("2026-04-23T21:59:59Z", "2026-04-23T22:00:00Z", "Africa/Cairo"),  # midnight is skipped
    ],
)
def test_two_days_are_two_periods_whatever_the_hours_between(
    first: str, second: str, zone: str
) -> None:
    labels = [period_label("daily", at(moment), ZoneInfo(zone)) for moment in (first, second)]
    assert labels[0] < labels[1]


def test_the_day_of_25_hours_is_one_period() -> None:
    labels = {
        period_label("daily", at("2026-10-24T22:00:00Z") + timedelta(hours=hour), BERLIN)
        for hour in range(25)
    }
    assert labels == {"2026-10-25"}


@pytest.mark.parametrize(
    ("schedule", "now", "latest", "upcoming"),
    [
        (Schedule(), "2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z", "2026-11-23T09:00:00Z"),
        (Schedule(), "2026-11-22T08:59:59Z", "2026-11-21T09:00:00Z", "2026-11-22T09:00:00Z"),
        (MONDAYS, "2026-11-22T10:00:00Z", "2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z"),
        (Schedule(day=1), "2026-11-22T10:00:00Z", "2026-11-01T09:00:00Z", "2026-12-01T09:00:00Z"),
        (FIVES, "2026-11-22T10:07:30Z", "2026-11-22T10:05:00Z", "2026-11-22T10:10:00Z"),
        (FIVES, "2026-11-22T23:59:30Z", "2026-11-22T23:55:00Z", "2026-11-23T00:00:00Z"),
    ],
)
def test_a_schedule_knows_its_last_and_next_moment(
    schedule: Schedule, now: str, latest: str, upcoming: str
) -> None:
    zone = ZoneInfo("UTC")
    assert schedule.latest(at(now), zone) == at(latest)
    assert schedule.next(at(now), zone) == at(upcoming)


def test_nine_in_the_morning_is_local_in_summer_and_winter() -> None:
    assert Schedule().next(at("2026-07-01T00:00:00Z"), BERLIN) == at("2026-07-01T07:00:00Z")
    assert Schedule().next(at("2026-12-01T00:00:00Z"), BERLIN) == at("2026-12-01T08:00:00Z")


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(every_minutes=5), "every 5 minutes"),
        (Schedule(), "daily 09:00"),
        (Schedule(at=time(11, 30)), "daily 11:30"),
        (Schedule(weekday=0), "Monday 09:00"),
        (Schedule(day=1), "day 1 of the month 09:00"),
    ],
)
def test_a_schedule_can_be_said(schedule: Schedule, words: str) -> None:
    assert schedule.words() == words


@given(
    now=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1)),  # noqa: DTZ001
    zone=st.sampled_from([ZoneInfo("UTC"), BERLIN, CAIRO, NEW_YORK]),
    schedule=st.sampled_from(
        [Schedule(), Schedule(weekday=3), Schedule(day=31), Schedule(at=time(0, 0))]
    ),
)
def test_the_last_moment_is_never_after_now_and_the_next_always_is(
    now: datetime, zone: ZoneInfo, schedule: Schedule
) -> None:
    moment = now.replace(tzinfo=UTC)
    assert schedule.latest(moment, zone) <= moment < schedule.next(moment, zone)
