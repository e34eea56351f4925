"""A whole board: the people first, then its days, each with its new jobs and what came of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from jobraker_cli.demo.activity import Activity, activity_of_day
from jobraker_cli.demo.columns import Row
from jobraker_cli.demo.interests import interests_of
from jobraker_cli.demo.jobs import invent_companies, jobs_of_day
from jobraker_cli.demo.people import People, build_people

# A day's jobs are there when the daily task runs.
MORNING = time(9, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day's new jobs, and what people had done with them before 09:00 UTC of it."""

    date: date
    jobs: tuple[Row, ...]
    activity: Activity

    def tables(self) -> Iterator[tuple[str, Sequence[Row]]]:
        """Table names with rows, parents before children."""
        yield "jobs", self.jobs
        yield "applications", self.activity.applications
        yield "recommended_jobs", self.activity.recommended_jobs
        yield "saved_jobs", self.activity.saved_jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything to insert: `people` before any day, the days in their order."""

    people: People
    days: tuple[Day, ...]

    def people_tables(self) -> Iterator[tuple[str, Sequence[Row]]]:
        """Table names with rows, parents before children."""
        yield "users", self.people.users
        yield "user_profiles", self.people.user_profiles
        yield "job_alerts", self.people.job_alerts


def build_board(
    *, rng_seed: int, first_day: date, days: int, users: int = 200, jobs_per_day: int = 500
) -> Board:
    """A board of invented companies and people; the same arguments give the same rows."""
    rng = Random(rng_seed)  # noqa: S311 - a made-up board has no secrets
    companies = invent_companies(rng)
    made: list[Row] = []
    by_day: list[tuple[date, Sequence[Row]]] = []
    for number in range(days):
        day = first_day + timedelta(days=number)
        jobs = jobs_of_day(rng, datetime.combine(day, MORNING), jobs_per_day, companies, made)
        made += jobs
        by_day.append((day, jobs))
    return board_around(rng_seed=rng_seed, days=by_day, users=users)


def board_around(
    *, rng_seed: int, days: Sequence[tuple[date, Sequence[Row]]], users: int = 200
) -> Board:
    """A board of made-up people who look for what the given days' jobs offer.

    A job that an earlier day already had stays in its day (the importer updates it), but people
    do nothing more with it.
    """
    rng = Random(rng_seed)  # noqa: S311 - a made-up board has no secrets
    first = days[0][0] if days else date(2026, 1, 1)
    interests = interests_of(job for _, jobs in days for job in jobs)
    people = build_people(rng, datetime.combine(first, time(0, tzinfo=UTC)), users, interests)
    known: set[object] = set()
    board_days = []
    for day, jobs in days:
        fresh = [job for job in jobs if job["id"] not in known]
        known.update(job["id"] for job in fresh)
        activity = activity_of_day(rng, datetime.combine(day, MORNING), people, fresh)
        board_days.append(Day(date=day, jobs=tuple(jobs), activity=activity))
    return Board(people=people, days=tuple(board_days))
