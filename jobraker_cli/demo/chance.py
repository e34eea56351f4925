"""Draws from a seeded generator: the same seed gives the same board."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")


def new_id(rng: Random) -> str:
    """A UUID of version 4 in canonical spelling, from `rng`."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def draw(rng: Random, weights: Mapping[T, int]) -> T:
    """One key of `weights`, as often as its weight says."""
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def some(rng: Random, choices: Sequence[T], at_most: int) -> list[T]:
    """Up to `at_most` distinct entries of `choices`, at least one if there is any."""
    if not choices:
        return []
    return rng.sample(choices, rng.randint(1, min(at_most, len(choices))))


def before(rng: Random, moment: datetime, longest: timedelta) -> datetime:
    """A moment at most `longest` before `moment`, with microseconds as databases have them."""
    return moment - timedelta(microseconds=rng.randrange(1, longest // timedelta(microseconds=1)))
