"""Alerts against jobs: the jobs of a run are indexed, alerts stream through, equal ones once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from jobraker_cli.matching.asked import asked_by
from jobraker_cli.matching.match import Ranked, ranked
from jobraker_cli.matching.words import Words

if TYPE_CHECKING:
    from jobraker_cli.matching.answers import Answers
    from jobraker_cli.matching.asked import Asked
    from jobraker_cli.matching.board import Board
    from jobraker_cli.matching.criteria import Wish
    from jobraker_cli.matching.prepared import PreparedJob
    from jobraker_cli.model import Alert, MatchRules


class Search:
    """The jobs of a run, to ask which of them an alert matches; eligibility is judged elsewhere.

    Each phrase, place and range of pay is looked up once.
    """

    def __init__(self, rules: MatchRules) -> None:
        self._rules = rules
        self._jobs: list[PreparedJob] = []
        self._words = Words()
        self._board: Board | None = None

    def feed(self, jobs: Iterable[PreparedJob]) -> None:
        """Take in jobs, each once; may be called for several blocks."""
        for job in jobs:
            self._words.add(len(self._jobs), job.job)
            self._jobs.append(job)
        self._board = None

    def answers(self, asked: Asked[Any, Any]) -> Answers | None:
        """What each of many alerts finds; None if there are no jobs."""
        board = self.index()
        if board is None:
            return None
        from jobraker_cli.matching.answers import Answers  # loads numpy

        return Answers(asked, board)

    def counts(self, asked: Asked[Any, Any]) -> Sequence[int]:
        """How many jobs each of many alerts finds."""
        answers = self.answers(asked)
        if answers is None:
            return [0] * len(asked.said)
        counts: list[int] = answers.counts()[answers.which].tolist()
        return counts

    def matches(self, wish: Wish, floor: int) -> Ranked | None:
        """The jobs that a wish is for, of the intakes above a floor, best first; None if none."""
        board = self.index()
        return ranked(board, wish, floor) if board else None

    def index(self) -> Board | None:
        """The jobs that were fed, as they are searched in; None if there are none."""
        if self._board is None and self._jobs:
            from jobraker_cli.matching.board import Board  # loads numpy

            self._board = Board(self._jobs, self._words, self._rules)
        return self._board


class Matcher:
    """Finds the jobs that each of some alerts asks for."""

    def __init__(self, alerts: Iterable[Alert], rules: MatchRules) -> None:
        self._alerts = list(alerts)
        self._search = Search(rules)

    def feed(self, jobs: Iterable[PreparedJob]) -> None:
        """Take in jobs, each once; may be called for several blocks."""
        self._search.feed(jobs)

    def results(self) -> Iterator[tuple[Alert, Ranked]]:
        """Each alert that matches a job fed so far and new to it, with its matches best first.

        In the alerts' order. Alerts of equal criteria and floor share one sequence, which is put
        in order only as far as it is read.
        """
        answers = self._search.answers(asked_by(self._alerts))
        for number, alert in enumerate(self._alerts):
            found = answers and answers.matches(number)
            if found:
                yield alert, found
