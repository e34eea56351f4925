"""The health of all alerts: which find nothing, flood, or cannot be what was meant."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from jobraker_cli.matching.asked import asked_for
from jobraker_cli.matching.criteria import Wish, wish_of
from jobraker_cli.matching.faults import asks_nothing, faults
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.store import jobs as jobs_of
from jobraker_cli.store import survey
from jobraker_cli.store.engine import reading
from jobraker_cli.store.survey import Surveyed
from jobraker_cli.tasks.alerts import rules_of
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.backtest import BLOCK, days_covered

_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem of one alert, with what it found in the days looked at."""

    surveyed: Surveyed
    problem: str
    detail: str
    matches: int
    per_week: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHealth:
    """All active alerts against the jobs of the last `days` days."""

    alerts: int
    jobs: int
    days: float
    findings: Sequence[Finding]

    @property
    def problems(self) -> Counter[str]:
        """How many alerts have each problem."""
        return Counter(one.problem for one in self.findings)


def survey_alerts(app: App, *, days: int, flood: int) -> AlertHealth:
    """Look at every active alert; `flood` is how many jobs a week are too many.

    The alerts are read twice, the jobs once; in memory are the distinct wishes and a block of jobs.
    """
    with reading(app.engine) as connection:
        wishes: dict[Wish, int] = {}
        everywhere = False
        for one in survey.active_alerts(connection):
            wishes.setdefault(wish_of(one.alert), 0)
            everywhere = everywhere or any("anywhere:" in kw.lower() for kw in one.alert.keywords)
        now, rules = app.clock(), rules_of(app)
        since, jobs = now - timedelta(days=days), 0
        for block in jobs_of.created_since(
            connection, rules, since=since, long_texts=everywhere, block=BLOCK
        ):
            jobs += len(block)
            search = Search(rules)
            search.feed([prepare(job, rules) for job in block])
            counts = search.counts(asked_for([(wish, 0) for wish in wishes]))
            for wish, found in zip(wishes, counts, strict=True):
                wishes[wish] += found
        covered = days_covered(connection, now, days)
        alerts, findings = 0, list[Finding]()
        for one in survey.active_alerts(connection):
            alerts += 1
            matches = wishes.get(wish_of(one.alert), 0)
            findings += _findings(one, matches, covered, jobs, flood)
    return AlertHealth(alerts=alerts, jobs=jobs, days=round(covered, 1), findings=findings)


def _findings(one: Surveyed, matches: int, days: float, jobs: int, flood: int) -> Iterator[Finding]:
    per_week = round(matches * _WEEK / days, 1)

    def finding(problem: str, detail: str) -> Finding:
        return Finding(
            surveyed=one, problem=problem, detail=detail, matches=matches, per_week=per_week
        )

    for fault in faults(one.alert, one.keywords):
        yield finding(fault.problem, fault.detail)
    if jobs and not matches:
        yield finding("silent", f"none of {jobs:,} jobs in {days:.0f} days matches")
    elif per_week > flood and not asks_nothing(one.alert):
        yield finding("flood", f"{per_week:,.0f} jobs a week match")
