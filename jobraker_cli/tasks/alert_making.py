"""The mails and notifications that an alert task makes for one person."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.address import check_address
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.mail.wording import Words
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.model import User
from jobraker_cli.store import outbox
from jobraker_cli.store.notifications import Notification
from jobraker_cli.store.past import NO_HISTORY, History
from jobraker_cli.store.queueing import Queued
from jobraker_cli.tasks import alert_mail
from jobraker_cli.tasks.alert_group import EVERYTHING, Mail
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.digest import Digest, DigestLimits, Found, compose
from jobraker_cli.tasks.message_ids import message_id


class Maker:
    """Makes what a run of a frequency sends; `label` is its period, `through` its intake."""

    def __init__(
        self,
        app: App,
        run: Run,
        *,
        frequency: str,
        label: str,
        through: int,
        reposts: Mapping[str, datetime],
    ) -> None:
        self._app = app
        self._run = run
        self._frequency = frequency
        self._label = label
        self._through = through
        self._payloads = alert_mail.Payloads(
            frequency=frequency, period=label or f"{run.now:%F}", reposts=reposts
        )
        self._titles: dict[str, alert_mail.Titles] = {}  # by locale
        self._link = f"{app.settings.site_url}/alerts"
        self._limits = DigestLimits(
            max_jobs=app.settings.alert_max_jobs,
            max_per_company=app.settings.alert_max_per_company,
        )

    def key(self, user_id: str) -> str:
        """What a person gets once: one mail a frequency and period."""
        return alert_mail.digest_key(self._frequency, user_id, self._label or self._through)

    def mail(self, user: User, found: Found, history: History, locale: str) -> Mail | None:
        """A user's digest as a message; None when there is nothing to say."""
        digest = compose(found, excluded=_excluded(history), limits=self._limits)
        if digest is None:
            return None
        return Mail(queued=self._row(user, digest, locale), digest=digest)

    def in_app(
        self, user_id: str, found: Found, history: History, mail: Mail | None, locale: str
    ) -> Iterator[Notification]:
        """What a person wants to see without a mail, but for what a mail shows them already."""
        shown = {item.advert.fingerprint for item in mail.digest.items} if mail else set()
        digest = compose(
            found,
            excluded=lambda prepared: (
                prepared.fingerprint in shown
                or history.excludes(prepared.job.id, prepared.fingerprint)
            ),
            limits=DigestLimits(max_jobs=self._app.settings.alert_max_jobs),
        )
        if digest is not None:
            row_id = message_id(f"{self.key(user_id)}:in-app:{self._through}")
            yield self._notice(row_id, user_id, digest, locale, outbox_id=None)

    def _notice(
        self, row_id: str, user_id: str, digest: Digest, locale: str, *, outbox_id: str | None
    ) -> Notification:
        if locale not in self._titles:
            self._titles[locale] = alert_mail.Titles(self._words_in(locale))
        return Notification(
            id=row_id,
            user_id=user_id,
            kind=alert_mail.KIND,
            title=self._titles[locale].of(digest),
            link=self._link,
            outbox_id=outbox_id,
            created_at=self._run.now,
        )

    def _words_in(self, locale: str) -> Words:
        settings = self._app.settings
        return Words.of(locale or settings.locale, settings.timezone, self._run.now)

    def of_mail(self, mail: Mail) -> Notification:
        """The notification that goes with a mail."""
        row = mail.queued
        user_id = str(row.user_id)
        return self._notice(row.id, user_id, mail.digest, row.locale, outbox_id=row.id)

    def _row(self, user: User, digest: Digest, locale: str) -> Queued:
        kind = KINDS[alert_mail.KIND]
        key = self.key(user.id)
        try:
            recipient, state, reply = check_address(user.email), "pending", ""
        except MessageError as error:
            # Said once, not at every run: the key changes when the address does.
            recipient, state, reply = user.email, "dead", str(error)
            key = (
                f"{kind.name}:no-address:{user.id}:{zlib.crc32(recipient.encode(errors='replace'))}"
            )
        row_id = message_id(key)
        return Queued(
            id=row_id,
            dedupe_key=key,
            kind=kind.name,
            user_id=user.id,
            recipient=recipient,
            payload=self._payloads.of(user, digest),
            message_id=outbox.message_id_of(row_id, self._app.message_id_domain),
            created_at=self._run.now,
            priority=kind.priority,
            expires_at=self._run.now + kind.lifetime,
            run=self._run.id,
            state=state,
            last_reply=reply,
            locale=locale,
        )


def would_be_of_everything(found: Found, history: History) -> bool | None:
    """Whether only alerts that ask for nothing would make a person's mail; None without a mail."""
    excluded = _excluded(history)
    shown = [
        match
        for _, matches in found
        for match in islice((one for one in matches if not excluded or not excluded(one.job)), 1)
    ]
    return all(match.reasons == EVERYTHING for match in shown) if shown else None


def _excluded(history: History) -> Callable[[PreparedJob], bool] | None:
    """Which jobs a person must not be mailed; None if they may be mailed all."""
    if history is NO_HISTORY:
        return None
    return lambda prepared: history.excludes(prepared.job.id, prepared.fingerprint)
