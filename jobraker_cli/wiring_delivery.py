"""The composition of a delivery: policy, ways out, and the sender of each process."""

import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from threading import Event
from typing import TYPE_CHECKING, TextIO

from sqlalchemy import Engine

from jobraker_cli.delivery.allowance import allowance
from jobraker_cli.delivery.checks import Check
from jobraker_cli.delivery.claims import Claims, DeliveryPolicy
from jobraker_cli.delivery.crew import Crew
from jobraker_cli.delivery.judge import Judge
from jobraker_cli.delivery.locales import Locales
from jobraker_cli.delivery.quota import Pace, Quota
from jobraker_cli.delivery.routes import Route, Routes
from jobraker_cli.delivery.sender import Sender
from jobraker_cli.mail.address import split_mailbox
from jobraker_cli.settings import Settings
from jobraker_cli.store import outbox
from jobraker_cli.store.engine import reading

if TYPE_CHECKING:
    from jobraker_cli.delivery.smtp_settings import SmtpSettings
    from jobraker_cli.delivery.transport import Transport
    from jobraker_cli.mail.compose import Composer


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What deliveries are made from; `secret` keys the suppressions."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]
    locales: Locales
    composer: "Callable[[], Composer]"
    secret: Callable[[], bytes]
    host: str
    stop: Event
    console: TextIO
    progress: Callable[[int], None]

    def crew(self, checks: Mapping[str, Check]) -> Crew:
        """As many processes as the settings say and the messages are worth."""

        def sender(told: Callable[[int], None]) -> Sender:
            return self._sender(checks, told)

        return Crew(
            processes=self.settings.email_workers if self._is_smtp else 1,
            sender=sender,
            count_due=self._count_due,
            before_fork=self._prepare_fork,
            after_fork=self._forget_connections,
            stop=self.stop,
            progress=self.progress,
        )

    def _prepare_fork(self) -> None:
        self.composer().prepare()
        self.engine.dispose()  # SQLite wants no open file in both of them

    @property
    def _is_smtp(self) -> bool:
        return self.settings.email_backend == "smtp"

    def _sender(self, checks: Mapping[str, Check], told: Callable[[int], None]) -> Sender:
        self.composer()  # what is wrong with the templates is said before anything is claimed
        policy = self._policy()
        return Sender(
            claims=Claims(
                engine=self.engine,
                checks=checks,
                policy=policy,
                locales=self.locales,
                owner=f"{self.host}:{os.getpid()}:{secrets.token_hex(4)}",
                clock=self.clock,
                timer=time.monotonic,
            ),
            composer=self.composer,
            routes=Routes(routes=self._routes(), timer=time.monotonic),
            lanes=self.settings.email_connections if self._is_smtp else 1,
            judge=Judge(policy=policy, clock=self.clock, jitter=Random().random),  # noqa: S311
            clock=self.clock,
            timer=time.monotonic,
            stop=self.stop,
            progress=told,
        )

    def _routes(self) -> list[Route]:
        """The relay of the settings and the one that stands in for it."""
        settings = self.settings
        first = allowance(settings)
        way = lambda: transport(settings, self.stop, self.console)  # noqa: E731 - a thunk
        routes = [self._route(way, first)]
        if self._is_smtp and settings.email_fallback_url:
            from jobraker_cli.delivery.smtp_settings import fallback

            relay, its_limits = fallback(settings)
            way = lambda: _smtp(relay, self.stop)  # noqa: E731
            second = Quota(provider=relay.where, limits=its_limits, domains=first.domains)
            routes.append(self._route(way, second))
        return routes

    def _route(self, way: "Callable[[], Transport]", quota: Quota) -> Route:
        paces = {
            domain: Pace(
                engine=self.engine,
                provider=quota.provider,
                domain=domain,
                per_second=limits.per_second,
                timer=time.monotonic,
                stop=self.stop,
            )
            for domain, limits in (("", quota.limits), *quota.domains.items())
            if limits.per_second is not None
        }
        return Route(
            name=quota.provider,
            transport=way,
            quota=quota if quota.counts else None,
            pace=paces.pop("", None),
            domain_paces=paces,
        )

    def _policy(self) -> DeliveryPolicy:
        address = split_mailbox(self.settings.default_from_email)[1]
        return DeliveryPolicy(
            envelope_from=address,
            message_id_domain=address.rpartition("@")[2].lower(),
            secret=self.secret(),
            settle_group=self.settings.email_settle_group,
            lease_seconds=self.settings.lease_seconds,
            domain_pause_seconds=self.settings.domain_pause_seconds,
            hold_uncertain_digests=self.settings.uncertain_digests == "hold",
            bounce_address=self.settings.bounce_address,
            soft_bounce_days=self.settings.soft_bounce_days,
        )

    def _count_due(self, most: int) -> int:
        with reading(self.engine) as connection:
            return outbox.count_due(connection, now=self.clock(), most=most)

    def _forget_connections(self) -> None:
        """In a forked child: the connections are the parent's, and stay open for it."""
        self.engine.dispose(close=False)


def transport(settings: Settings, stop: Event, console: TextIO) -> "Transport":
    """The way out that EMAIL_BACKEND names; nothing is opened before the first send."""
    if settings.email_backend == "file":
        from jobraker_cli.delivery.files import FileTransport

        return FileTransport(settings.email_file_path)
    if settings.email_backend == "console":
        from jobraker_cli.delivery.console import ConsoleTransport

        return ConsoleTransport(console)
    if settings.email_backend == "memory":
        from jobraker_cli.delivery.memory import MemoryTransport

        return MemoryTransport()
    from jobraker_cli.delivery.smtp_settings import smtp_settings

    return _smtp(smtp_settings(settings), stop)


def _smtp(relay: "SmtpSettings", stop: Event) -> "Transport":
    from tenacity import sleep_using_event

    from jobraker_cli.delivery.smtp import SmtpTransport

    return SmtpTransport(relay, sleep=sleep_using_event(stop))
