"""Tasks run in this process, on a board of the test's: the App that the command would build."""

import email
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from jobraker_cli import wiring
from jobraker_cli.settings import load
from jobraker_cli.tasks.app import App, RunOptions
from jobraker_cli.tasks.baseline import initialize
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.runner import run_task
from jobraker_cli.tasks.task import all_tasks
from tests.support.board import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as its reader has it."""

    to: str
    subject: str
    kind: str
    text: str
    message: EmailMessage


@dataclass(slots=True)
class Tasks:
    """Runs tasks at moments of the test's choice; the mails go into a folder."""

    board: Board
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    _seen: set[Path] = field(default_factory=set)

    def app(self, now: datetime) -> App:
        """Give the App that the command would build, at this moment."""
        flags = {
            "DATABASE_URL": self.board.url,
            "EMAIL_BACKEND": "file",
            "EMAIL_FILE_PATH": str(self.folder),
            **self.environment,
        }
        found = load(flags=flags, environ={"HOME": str(self.folder)}, directory=self.folder.parent)
        return wiring.build(found.settings, now=now)

    def init(self, now: datetime) -> None:
        """Take the baseline."""
        initialize(self.app(now), since=None)

    def __call__(self, task: str, now: datetime, *, check: bool = True) -> RunReport:
        """Run a task and deliver; what ends it early is an error unless `check` is false."""
        return self.run(task, now, RunOptions(), check=check)

    def run(
        self, task: str, now: datetime, options: RunOptions, *, check: bool = True
    ) -> RunReport:
        """Run a task with options."""
        app = self.app(now)
        try:
            report = run_task(app, all_tasks()[task], options)
        finally:
            app.engine.dispose()
        assert report.error is None or not check, report.error
        return report

    def mails(self) -> list[Mail]:
        """Give the mails that came since the last call, by address and subject."""
        new = [path for path in self.folder.glob("*.eml") if path not in self._seen]
        self._seen.update(new)
        return sorted(map(_mail, new), key=lambda mail: (mail.to, mail.subject))


def _mail(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return Mail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        kind=str(message["X-Jobraker-Kind"]),
        text=body.get_content().replace("\r\n", "\n"),
        message=message,
    )


def moment(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Give a moment of the tests' November 2026, in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
