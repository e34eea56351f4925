"""Many alerts at once: those that find many jobs and those that find few are answered alike."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from jobraker_cli.matching.asked import asked_by
from jobraker_cli.matching.corpus import corpus
from jobraker_cli.matching.criteria import wish_of
from jobraker_cli.matching.entries import FEW, Entries
from jobraker_cli.matching.fields import TITLE
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.postings import Phrases
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.matching.words import Words
from jobraker_cli.model import Alert, Job, MatchRules

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
JOBS = FEW + 50  # so many that the jobs of a common word are a set


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
    counts, best = answers.best(20)
    assert [len(found) for found in answers.best(JOBS)[1]] == counts
    assert len(counts) == len(best) == len(answers) == len(ALERTS) - 1
    for number, question in enumerate(answers.which.tolist()):
        found = answers.matches(number) or ()
        assert counts[question] == len(found)
        shown = [newest_last[at] for at in best[question]]
        assert shown == [match.job.job.id for match in found[:20]]
    assert board.counts(asked_by(ALERTS)) == [len(answers.matches(n) or ()) for n in range(15)]


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
