"""A run that is only counted, for tripwires, finds as many mails as one that is planned in full."""

from pathlib import Path
from random import Random

from jobraker_cli.tasks.app import RunOptions
from tests.support.board import Board
from tests.support.tasks import Tasks, moment

PHRASES = ("python", "java", "nurse", "sales manager", "anything else", "-intern")
TITLES = ("Python Engineer", "Java Engineer", "Night Nurse", "Sales Manager", "Intern")
PEOPLE = 60


def peopled(board: Board, random: Random) -> None:
    """People with all that may keep a mail from being made."""
    for _ in range(PEOPLE):
        user = board.add_user(is_active=random.random() < 0.9)
        for _ in range(random.randint(1, 3)):
            board.add_alert(
                user,
                keywords=random.sample(PHRASES, random.randint(0, 2)),
                location=random.choice(("", "", "Berlin")),
                email_notifications=random.random() < 0.8,
            )


def new_jobs(board: Board, random: Random) -> list[str]:
    """Jobs, some of them near-identical."""
    return [
        board.add_job(
            title=random.choice(TITLES),
            company=random.choice(("Acme", "Umbrella")),
            location=random.choice(("Berlin, Germany", "Lyon, France")),
        )
        for _ in range(8)
    ]


def counts(tasks: Tasks, day: int, *, counting: bool) -> tuple[int, int]:
    """The mails of a dry run, and how many of them only alerts made that ask for nothing."""
    report = tasks.run("daily-alerts", moment(day), RunOptions(dry_run=True, counting=counting))
    return report.counts["planned"], report.counts["of_everything"]


def test_counting_finds_what_planning_finds(board: Board, tmp_path: Path) -> None:
    random = Random(5)
    tasks = Tasks(board=board, folder=tmp_path / "mail")
    peopled(board, random)
    tasks.init(moment(1))
    seen = []
    for day in range(2, 6):
        jobs = new_jobs(board, random)
        for row in board.rows("SELECT id FROM users"):
            if random.random() < 0.3:
                board.add_application(str(row["id"]), random.choice(jobs))
            if random.random() < 0.3:
                board.add_recommendation(
                    str(row["id"]), random.choice(jobs), status=random.choice(("dismissed", "new"))
                )
        found = counts(tasks, day, counting=False)
        assert counts(tasks, day, counting=True) == found
        seen.append(found)
        report = tasks.run("daily-alerts", moment(day), RunOptions(deliver=False))
        assert report.counts["queued"] == found[0]
    assert all(0 < planned < PEOPLE for planned, _ in seen), seen
    assert 10 < sum(everything for _, everything in seen) < sum(planned for planned, _ in seen)
