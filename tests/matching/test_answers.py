"""Many alerts at once: those that find many jobs and those that find few are answered alike."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from jobraker_cli.matching.asked import asked_by
from jobraker_cli.matching.board import Limits
from jobraker_cli.matching.corpus import corpus
from jobraker_cli.matching.criteria import wish_of
from jobraker_cli.matching.entries import FEW, Entries
from jobraker_cli.matching.fields import TITLE
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.planes import Fits
from jobraker_cli.matching.postings import Phrases
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.matching.ranks import job_of
from jobraker_cli.matching.words import Words
from jobraker_cli.model import Alert, Job, MatchRules

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
JOBS = FEW + 150  # so many that the jobs of a common word are a set


def jobs() -> Iterator[Job]:
    """Engineers in many places; some are nurses too, in the title or by their skills."""
    for number in range(JOBS):
        yield Job(
            id=f"{number:04}",
            title="Engineer, Nurse" if number % 9 == 0 else "Engineer",
            skills_required=("Nurse",) if number % 7 == 0 else (),
            location=("Berlin, Germany", "Remote - Germany", "Germany", "Paris")[number % 4],
            salary_min=(None, 50_000, 90_000)[number % 3],
            posted_at=NOW - timedelta(hours=number * 7 % JOBS),
            run_seq=1,
        )


def alert(*keywords: str, location: str = "", min_salary: int | None = None) -> Alert:
    return Alert(id="", user_id="", keywords=keywords, location=location, min_salary=min_salary)


ALERTS = (
    alert("engineer"),
    alert("nurse"),
    alert("nurse", "engineer", location="Germany"),
    alert("nurse", "plumber", location="Germany", min_salary=60_000),
    alert("nurse OR engineer", min_salary=60_000),
    alert("nurse AND engineer", location="Berlin"),
    alert("nurse", "-engineer"),
    alert("-nurse"),
    alert("plumber"),
    alert("plumber AND nurse"),
    alert("engineer", location="Tokyo"),
    alert("nurse", location="Tokyo"),
    alert(location="Paris"),
    alert(),
    alert("nurse"),
)


def search() -> Search:
    made = Search(MatchRules())
    made.feed(prepare(job, MatchRules()) for job in jobs())
    return made


def test_every_alert_finds_the_same_together_with_others_as_alone() -> None:
    board = search()
    answers = board.answers(asked_by(ALERTS))
    assert answers
    for number, one in enumerate(ALERTS):
        together = [match.rank for match in answers.matches(number) or ()]
        assert together == [match.rank for match in board.matches(wish_of(one), 0) or ()]
        assert together == sorted(together)
    assert answers.matches(1) is answers.matches(len(ALERTS) - 1)


def test_the_best_are_the_first_of_the_matches() -> None:
    board = search()
    answers = board.answers(asked_by(ALERTS))
    assert answers
    [*everything] = answers.matches(13) or ()
    newest_last = [match.job.job.id for match in reversed(everything)]
    best = answers.best(20)
    assert answers.best(JOBS).sizes.tolist() == best.counts.tolist()
    assert len(best.counts) == len(answers) == len(ALERTS) - 1
    for number, question in enumerate(answers.which.tolist()):
        found = answers.matches(number) or ()
        assert best.counts[question] == len(found)
        start, size = best.starts[question], best.sizes[question]
        shown = [newest_last[at] for at in best.jobs[start : start + size]]
        assert shown == [match.job.job.id for match in found[:20]]
    assert board.counts(asked_by(ALERTS)) == [len(answers.matches(n) or ()) for n in range(15)]


def test_the_same_is_answered_when_it_is_asked_again() -> None:
    board = search()
    first = board.answers(asked_by(ALERTS))
    again = board.answers(asked_by(tuple(reversed(ALERTS))))
    assert first
    assert again
    for number in range(len(ALERTS)):
        expected = [match.rank for match in first.matches(number) or ()]
        assert expected == [match.rank for match in again.matches(-1 - number) or ()]


def test_without_jobs_there_are_no_answers() -> None:
    asked = asked_by(ALERTS)
    assert Search(MatchRules()).answers(asked) is None
    assert set(Search(MatchRules()).counts(asked)) == {0}


def test_what_is_remembered_of_keywords_is_bounded() -> None:
    words = Words()
    words.add(0, Job(id="", title="Nurse"))
    entries = Entries(Phrases(corpus(words), np.arange(1)), TITLE, 1, most=2)

    def jobs_of(*keywords: str) -> Sequence[int]:
        entries.look_up(keywords)
        return [int(entries.counts[entries.numbers[one]]) for one in keywords]

    assert jobs_of("nurse", "cook", "title:nurse") == [1, 0, 1]
    assert jobs_of("cook", "nurse") == [0, 1]
    assert list(entries.numbers) == ["cook", "nurse"]


def test_what_is_remembered_of_limits_is_bounded() -> None:
    fits = Fits(8, most=0)
    odd, low = Limits(0b10101010, 4, None, None), Limits(0b1111, 4, (0b11, 0b1111), None)

    def jobs_of(*limits: Limits) -> Sequence[int]:
        """The jobs that the last of some limits leaves, best first."""
        number = fits.numbers(limits)[-1:]
        every = np.arange(8)
        _, ranks = fits.best_first(every * 0, every, every * 0, number)
        return [job_of(rank) for rank in ranks.tolist()]

    assert jobs_of(odd) == [7, 5, 3, 1]
    assert jobs_of(odd, low) == [1, 0, 3, 2]
    assert jobs_of(low, low) == [1, 0, 3, 2]
    assert jobs_of(odd) == [7, 5, 3, 1]
