"""The whole show: a board of our own, its baseline, a new day, every task twice, the gallery."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from jobraker_cli import wiring
from jobraker_cli.demo.board import Board, Day, board_around, build_board
from jobraker_cli.demo.columns import Row
from jobraker_cli.demo.events import happen
from jobraker_cli.demo.gallery import write_gallery
from jobraker_cli.demo.importer import import_postings
from jobraker_cli.demo.postings import Skipped, day_of, read_postings
from jobraker_cli.demo.rows import insert_rows, upsert_jobs
from jobraker_cli.errors import ConfigError
from jobraker_cli.settings import Settings, load, mask_url
from jobraker_cli.store import contract, schema
from jobraker_cli.store.engine import sqlite_path
from jobraker_cli.store.shared import jobs
from jobraker_cli.tasks.app import App, RunOptions
from jobraker_cli.tasks.baseline import initialize
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.runner import run_task
from jobraker_cli.tasks.task import all_tasks

SEED = 20_260_101
DAYS, USERS, JOBS_PER_DAY = 6, 200, 500
OURS = 0x4A42524B  # SQLite's application_id of a board that the demo made: "JBRK"
MORNING = time(9, tzinfo=UTC)
IMPORT = time(6, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class DemoReport:
    """What the show did. `runs` are the runs of the first morning, by task."""

    directory: Path
    database: str
    jobs: int = 0
    alerts: int = 0
    people: int = 0
    baselined: int = 0
    arrived: int = 0
    skipped: list[tuple[str, Skipped]] = field(default_factory=list)
    morning: datetime
    runs: list[RunReport] = field(default_factory=list)
    again: list[RunReport] = field(default_factory=list)
    gallery: Path | None = None


def show(
    directory: Path,
    *,
    files: Sequence[Path],
    database_url: str | None,
    yesterday: date,
    say: Callable[[str], None],
) -> DemoReport:
    """Build the board, take the baseline on all days but the last, let the last day arrive, run.

    Raises ConfigError for a database that holds anything the demo did not make.
    """
    settings = _settings(directory, database_url)
    _make_room(directory, settings)
    report = DemoReport(
        directory=directory,
        database=mask_url(settings.database_url),
        morning=datetime.combine(yesterday, MORNING),
    )
    board = _from_files(files, report) if files else _generated(yesterday)
    report.morning = datetime.combine(board.days[-1].date, MORNING)
    app = wiring.build(settings, now=report.morning, create=True)
    say("Building a job board ...")
    _build(app, board, report)
    say(f"New jobs arrive on {report.morning:%A %d %B %Y}; running every task ...")
    _arrive(app, board, report)
    report.runs = _run_all(app)
    say("The same again, and the alerts once more the next morning ...")
    report.again = _run_all(app)
    tomorrow = wiring.build(settings, now=report.morning + timedelta(days=1))
    report.again += _run_all(tomorrow, ending="-alerts")
    mails = sorted(settings.email_file_path.glob("*.eml"))
    report.gallery = write_gallery(directory, mails, "Mails of the demo")
    return report


def _settings(directory: Path, database_url: str | None) -> Settings:
    """Settings of the demo's own: nothing of the environment or a .env gets in."""
    url = database_url or f"sqlite:///{directory / 'board.db'}"
    mine = {
        "EMAIL_BACKEND": "file",
        "EMAIL_FILE_PATH": str(directory / "mail"),
        "COMPANY_NAME": "Demo Jobs",
        "DEFAULT_FROM_EMAIL": "Demo Jobs <alerts@jobs.example.com>",
        "SUPPORT_EMAIL": "support@jobs.example.com",
        "ADMIN_EMAIL": "operators@jobs.example.com",
        "JOBRAKER_SECRET_KEY": "demo-only-not-a-secret",
    }
    nowhere = directory / "no-settings-here"
    return load(flags={"DATABASE_URL": url, **mine}, environ={}, directory=nowhere).settings


def _make_room(directory: Path, settings: Settings) -> None:
    """Remove what an earlier demo made here; refuse a database that is not the demo's."""
    directory.mkdir(parents=True, exist_ok=True)
    path = sqlite_path(settings.database_url)
    if path is None:
        _require_empty(settings)
        if any(settings.email_file_path.glob("*.eml")):
            raise ConfigError(f"{directory} has mails already; choose another folder with --keep")
    elif path.exists():
        if not _is_ours(path):
            raise ConfigError(f"{path} was not made by the demo; choose another folder with --keep")
        path.unlink()
        for lock in path.parent.glob(f"{path.name}.*.lock"):
            lock.unlink()
        for mail in settings.email_file_path.glob("*.eml"):
            mail.unlink()


def _is_ours(path: Path) -> bool:
    """Whether a file is a SQLite board that the demo made: its application_id says so."""
    with path.open("rb") as file:
        header = file.read(100)
    return header[:15] == b"SQLite format 3" and int.from_bytes(header[68:72]) == OURS


def _require_empty(settings: Settings) -> None:
    engine = wiring.build(settings, readonly=True).engine
    with engine.connect() as connection:
        if contract.tables(connection):
            raise ConfigError(
                "The demo builds only in an empty database, and this one has tables; "
                "create a new one and give its URL to --db"
            )
    engine.dispose()


def _generated(yesterday: date) -> Board:
    return build_board(
        rng_seed=SEED,
        first_day=yesterday - timedelta(days=DAYS - 1),
        days=DAYS,
        users=USERS,
        jobs_per_day=JOBS_PER_DAY,
    )


def _from_files(files: Sequence[Path], report: DemoReport) -> Board:
    """One file is one day: by the date in its name, else the day after the file before."""
    days: list[tuple[date, Sequence[Row]]] = []
    for path in files:
        after = days[-1][0] + timedelta(days=1) if days else report.morning.date()
        day = max(day_of(path) or after, after) if days else day_of(path) or after
        imported = import_postings(read_postings(path), datetime.combine(day, IMPORT))
        report.skipped += [(path.name, skipped) for skipped in imported.skipped]
        days.append((day, imported.jobs))
    return board_around(rng_seed=SEED, days=days, users=USERS)


def _build(app: App, board: Board, report: DemoReport) -> None:
    with app.engine.begin() as connection:
        schema.create_board(connection)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {OURS}")
        for name, rows in board.people_tables():
            insert_rows(connection, name, rows)
        report.people = len(board.people.users)
        report.alerts = len(board.people.job_alerts)
        for day in board.days[:-1]:
            _insert_day(connection, day)
        report.jobs = _count_jobs(connection)
    report.baselined = initialize(app, since=None).jobs


def _arrive(app: App, board: Board, report: DemoReport) -> None:
    with app.engine.begin() as connection:
        _insert_day(connection, board.days[-1])
        report.people += happen(connection, board, report.morning)
        before, report.jobs = report.jobs, _count_jobs(connection)
    report.arrived = report.jobs - before


def _insert_day(connection: Connection, day: Day) -> None:
    for name, rows in day.tables():
        if name == "jobs":
            upsert_jobs(connection, rows)
        else:
            insert_rows(connection, name, rows)


def _count_jobs(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(jobs)).scalar_one())


def _run_all(app: App, ending: str = "") -> list[RunReport]:
    """Every task whose name ends so, once; raises what ended one early."""
    reports = []
    for name, task in all_tasks().items():
        if not (task.delivers and name.endswith(ending)):
            continue
        report = run_task(app, task, RunOptions(detailed=True))
        if report.error is not None:
            raise report.error
        reports.append(report)
    return reports
