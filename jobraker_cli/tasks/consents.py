"""Who wants which mail, asked for many people at once: when mail is planned, and before it goes."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Check, Checked
from jobraker_cli.mail import consent
from jobraker_cli.mail.consent import Consent
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.model import Preference
from jobraker_cli.store import preferences
from jobraker_cli.store.outbox import Claimed

_Count = Callable[[Connection, Collection[str], Collection[str], datetime], Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """The choices of some people at a moment, and how many list mails they have had this week."""

    now: datetime
    chosen: Mapping[str, Mapping[str, Preference]]
    mailed: Counter[str] = field(default_factory=Counter)

    def of(self, user_id: str, scope: str) -> Consent:
        """How this person is to be told of something of this scope (see `MailKind.scope`)."""
        return consent.consent(
            scope,
            self.chosen.get(user_id, {}),
            self.now,
            mailed_this_week=self.mailed[user_id],
        )

    def count(self, user_id: str, scope: str) -> None:
        """Note that one more mail goes to this person."""
        if consent.is_capped(scope):
            self.mailed[user_id] += 1


def read(
    connection: Connection, user_ids: Collection[str], now: datetime, zone: ZoneInfo
) -> Consents:
    """The choices of these people, to plan by: at most two queries, however many they are."""
    return _read(connection, user_ids, now, zone, preferences.queued_since)


def with_consent(check: Check | None, zone: ZoneInfo) -> Check:
    """A check that first cancels what people do not want any more; the rest goes to `check`."""

    def checked(
        connection: Connection, claimed: Sequence[Claimed], now: datetime
    ) -> Mapping[str, Checked]:
        found = _unwanted(connection, claimed, now, zone)
        if check is None:
            return found
        rest = [one for one in claimed if one.letter.id not in found]
        return {**found, **(check(connection, rest, now) if rest else {})}

    return checked


def _unwanted(
    connection: Connection, claimed: Sequence[Claimed], now: datetime, zone: ZoneInfo
) -> dict[str, Checked]:
    users = {one.letter.user_id for one in claimed if one.letter.user_id is not None}
    consents = _read(connection, users, now, zone, preferences.sent_since)
    found: dict[str, Checked] = {}
    for one in claimed:
        scope, user_id = KINDS[one.letter.kind].scope, one.letter.user_id
        if user_id is None:
            continue
        given = consents.of(user_id, scope)
        if given.may_mail:
            consents.count(user_id, scope)
        else:
            found[one.letter.id] = Checked(cancel=given.reason)
    return found


def _read(
    connection: Connection,
    user_ids: Collection[str],
    now: datetime,
    zone: ZoneInfo,
    count: _Count,
) -> Consents:
    chosen = preferences.chosen(connection, user_ids)
    capped = [user for user, choices in chosen.items() if consent.weekly_cap(choices) is not None]
    mailed: Counter[str] = Counter()
    if capped:
        kinds = [kind.name for kind in KINDS.values() if consent.is_capped(kind.scope)]
        mailed.update(count(connection, capped, kinds, consent.week_start(now, zone)))
    return Consents(now=now, chosen=chosen, mailed=mailed)
