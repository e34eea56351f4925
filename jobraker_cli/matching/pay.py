"""Pay: what an alert asks and a job offers, as amounts a year."""

from dataclasses import dataclass
from math import inf

from jobraker_cli.model import Job, MatchRules

# How well a job's pay fits, best first; the last is for an alert that asks for none.
IN_RANGE, UNDISCLOSED, UNASKED = range(3)

_TIMES_A_YEAR = {"hourly": 2080, "daily": 260, "weekly": 52, "monthly": 12, "yearly": 1}


@dataclass(frozen=True, slots=True)
class Pay:
    """A range of amounts a year; an end that is not given is infinite.

    `comparable` says whether it is in the currency that alerts are in.
    """

    low: float
    high: float
    currency: str
    comparable: bool = True

    def __str__(self) -> str:
        if self.low == self.high:
            amount = f"{self.low:,}"
        elif self.high == inf:
            amount = f"from {self.low:,}"
        elif self.low == -inf:
            amount = f"up to {self.high:,}"
        else:
            amount = f"{self.low:,} to {self.high:,}"
        return f"{amount} {self.currency} a year" if self.currency else f"{amount} a year"


@dataclass(frozen=True, slots=True)
class WantedPay:
    """The range an alert asks for, and whether a job must disclose its pay."""

    range: Pay
    required: bool


def offered_pay(job: Job, rules: MatchRules) -> Pay | None:
    """What the job pays a year; None if it does not say."""
    times = _TIMES_A_YEAR.get(job.salary_period.strip().lower())
    ends = times and _ends(job.salary_min, job.salary_max)
    if not times or not ends:
        return None
    currency = _code(job.salary_currency)
    return Pay(ends[0] * times, ends[1] * times, currency, currency == _code(rules.currency))


def wanted_pay(low: int | None, high: int | None, rules: MatchRules) -> WantedPay | None:
    """What an alert asks for a year, in the rules' currency; None if it does not ask."""
    ends = _ends(low, high)
    return WantedPay(Pay(*ends, _code(rules.currency)), rules.require_salary) if ends else None


def _code(currency: str) -> str:
    return currency.strip().upper()


def _ends(low: int | None, high: int | None) -> tuple[float, float] | None:
    """The ends in order; zero is what forms write for nothing."""
    if not (low or high):
        return None
    ends = (low or -inf, high or inf)
    return min(ends), max(ends)


def fit(wanted: WantedPay, offered: Pay | None) -> int | None:
    """How well the offer fits; None if it does not. Another currency counts as undisclosed."""
    if offered is None or not offered.comparable:
        return None if wanted.required else UNDISCLOSED
    overlap = offered.high >= wanted.range.low and offered.low <= wanted.range.high
    return IN_RANGE if overlap else None
