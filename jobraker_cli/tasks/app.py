"""What a task works with; `wiring` builds it from the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from jobraker_cli.delivery.checks import Check
from jobraker_cli.delivery.locales import Locales
from jobraker_cli.errors import MessageError
from jobraker_cli.mail.keyring import Keyring
from jobraker_cli.model import Letter
from jobraker_cli.settings import Settings
from jobraker_cli.tasks.frozen import FrozenPlan

if TYPE_CHECKING:  # a run with nothing to send loads neither templates nor SMTP
    from jobraker_cli.delivery.crew import Crew
    from jobraker_cli.mail.compose import Composer


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Settings and the things made from them, each once a process.

    `clock` gives the moment the run believes it is. `composer`, `crew` and `keyring` are made at
    their first use; a crew opens no connection before it sends.
    """

    settings: Settings
    engine: Engine
    message_id_domain: str
    clock: Callable[[], datetime]
    locales: Locales
    composer: "Callable[[], Composer]"
    crew: "Callable[[Mapping[str, Check]], Crew]"
    keyring: Callable[[], Keyring]
    stop: Event
    host: str
    version: str

    def subject(self, letter: Letter) -> str:
        """A message's subject; empty where it cannot be worded (its delivery says why)."""
        try:
            return self.composer().subject(letter)
        except MessageError:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a task is asked to run. `limit` bounds the messages planned; None is no bound.

    With `counting` nothing needs to be described. A run with a frozen `plan` sends what is in it
    and nothing else; one that is `confirmed` obeys no tripwire.
    """

    dry_run: bool = False
    limit: int | None = None
    shard: tuple[int, int] = (1, 1)
    deliver: bool = True
    detailed: bool = False
    counting: bool = False
    plan: FrozenPlan | None = None
    confirmed: bool = False

    @property
    def shard_words(self) -> str:
        """The shard as "K/N"."""
        return f"{self.shard[0]}/{self.shard[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a task: its record's id (0 in a dry run), the moment it believes it is."""

    id: int
    task: str
    now: datetime
    options: RunOptions
