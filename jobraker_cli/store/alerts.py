"""Reading alerts with their users, and the marks up to which they were served.

Functions take an open connection and never commit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    case,
    cast,
    func,
    select,
)

from jobraker_cli.matching.criteria import Wish
from jobraker_cli.matching.rows import keywords_of
from jobraker_cli.model import Alert, User
from jobraker_cli.store.engine import tolerant_json
from jobraker_cli.store.ledger import alert_mark
from jobraker_cli.store.shared import job_alerts, users
from jobraker_cli.store.types import Id, present

_ALERT = [column for column in job_alerts.columns if column.name in Alert.__slots__]
_NEEDED = [
    *(job_alerts.c[name] for name in Wish._fields),
    *(job_alerts.c[name] for name in ("id", "user_id", "name", "email_notifications")),
]
_USER = [column.label(f"user__{column.name}") for column in users.columns]
_NAME = [column.name for column in _NEEDED].index("name")  # in `Due.row`, which ends with
_USER_NAMES = [column.name for column in users.columns]  # the user's columns and the floor

_FROM = job_alerts.join(users, users.c.id == job_alerts.c.user_id).outerjoin(
    alert_mark, alert_mark.c.alert_id == job_alerts.c.id
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An alert and its user."""

    alert: Alert
    user: User


class Due(NamedTuple):
    """An alert to serve: what it asks, and the rest of its row for when it is needed.

    Without `by_mail` its owner wants to see what it finds in the application only.
    """

    alert_id: str
    user_id: str
    wish: Wish
    floor: int
    row: tuple[Any, ...]
    by_mail: bool

    @property
    def alert(self) -> Alert:
        """What of the alert is needed to serve it."""
        return Alert(
            id=self.alert_id,
            user_id=self.user_id,
            name=_text(self.row[_NAME]),
            email_notifications=self.by_mail,
            floor=self.floor,
            **self.wish._asdict(),
        )

    @property
    def user(self) -> User:
        """Whose it is."""
        named = zip(_USER_NAMES, self.row[-1 - len(_USER_NAMES) : -1], strict=True)
        return User(**{"email": "", **present(dict(named))})


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
    plain = connection.dialect.name == "postgresql"
    found = _active(_subscriptions(floor, _NEEDED, plain=plain), frequency)
    # Said of both, or PostgreSQL goes through all the users before as well.
    if after_user is not None:
        found = found.where(job_alerts.c.user_id > after_user, users.c.id > after_user)
    if through_user is not None:
        found = found.where(job_alerts.c.user_id <= through_user, users.c.id <= through_user)
    read = _keywords_in if plain else keywords_of
    found = found.order_by(job_alerts.c.user_id, job_alerts.c.id)
    return [_due(row, read) for row in connection.execute(found)]


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


def _due(row: Row[Any], read: Callable[[Any], tuple[str, ...]]) -> Due:
    """What a row says; `read` makes texts of its keywords."""
    values = tuple(row)
    keywords, location, job_type, level, remote_only, least, most = values[: len(Wish._fields)]
    wish = Wish(
        read(keywords),
        location if location.__class__ is str else _text(location),
        job_type if job_type.__class__ is str else _text(job_type),
        level if level.__class__ is str else _text(level),
        bool(remote_only),
        least,
        most,
    )
    alert_id, user_id, _, by_mail = values[len(wish) : len(_NEEDED)]
    return Due(alert_id, user_id, wish, values[-1], values, bool(by_mail))


@lru_cache(maxsize=50_000)
def _keywords_in(json_text: str) -> tuple[str, ...]:
    return keywords_of(tolerant_json(json_text))


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
    found = _subscriptions(0).order_by(users.c.email, job_alerts.c.name, job_alerts.c.id)
    if alert_id is not None:
        found = found.where(job_alerts.c.id == alert_id)
    if email is not None:
        found = found.where(func.lower(users.c.email) == email.lower())
    if user_id is not None:
        found = found.where(users.c.id == user_id)
    return [_subscription(row) for row in connection.execute(found.limit(limit)).mappings()]


def _subscriptions(
    floor: int, columns: Sequence[Column[Any]] = _ALERT, *, plain: bool = False
) -> Select[Any]:
    """Alerts with their users; `plain` has PostgreSQL spell ids and JSON as texts, which is faster.

    The driver makes an object of each to be spelled again.
    """
    read = _spelled if plain else list
    mark = func.coalesce(alert_mark.c.run_seq, floor).label("floor")
    return select(*read(columns), *read(_USER), mark).select_from(_FROM)


def _spelled(columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [
        cast(column, Text).label(column.name) if isinstance(column.type, Id | JSON) else column
        for column in columns
    ]


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
