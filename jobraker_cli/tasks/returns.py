"""Obeying what came back: bounces, complaints and unsubscribe mails, each once."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import suppression_key
from jobraker_cli.delivery.replies import Bounce, bounce, server_words
from jobraker_cli.mail import tokens, verp
from jobraker_cli.mail.reports import Kind, Report, read_report
from jobraker_cli.model import User
from jobraker_cli.store import entries, inbox, preferences, suppressions
from jobraker_cli.store.entries import Entry
from jobraker_cli.store.outbox import Attempt
from jobraker_cli.store.people import find_person
from jobraker_cli.tasks import choosing
from jobraker_cli.tasks.app import App

OUTCOMES = (
    "hard", "soft", "blocked", "complaint", "unsubscribe", "repeated", "unmatched", "ignored",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """What an inbox held: mails by what came of each (see OUTCOMES)."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """How many mails there were."""
        return self.counts.total()


def obey(app: App, raw: bytes) -> str:
    """Obey one mail; what came of it, one of OUTCOMES. Doing it again changes nothing."""
    report = read_report(raw)
    if report.kind is Kind.UNSUBSCRIBE:
        done = choosing.unsubscribe(app, report.token, source="mail")
        return "unsubscribe" if done is not None else "unmatched"
    if report.kind not in (Kind.BOUNCE, Kind.COMPLAINT):
        return "ignored"
    digest = hashlib.sha256(raw).hexdigest()
    with app.engine.begin() as connection:
        one = _Returned(
            app=app,
            connection=connection,
            report=report,
            digest=digest,
            entry=_entry(app, connection, report),
        )
        return one.complaint() if report.kind is Kind.COMPLAINT else one.bounce()


def _entry(app: App, connection: Connection, report: Report) -> Entry | None:
    """The message that a report is about: the one whose tag it carries."""
    row_id = verp.message_named(report.tagged, app.keyring().secret)
    if row_id is None:
        return None
    found = entries.search(connection, limit=1, row_id=row_id)
    return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Returned:
    """A report that came back, within the transaction that obeys it."""

    app: App
    connection: Connection
    report: Report
    digest: str
    entry: Entry | None

    def bounce(self) -> str:
        """Record the bounce with its message; suppress the address, now or after several."""
        if self.entry is None:
            return "unmatched"
        if not self._first_time(self.entry.letter.id):
            return "repeated"
        self._record(self.entry, "bounced")
        verdict = bounce(self.report.status)
        if verdict is Bounce.HARD:
            self._suppress(self.entry.letter.recipient, "hard bounce", "bounces")
        elif verdict is Bounce.SOFT:
            inbox.count_soft_bounces(
                self.connection,
                [self._key(self.entry.letter.recipient)],
                self.app.clock().date(),
                limit=self.app.settings.soft_bounce_days,
            )
        return verdict.value

    def complaint(self) -> str:
        """Suppress the address and unsubscribe the person; a signed link does for a tag too."""
        person = self._person()
        if self.entry is not None:
            address, row_id = self.entry.letter.recipient, self.entry.letter.id
        elif person is not None:
            address, row_id = person.email, None
        else:
            return "unmatched"
        if not self._first_time(row_id):
            return "repeated"
        if self.entry is not None:
            self._record(self.entry, "complaint")
        self._suppress(address, "complaint", "complaints")
        if person is not None:
            preferences.choose(
                self.connection, person.id, "all", choice="unsubscribed", source="complaint"
            )
        return "complaint"

    def _person(self) -> User | None:
        if self.entry is not None:
            user_id = self.entry.letter.user_id
        else:
            keys = self.app.keyring().verifying
            asked = tokens.verify(keys, self.report.token, self.app.clock())
            user_id = None if asked is None else asked.user_id
        return None if user_id is None else find_person(self.connection, user_id)

    def _first_time(self, row_id: str | None) -> bool:
        return inbox.note_report(self.connection, self.digest, self.report.kind, row_id)

    def _key(self, address: str) -> str:
        return suppression_key(self.app.keyring().secret, address)

    def _suppress(self, address: str, reason: str, source: str) -> None:
        suppressions.suppress(self.connection, [self._key(address)], reason=reason, source=source)

    def _record(self, entry: Entry, phase: str) -> None:
        hidden = {entry.letter.recipient: "<recipient>"}
        returned = Attempt(
            at=self.app.clock(),
            phase=phase,
            enhanced_code=self.report.status,
            text=server_words(self.report.words, hidden),
            provider="inbox",
        )
        inbox.record_return(self.connection, entry.letter.id, entry.attempt, returned)
