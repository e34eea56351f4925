"""Alerts against jobs: the jobs of a run are indexed, alerts stream through, equal ones once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jobraker_cli.matching.criteria import Wish, read_criteria, wish_of
from jobraker_cli.matching.fields import scope_of
from jobraker_cli.matching.kept import Kept
from jobraker_cli.matching.match import Match, Ranked
from jobraker_cli.matching.words import Words

if TYPE_CHECKING:
    from jobraker_cli.matching.board import Board, Limits
    from jobraker_cli.matching.prepared import PreparedJob
    from jobraker_cli.model import Alert, MatchRules

_OCTETS = 48 << 20  # of what is kept for further alerts that ask the same
_RANKED = 500  # octets of a wish and what is kept of it


class Search:
    """The jobs of a run, to ask which of them an alert matches; eligibility is judged elsewhere.

    Each phrase, place and range of pay is looked up once, and so are wishes that come often.
    """

    def __init__(self, rules: MatchRules) -> None:
        self._rules = rules
        self._jobs: list[PreparedJob] = []
        self._words = Words()
        self._board: Board | None = None
        self._found: Kept[tuple[Wish, int], Ranked | None] = Kept(_OCTETS)
        self._limits: Kept[object, Limits] = Kept(_OCTETS)

    def feed(self, jobs: Iterable[PreparedJob]) -> None:
        """Take in jobs, each once; may be called for several blocks."""
        for job in jobs:
            for field, words in job.texts:
                self._words.add(len(self._jobs), field, words)
            self._jobs.append(job)
        self._board = None
        self._found.clear()

    def matches(self, wish: Wish, floor: int) -> Ranked | None:
        """The jobs that a wish is for, of the intakes above a floor, best first; None if none."""
        key = wish, floor
        ranked = self._found.get(key)
        if ranked is not None:
            return ranked
        board = self._board or self._index()
        if board is None:
            return None
        limits = self._limits.get((wish[1:], floor)) or self._within(board, wish, floor)
        found = limits.found
        if found and wish.keywords:
            found &= board.saying(wish.keywords)
        if not found:
            return None
        ranked = Ranked(board, wish, limits, found, self._rules)
        self._found.keep(key, ranked, found.bit_length() // 8 + _RANKED)
        return ranked

    def _within(self, board: Board, wish: Wish, floor: int) -> Limits:
        limits = board.limits(read_criteria(wish, self._rules), floor)
        self._limits.keep((wish[1:], floor), limits, limits.found.bit_length() // 8)
        return limits

    def _index(self) -> Board | None:
        if not self._jobs:
            return None
        from jobraker_cli.matching.board import Board  # loads numpy

        self._limits.clear()
        self._board = Board(self._jobs, self._words, scope_of(self._rules.match_fields))
        return self._board


class Matcher:
    """Finds the jobs that each of some alerts asks for."""

    def __init__(self, alerts: Iterable[Alert], rules: MatchRules) -> None:
        self._alerts = list(alerts)
        self._search = Search(rules)

    def feed(self, jobs: Iterable[PreparedJob]) -> None:
        """Take in jobs, each once; may be called for several blocks."""
        self._search.feed(jobs)

    def results(self) -> Iterator[tuple[Alert, Sequence[Match]]]:
        """Each alert that matches a job fed so far and new to it, with its matches best first.

        In the alerts' order. Alerts of equal criteria and floor share one sequence, which is put
        in order only as far as it is read.
        """
        for alert in self._alerts:
            found = self._search.matches(wish_of(alert), alert.floor)
            if found is not None:
                yield alert, found
