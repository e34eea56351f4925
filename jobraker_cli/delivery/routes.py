"""The ways to the world: the relay, and the one that stands in for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from jobraker_cli.delivery.quota import Pace, Quota
from jobraker_cli.delivery.transport import Transport
from jobraker_cli.errors import UnreachableError
from jobraker_cli.store.outbox import Claimed

REST_SECONDS = 60.0
"""How long a relay that cannot be reached is left alone while another stands in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way out: how to open a connection to it, and how much it takes."""

    name: str
    transport: Callable[[], Transport]
    quota: Quota | None = None
    pace: Pace | None = None
    domain_paces: Mapping[str, Pace] = field(default_factory=dict)
    _turns: dict[str, datetime] = field(default_factory=dict)  # the last that each domain was given

    def held_by_pace(self, claimed: Sequence[Claimed], now: datetime) -> Mapping[str, datetime]:
        """When to claim those again that their domain's pace would keep waiting, by id.

        A second's worth of each such domain may be in hand: others are claimed meanwhile.
        """
        later: dict[str, datetime] = {}
        for domain, pace in self.domain_paces.items():
            turn = max(now, self._turns.get(domain, now))
            those = [one.letter.id for one in claimed if one.domain == domain]
            for row_id in those[ceil(pace.per_second) :]:
                turn += timedelta(seconds=1 / pace.per_second)
                later[row_id] = turn
            self._turns[domain] = turn
        return later


@dataclass(slots=True, kw_only=True)
class Routes:
    """The routes in the order they are preferred, and which of them rest."""

    routes: Sequence[Route]
    timer: Callable[[], float]
    _rests: dict[str, float] = field(default_factory=dict)
    _blocked: dict[str, UnreachableError] = field(default_factory=dict)

    def awake(self) -> Sequence[Route]:
        """The routes that may be tried now, the preferred first."""
        now = self.timer()
        return [one for one in self.routes if self._rests.get(one.name, now) <= now]

    def rest(self, route: Route, error: UnreachableError) -> bool:
        """Leave a route alone for a while; False when there is no other to go on with."""
        if len(self.routes) == 1:
            return False
        self._rests[route.name] = self.timer() + REST_SECONDS
        self._blocked[route.name] = error
        return bool(self.awake())

    @property
    def alarms(self) -> Sequence[str]:
        """What an operator should know of routes that could not be used."""
        return [f"another relay stood in: {error}" for error in self._blocked.values()]
