"""An alert read once: what it asks of a job."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from jobraker_cli.matching.fields import scope_of
from jobraker_cli.matching.location import Spot, wanted_spots
from jobraker_cli.matching.pay import WantedPay, wanted_pay
from jobraker_cli.matching.query import Query, read_query
from jobraker_cli.model import Alert, MatchRules


class Wish(NamedTuple):
    """What of an alert its matches depend on."""

    keywords: tuple[str, ...] = ()
    location: str = ""
    job_type: str = ""
    experience_level: str = ""
    remote_only: bool = False
    min_salary: int | None = None
    max_salary: int | None = None


def wish_of(alert: Alert) -> Wish:
    """The wish of an alert."""
    return Wish(
        alert.keywords,
        alert.location,
        alert.job_type,
        alert.experience_level,
        alert.remote_only,
        alert.min_salary,
        alert.max_salary,
    )


@dataclass(frozen=True, slots=True)
class Criteria:
    """The conditions of an alert; alerts of equal criteria match the same jobs. Empty means any.

    `wish` is one that has these criteria, for its words.
    """

    query: Query | None
    spots: tuple[Spot, ...]
    remote_only: bool
    job_type: str
    level: str
    pay: WantedPay | None
    wish: Wish = field(compare=False)


def read_criteria(alert: Alert | Wish, rules: MatchRules) -> Criteria:
    """What an alert asks; ValueError if the rules name a field that does not exist."""
    return Criteria(
        query=read_query(alert.keywords, scope_of(rules.match_fields)),
        spots=wanted_spots(alert.location),
        remote_only=alert.remote_only,
        job_type=choice(alert.job_type),
        level=choice(alert.experience_level),
        pay=wanted_pay(alert.min_salary, alert.max_salary, rules),
        wish=alert if isinstance(alert, Wish) else wish_of(alert),
    )


@lru_cache(maxsize=1_000)
def choice(value: str) -> str:
    """A job type or level as it is compared: the database does not enforce the spelling."""
    return "_".join(value.lower().replace("-", " ").replace("_", " ").split())
