"""Claims on the outbox: take a group and look at each message before it goes; write outcomes.

One transaction claims a group, another writes its outcomes; none is open in between.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import tenacity
from sqlalchemy import Connection, Engine, exc

from jobraker_cli.delivery.checks import Check, Checked, suppression_key
from jobraker_cli.delivery.completing import with_locales, with_message_ids
from jobraker_cli.delivery.locales import Locales
from jobraker_cli.delivery.routes import Route
from jobraker_cli.errors import UnreachableError
from jobraker_cli.mail.verp import tagged
from jobraker_cli.store import inbox, outbox
from jobraker_cli.store.engine import translate
from jobraker_cli.store.outbox import Attempt, Claimed, Settlement
from jobraker_cli.store.settlements import record_attempts, settle, settle_alone
from jobraker_cli.store.suppressions import suppress, suppressed

SENDER_DIED = "the sender died while it had this message; how far it came is unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """The settings that delivery obeys, as values. `secret` keys the suppressions."""

    envelope_from: str
    message_id_domain: str
    secret: bytes
    settle_group: int = 10
    lease_seconds: int = 900
    domain_pause_seconds: int = 3600
    hold_uncertain_digests: bool = False
    bounce_address: str = ""
    soft_bounce_days: int = 5

    def sender_of(self, row_id: str) -> str:
        """The envelope's sender of a message: tagged where there is an address for bounces."""
        if not self.bounce_address:
            return self.envelope_from
        return tagged(self.bounce_address, row_id, self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A claimed message with what was found out about it: empty strings mean that it may go.

    `taken` is the reading of the claimer's timer before the claim; `route` is the way it goes.
    `later`: when its domain's quota has room for it; `its_turn`: when its domain's pace has.
    """

    claimed: Claimed
    cancel: str
    suppressed: str
    route: Route
    taken: float
    later: datetime | None = None
    its_turn: datetime | None = None

    @property
    def may_go(self) -> bool:
        """Whether nothing was found that holds the message back."""
        return not self.cancel and not self.suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What one sender has in hand; `owner` names it in the ledger."""

    engine: Engine
    checks: Mapping[str, Check]
    policy: DeliveryPolicy
    locales: Locales
    owner: str
    clock: Callable[[], datetime]
    timer: Callable[[], float]

    def take(
        self, route: Route, until: datetime, limit: int, before: int | None = None
    ) -> Sequence[Ready] | None:
        """Take at most `limit` messages for a route and look at each before it goes.

        They are those that were due at `until`, and those that were queued and fell due since;
        with `before` only what is more urgent than that priority. None: the route has no room.
        """
        now = self.clock()
        taken = self.timer()
        with self.engine.begin() as connection:
            room = route.quota.room(connection, now) if route.quota is not None else None
            if room == 0:
                return None
            claimed = outbox.claim(
                connection,
                owner=self.owner,
                now=until,
                fresh=now,
                before=before,
                lease_seconds=self.policy.lease_seconds,
                limit=limit if room is None else min(limit, room),
                locale=self.locales.of_all,
            )
            if not claimed:
                return ()
            ready = self._looked_at(connection, claimed, now, route=route, taken=taken)
            if not (route.quota or route.domain_paces):
                return ready
            turns = route.held_by_pace([one.claimed for one in ready if one.may_go], now)
            later: Mapping[str, datetime] = {}
            if route.quota is not None:
                going = [one.claimed for one in ready if one.may_go]
                going = [one for one in going if one.letter.id not in turns]
                later = route.quota.take(connection, going, now)
        return [
            replace(
                one,
                later=later.get(one.claimed.letter.id),
                its_turn=turns.get(one.claimed.letter.id),
            )
            for one in ready
        ]

    def _looked_at(
        self,
        connection: Connection,
        claimed: Sequence[Claimed],
        now: datetime,
        *,
        route: Route,
        taken: float,
    ) -> Sequence[Ready]:
        """What is known of each message right before it goes."""
        self._record_takeovers(connection, claimed, now)
        claimed = with_message_ids(connection, claimed, self.policy.message_id_domain)
        claimed = with_locales(connection, claimed, self.locales)
        reasons = {**self._check(connection, claimed, now), **self._late(claimed, now)}
        payloads = {row: found.payload for row, found in reasons.items() if found.payload}
        outbox.set_payloads(connection, payloads)
        keys = {one.letter.id: self.key(one) for one in claimed}
        blocked = suppressed(connection, set(keys.values()))
        return [
            Ready(
                claimed=_with_payload(one, payloads.get(one.letter.id)),
                cancel=reasons[one.letter.id].cancel if one.letter.id in reasons else "",
                suppressed=blocked.get(keys[one.letter.id], ""),
                route=route,
                taken=taken,
            )
            for one in claimed
        ]

    def _record_takeovers(
        self, connection: Connection, claimed: Sequence[Claimed], now: datetime
    ) -> None:
        """Their sender died with these in hand: write down that how far each came is unknown."""
        record_attempts(
            connection,
            [
                (one.letter.id, one.attempt - 1, Attempt(at=now, phase="unknown", text=SENDER_DIED))
                for one in claimed
                if one.was == "sending"
            ],
        )

    def _check(
        self, connection: Connection, claimed: Sequence[Claimed], now: datetime
    ) -> dict[str, Checked]:
        """Ask each kind's check about its messages, once for the group."""
        found: dict[str, Checked] = {}
        for kind in {one.letter.kind for one in claimed} & self.checks.keys():
            of_kind = [one for one in claimed if one.letter.kind == kind]
            found.update(self.checks[kind](connection, of_kind, now))
        return found

    def _late(self, claimed: Sequence[Claimed], now: datetime) -> dict[str, Checked]:
        return {
            one.letter.id: Checked(cancel="expired before it could be sent")
            for one in claimed
            if one.expires_at is not None and one.expires_at <= now
        }

    def key(self, one: Claimed) -> str:
        """The key under which a message's address would be suppressed."""
        return suppression_key(self.policy.secret, one.letter.recipient)

    def write(
        self,
        settled: Sequence[Settlement],
        dead_addresses: Sequence[str],
        full_mailboxes: Sequence[str] = (),
    ) -> None:
        """Write the outcomes of a group; after a lost connection again, a few times.

        `dead_addresses` are keys to suppress from now on, `full_mailboxes` those of soft bounces.
        Whether a commit that failed took place is unknown; the guard of `settle` makes the second
        write harmless either way.
        """
        if not settled:
            return
        try:
            self._write_once(settled, dead_addresses, full_mailboxes)
        except exc.DBAPIError as error:
            if not _connection_lost(error):
                raise
            _AGAIN(self._write_once, settled, dead_addresses, full_mailboxes)

    def _write_once(
        self,
        settled: Sequence[Settlement],
        dead_addresses: Sequence[str],
        full_mailboxes: Sequence[str],
    ) -> None:
        if not dead_addresses and not full_mailboxes:
            settle_alone(self.engine, self.owner, settled)
            return
        with self.engine.begin() as connection:
            settle(connection, self.owner, settled)
            suppress(connection, dead_addresses, reason="hard bounce", source="smtp")
            inbox.count_soft_bounces(
                connection,
                full_mailboxes,
                self.clock().date(),
                limit=self.policy.soft_bounce_days,
            )

    def release(self, ids: Collection[str] | None = None) -> None:
        """Give back what was claimed and not tried: all of it, or these ids."""
        with self.engine.begin() as connection:
            outbox.release(connection, self.owner, ids)


def _with_payload(one: Claimed, payload: str | None) -> Claimed:
    return replace(one, letter=replace(one.letter, payload=payload)) if payload else one


def _connection_lost(error: BaseException) -> bool:
    return isinstance(error, exc.DBAPIError) and isinstance(translate(error), UnreachableError)


_AGAIN = tenacity.Retrying(
    retry=tenacity.retry_if_exception(_connection_lost),
    stop=tenacity.stop_after_attempt(4),
    wait=tenacity.wait_exponential(multiplier=0.2, max=2),
    reraise=True,
)
