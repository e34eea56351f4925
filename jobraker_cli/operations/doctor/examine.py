"""All of `doctor`'s checks, in the order in which a person would look."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from jobraker_cli.operations.doctor import (
    chat,
    ledger,
    mailing,
    relay,
    rights,
    secrets,
    watching,
    wording,
    work,
)
from jobraker_cli.operations.doctor.check import CheckResult, safely
from jobraker_cli.settings import Loaded
from jobraker_cli.tasks.app import App

Look = Callable[[], Iterable[CheckResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What `doctor` is asked to look at. Without `network` it asks nobody but the database."""

    app: App
    loaded: Loaded
    machine_now: datetime
    network: bool = True


def examine(asked: Examination) -> list[CheckResult]:
    """All checks, in order; those that need the database end with the first that cannot read it."""
    return [
        *secrets.settings_checks(asked.loaded),
        *_of_the_database(asked),
        *_of_the_way_out(asked),
        *secrets.secret_key(asked.loaded.settings),
        *watching.watching(asked.loaded.settings),
        *chat.chat(asked.loaded.settings, network=asked.network),
    ]


def _of_the_way_out(asked: Examination) -> list[CheckResult]:
    settings = asked.loaded.settings
    results = list(mailing.mail(settings))
    if settings.email_backend != "smtp" or results[-1].status == "fail":
        return results
    results += relay.relay(settings, network=asked.network)
    results += mailing.sender_domain(settings, network=asked.network)
    return results


def _of_the_database(asked: Examination) -> list[CheckResult]:
    app = asked.app
    needed: tuple[tuple[str, Look], ...] = (
        ("database", lambda: ledger.database(app)),
        ("shared_tables", lambda: ledger.shared_tables(app)),
        ("ledger", lambda: ledger.version(app)),
        ("baseline", lambda: ledger.baseline(app)),
    )
    later: tuple[tuple[str, Look], ...] = (
        ("rights", lambda: rights.rights(app)),
        ("clock", lambda: ledger.clock_skew(app, asked.machine_now)),
        ("tasks", lambda: work.tasks(app)),
        ("running", lambda: work.running(app)),
        ("messages", lambda: work.messages(app)),
        ("disk", lambda: watching.disks(asked.loaded.settings)),
        ("templates", lambda: wording.templates(app)),
        ("languages", lambda: wording.languages(app)),
    )
    results: list[CheckResult] = []
    for name, look in needed:
        results += safely(name, look)
        if results[-1].stops:
            return results
    if any(one.status == "fail" for one in results):
        return results  # what comes now reads the ledger
    for name, look in later:
        results += safely(name, look)
    return results
