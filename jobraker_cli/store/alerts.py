"""Reading alerts with their users, and the marks up to which they were served.

Functions take an open connection and never commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, case, cast, func, select

from jobraker_cli.matching.asked import Asked, each
from jobraker_cli.matching.criteria import Wish
from jobraker_cli.matching.rows import keywords_of
from jobraker_cli.model import Alert, User
from jobraker_cli.store.engine import tolerant_json
from jobraker_cli.store.ledger import alert_mark
from jobraker_cli.store.shared import job_alerts, users
from jobraker_cli.store.types import present

_ALERT = [column for column in job_alerts.columns if column.name in Alert.__slots__]
_LIMITS = [job_alerts.c[name] for name in Wish._fields if name != "keywords"]
_USER = [column.label(f"user__{column.name}") for column in users.columns]

_FROM = job_alerts.join(users, users.c.id == job_alerts.c.user_id).outerjoin(
    alert_mark, alert_mark.c.alert_id == job_alerts.c.id
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An alert and its user."""

    alert: Alert
    user: User


class Due(NamedTuple):
    """An alert to serve and whose it is, as their rows say it; what SQLite holds may be anything.

    `keywords` are JSON text. Without `email_notifications` the owner wants to see what it finds in
    the application only. `marked` says whether it has a mark yet.
    """

    keywords: str | None
    location: Any
    job_type: Any
    experience_level: Any
    remote_only: Any
    min_salary: int | None
    max_salary: int | None
    floor: int
    id: str
    user_id: str
    email_notifications: bool | None
    named: Any
    email: Any
    first_name: Any
    marked: bool

    @property
    def name(self) -> str:
        """What its owner calls it."""
        return _text(self.named)

    @property
    def user(self) -> User:
        """Whose it is, as far as they are needed to be told."""
        return User(id=self.user_id, email=_text(self.email), first_name=_text(self.first_name))


def asked(alerts: Sequence[Due]) -> Asked[str | None, tuple[Any, ...]]:
    """What these alerts ask, in their order; what equal ones say is read once."""
    found: Asked[str | None, tuple[Any, ...]] = Asked(each(_keywords_in), _limits_in)
    found.extend(map(itemgetter(0), alerts), map(itemgetter(slice(1, 8)), alerts))
    return found


@lru_cache(maxsize=50_000)
def _keywords_in(json_text: str | None) -> tuple[str, ...]:
    return keywords_of(tolerant_json(json_text))


def _limits_in(values: tuple[Any, ...]) -> tuple[Wish, int]:
    location, job_type, level, remote_only, least, most, floor = values
    texts = _text(location), _text(job_type), _text(level)
    return Wish((), *texts, bool(remote_only), least, most), floor


def served(
    connection: Connection,
    frequency: str,
    *,
    after_user: str | None,
    through_user: str | None,
    floor: int,
) -> Sequence[Due]:
    """Active alerts of a frequency, of active users, ordered by user, of a range of users.

    `floor` is the floor of an alert that has no mark yet.
    """
    # The driver would make an object of each id and JSON text, to be spelled again.
    plain = connection.dialect.name == "postgresql"
    ids = [cast(one, Text) if plain else one for one in (job_alerts.c.id, job_alerts.c.user_id)]
    found = select(
        cast(job_alerts.c.keywords, Text),
        *_LIMITS,
        func.coalesce(alert_mark.c.run_seq, floor),
        *ids,
        job_alerts.c.email_notifications,
        job_alerts.c.name,
        users.c.email,
        users.c.first_name,
        alert_mark.c.run_seq.is_not(None),
    )
    found = _active(found.select_from(_FROM), frequency)
    # Said of both, or PostgreSQL goes through all the users before as well.
    if after_user is not None:
        found = found.where(job_alerts.c.user_id > after_user, users.c.id > after_user)
    if through_user is not None:
        found = found.where(job_alerts.c.user_id <= through_user, users.c.id <= through_user)
    found = found.order_by(job_alerts.c.user_id, job_alerts.c.id)
    return list(map(Due._make, connection.execute(found).all()))


def bounds(connection: Connection, frequency: str, size: int) -> Sequence[str]:
    """Users that part the active alerts of a frequency into ranges of about `size` or a few less.

    Each is the last of its range; after the last one are the users of one range more.
    """
    number = func.row_number().over(order_by=job_alerts.c.user_id).label("number")
    found = select(job_alerts.c.user_id, number)
    found = found.where(job_alerts.c.frequency == frequency, job_alerts.c.is_active)
    numbered = found.subquery()
    ends = select(numbered.c.user_id).where(numbered.c.number % size == 0)
    return list(dict.fromkeys(connection.execute(ends.order_by(numbered.c.number)).scalars()))


class Scope(NamedTuple):
    """The alerts that may be served: how many there are, the lowest of their floors (0 of none).

    `everywhere` says whether any has the prefix "anywhere:" in its keywords.
    """

    alerts: int
    floor: int
    everywhere: bool


def scope(connection: Connection, frequency: str, floor: int) -> Scope:
    """All that `served` would read in all ranges."""
    said = func.lower(cast(job_alerts.c.keywords, Text)).contains("anywhere:", autoescape=True)
    mark = func.coalesce(alert_mark.c.run_seq, floor)
    found = select(func.count(), func.min(mark), func.max(case((said, 1), else_=0)))
    row = connection.execute(_active(found.select_from(_FROM), frequency)).one()
    return Scope(row[0], row[1] or 0, bool(row[2]))


def _active(found: Select[Any], frequency: str) -> Select[Any]:
    return found.where(
        job_alerts.c.frequency == frequency, job_alerts.c.is_active, users.c.is_active
    )


def _text(value: object) -> str:
    """What SQLite may hold in a text column."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def subscriptions(
    connection: Connection,
    *,
    alert_id: str | None = None,
    email: str | None = None,
    user_id: str | None = None,
    limit: int | None,
) -> Sequence[Subscription]:
    """Alerts whether they may be mailed or not, for people to look at."""
    found = _subscriptions().order_by(users.c.email, job_alerts.c.name, job_alerts.c.id)
    if alert_id is not None:
        found = found.where(job_alerts.c.id == alert_id)
    if email is not None:
        found = found.where(func.lower(users.c.email) == email.lower())
    if user_id is not None:
        found = found.where(users.c.id == user_id)
    return [_subscription(row) for row in connection.execute(found.limit(limit)).mappings()]


def _subscriptions() -> Select[Any]:
    """Alerts with their users."""
    mark = func.coalesce(alert_mark.c.run_seq, 0).label("floor")
    return select(*_ALERT, *_USER, mark).select_from(_FROM)


def _subscription(row: Mapping[Any, Any]) -> Subscription:
    values = present(row)
    alert = {name: value for name, value in values.items() if not name.startswith("user__")}
    user = {
        name.removeprefix("user__"): value
        for name, value in values.items()
        if name.startswith("user__")
    }
    alert["keywords"] = keywords_of(alert.get("keywords"))
    return Subscription(alert=Alert(**alert), user=User(**{"email": "", **user}))
