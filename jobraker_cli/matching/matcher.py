"""Alerts against jobs: alerts are indexed, jobs stream through, equal criteria are judged once."""

from collections.abc import Iterable, Iterator, Sequence

from jobraker_cli.matching.board import Board
from jobraker_cli.matching.criteria import Criteria, read_criteria
from jobraker_cli.matching.match import Match, Ranked
from jobraker_cli.matching.postings import Postings
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.model import Alert, MatchRules


class Matcher:
    """Finds the jobs that each of the alerts asks for; eligibility is judged elsewhere."""

    def __init__(self, alerts: Iterable[Alert], rules: MatchRules) -> None:
        self._alerts: list[tuple[Alert, Criteria]] = []
        by_columns: dict[object, Criteria] = {}
        distinct: dict[Criteria, Criteria] = {}
        for alert in alerts:
            columns = _columns(alert)
            criteria = by_columns.get(columns)
            if criteria is None:
                criteria = read_criteria(alert, rules)
                criteria = by_columns[columns] = distinct.setdefault(criteria, criteria)
            self._alerts.append((alert, criteria))
        self._postings = Postings(distinct)

    def feed(self, jobs: Iterable[PreparedJob]) -> None:
        """Take in jobs, each once; may be called for several blocks."""
        for job in jobs:
            self._postings.add(job)

    def results(self) -> Iterator[tuple[Alert, Sequence[Match]]]:
        """Each alert that matches a job fed so far and new to it, with its matches best first.

        In the alerts' order. Alerts of equal criteria and floor share one sequence, which is put
        in order only as far as it is read.
        """
        board = Board(self._postings)
        judged: dict[tuple[int, int], Ranked] = {}
        for alert, criteria in self._alerts:
            key = id(criteria), alert.floor
            found = judged.get(key)
            if found is None:
                matching = board.matching(criteria, alert.floor)
                found = judged[key] = Ranked(board, criteria, matching)
            if found:
                yield alert, found


def _columns(alert: Alert) -> object:
    """What of an alert its criteria depend on."""
    return (
        alert.keywords,
        alert.location,
        alert.job_type,
        alert.experience_level,
        alert.remote_only,
        alert.min_salary,
        alert.max_salary,
    )
