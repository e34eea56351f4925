"""Limits: what went before and how much more may go."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.delivery.limits import DAY, HOUR, Bucket, Limits, bucket_of, free_at, room

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def bucket(used: int, at: datetime, span: int = HOUR) -> Bucket:
    return Bucket(number=bucket_of(span, at), used=used, last_at=at)


@pytest.mark.parametrize(("age", "left"), [(0, 7), (1, 7), (3599, 7), (3600, 10), (7200, 10)])
def test_mail_counts_until_it_is_as_old_as_the_span(age: int, left: int) -> None:
    buckets = [bucket(3, NOON - timedelta(seconds=age))]
    assert room(buckets, span=HOUR, most=10, now=NOON) == left


def test_a_limit_that_was_lowered_leaves_no_room() -> None:
    assert room([bucket(30, NOON)], span=HOUR, most=10, now=NOON) == 0


def test_room_comes_when_the_first_of_what_counts_is_over() -> None:
    old, new = NOON - timedelta(minutes=50), NOON - timedelta(minutes=1)
    over = NOON - timedelta(minutes=61)
    buckets = [bucket(5, old), bucket(5, new), bucket(9, over)]
    assert free_at(buckets, span=HOUR, now=NOON) == old + timedelta(hours=1)
    assert free_at([], span=HOUR, now=NOON) == NOON + timedelta(hours=1)


def test_only_the_limits_that_are_given_are_counted() -> None:
    assert Limits(per_hour=5).spans == {HOUR: 5}
    assert Limits(per_second=3.0, per_day=9).spans == {DAY: 9}
    assert Limits().spans == {}


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 8)), max_size=60),
    st.integers(1, 20),
    st.sampled_from([HOUR, DAY]),
)
def test_no_span_holds_more_than_its_limit(
    wishes: list[tuple[int, int]], most: int, span: int
) -> None:
    """Whoever asks, whenever: in any window as long as the span, at most so many went."""
    buckets: dict[int, Bucket] = {}
    went: list[datetime] = []
    now = NOON
    for pause, wanted in wishes:
        now += timedelta(seconds=pause * span / HOUR)
        granted = min(wanted, room(buckets.values(), span=span, most=most, now=now))
        if granted:
            number = bucket_of(span, now)
            before = buckets[number].used if number in buckets else 0
            buckets[number] = Bucket(number=number, used=before + granted, last_at=now)
            went += [now] * granted
    for end in went:
        since = end - timedelta(seconds=span)
        assert sum(since < moment <= end for moment in went) <= most
