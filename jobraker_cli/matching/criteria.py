"""An alert read once: what it asks of a job."""

from dataclasses import dataclass, field

from jobraker_cli.matching.fields import scope_of
from jobraker_cli.matching.location import Spot, wanted_spots
from jobraker_cli.matching.pay import WantedPay, wanted_pay
from jobraker_cli.matching.query import Query, read_query
from jobraker_cli.model import Alert, MatchRules


@dataclass(frozen=True, slots=True)
class Criteria:
    """The conditions of an alert; alerts of equal criteria match the same jobs. Empty means any.

    `alert` is one that has these criteria, for its words.
    """

    query: Query | None
    spots: tuple[Spot, ...]
    remote_only: bool
    job_type: str
    level: str
    pay: WantedPay | None
    alert: Alert = field(compare=False)


def read_criteria(alert: Alert, rules: MatchRules) -> Criteria:
    """What the alert asks; ValueError if the rules name a field that does not exist."""
    return Criteria(
        query=read_query(alert.keywords, scope_of(rules.match_fields)),
        spots=wanted_spots(alert.location),
        remote_only=alert.remote_only,
        job_type=choice(alert.job_type),
        level=choice(alert.experience_level),
        pay=wanted_pay(alert, rules),
        alert=alert,
    )


def choice(value: str) -> str:
    """A job type or level as it is compared: the database does not enforce the spelling."""
    return "_".join(value.lower().replace("-", " ").replace("_", " ").split())
