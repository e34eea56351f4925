"""The composition root: settings in, an App out. The only place that reads the clock."""

import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Event
from typing import TYPE_CHECKING, TextIO

from sqlalchemy import Engine

from jobraker_cli import __version__
from jobraker_cli.delivery.checks import Check
from jobraker_cli.delivery.locales import Locales
from jobraker_cli.errors import ConfigError
from jobraker_cli.mail.address import split_mailbox
from jobraker_cli.mail.brand import Brand, SigningKey, checked
from jobraker_cli.mail.keyring import Keyring, keyring
from jobraker_cli.settings import Settings
from jobraker_cli.store import keys, runs
from jobraker_cli.store.engine import connect, reading
from jobraker_cli.tasks.app import App

if TYPE_CHECKING:
    from jobraker_cli.delivery.crew import Crew
    from jobraker_cli.mail.compose import Composer
    from jobraker_cli.mail.dkim import Signer


def build(
    settings: Settings,
    *,
    now: datetime | None = None,
    readonly: bool = False,
    create: bool = False,
    stop: Event | None = None,
    console: TextIO | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> App:
    """An App for these settings; nothing is opened yet.

    `now` is the moment it believes it is (default: the database's clock, going on). A read-only App
    cannot write to the database; `create` makes a SQLite file that is not there. `progress` is told
    of every group of messages that was settled. `console` is where the console backend prints.
    """
    brand(settings)  # wrong names and addresses are said before anything is planned
    if settings.templates is not None and not settings.templates.is_dir():
        raise ConfigError(f"JOBRAKER_TEMPLATES names {settings.templates}, which is no folder")
    engine = connect(settings.database_url, readonly=readonly, create=create)
    clock = (lambda: now) if now is not None else _database_clock(engine)
    stop = stop or Event()
    locales = Locales(default=settings.locale, expression=settings.locale_sql)
    ring = cache(lambda: _keyring(settings, engine))
    composer = cache(lambda: _usable(_composer(settings, ring().signing), settings))
    host = socket.gethostname()

    def crew(checks: Mapping[str, Check]) -> "Crew":
        from jobraker_cli.wiring_delivery import Delivery

        return Delivery(
            settings=settings,
            engine=engine,
            clock=clock,
            locales=locales,
            composer=composer,
            secret=lambda: ring().secret,
            host=host,
            stop=stop,
            console=console or sys.stdout,
            progress=progress,
        ).crew(checks)

    return App(
        settings=settings,
        engine=engine,
        message_id_domain=sender_domain(settings),
        clock=clock,
        locales=locales,
        composer=composer,
        crew=crew,
        keyring=ring,
        stop=stop,
        host=host,
        version=__version__,
    )


def system_now() -> datetime:
    """This machine's clock, for what has no database to ask."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


def _database_clock(engine: Engine) -> Callable[[], datetime]:
    """The database's clock: asked once, then carried on by this process's monotonic one."""

    @cache
    def start() -> tuple[datetime, float]:
        with reading(engine) as connection:
            return runs.database_now(connection), time.monotonic()

    def clock() -> datetime:
        moment, then = start()
        return moment + timedelta(seconds=time.monotonic() - then)

    return clock


def account_name() -> str:
    """The name of the operating system's user, for the ledger; its number where it has none."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _keyring(settings: Settings, engine: Engine) -> Keyring:
    """The keys of the settings and the ledger's own; on the latter hang the suppressions."""
    with reading(engine) as connection:
        found = keys.all_keys(connection)
    if not found:
        raise ConfigError("The ledger has no signing key; run: jobraker init")
    return keyring(
        secret_key=settings.secret_key,
        old_secret_keys=settings.old_secret_keys,
        ledger=[SigningKey(id=name, secret=bytes.fromhex(secret)) for name, secret in found],
    )


def _composer(settings: Settings, key: SigningKey) -> "Composer":
    from jobraker_cli.mail.compose import Composer

    signer = dkim_signer(settings)
    return Composer(
        brand=brand(settings),
        key=key,
        timezone=settings.timezone,
        templates=settings.templates,
        locale=settings.locale,
        sign=None if signer is None else signer.sign,
    )


def _usable(composer: "Composer", settings: Settings) -> "Composer":
    """The composer, when the operator's templates were tried on the samples."""
    if settings.templates is not None:
        from jobraker_cli.mail.proofs import require_usable

        require_usable(composer, settings.locale)
    return composer


def dkim_signer(settings: Settings) -> "Signer | None":
    """What signs the mails by DKIM; None where that is left to the relay."""
    if not settings.dkim_private_key:
        return None
    if not settings.dkim_selector:
        raise ConfigError("DKIM_PRIVATE_KEY is set but DKIM_SELECTOR is not; set both or neither")
    from jobraker_cli.mail.dkim import signer

    return signer(
        domain=settings.dkim_domain or sender_domain(settings),
        selector=settings.dkim_selector,
        private_key=settings.dkim_private_key,
    )


def sample_composer(settings: Settings) -> "Composer":
    """A composer that needs no database: its unsubscribe links end nothing."""
    return _composer(settings, SigningKey(id="sample", secret=b"sample"))


def brand(settings: Settings) -> Brand:
    """The job board as its mails present it."""
    return checked(
        Brand(
            company_name=settings.company_name,
            site_url=settings.site_url,
            from_email=settings.default_from_email,
            support_email=settings.support_email,
            list_id=settings.list_id,
            unsubscribe_mailto=settings.unsubscribe_mailto,
            job_url=settings.job_url.replace("{site}", settings.site_url),
            color=settings.brand_color,
            logo_url=settings.logo_url,
        )
    )


def sender_domain(settings: Settings) -> str:
    """The domain that mails come from."""
    return split_mailbox(settings.default_from_email)[1].rpartition("@")[2].lower()
