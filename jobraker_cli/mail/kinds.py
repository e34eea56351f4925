"""The kinds of mail: what sort of mail each is, how long it keeps and how soon it goes.

A new kind is one entry here and its templates `emails/NAME.{html,txt,subject.txt}`; the entry's
`view` turns the payload that the outbox holds into what those templates speak of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from jobraker_cli.mail import (
    admin_digest,
    digest,
    follow_up,
    password_reset,
    recommendations,
    status_update,
    trial,
    welcome,
)
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.wording import Words

View = Callable[[Mapping[str, object], Links, Words], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailKind:
    """One kind of mail.

    People can decline `scope` (see consent), list mail by its unsubscribe links; mail of no scope
    ("") nobody can decline. Bulk mail says that it is. After
    `lifetime` it is not worth sending; a smaller `priority` goes sooner. `view` takes the payload,
    the reader's links and the words of the reader's language; it raises MessageError for a bad
    payload.
    """

    name: str
    list_mail: bool
    bulk: bool
    lifetime: timedelta
    priority: int
    scope: str
    view: View


KINDS: Mapping[str, MailKind] = MappingProxyType(
    {
        "job_alert": MailKind(
            name="job_alert",
            list_mail=True,
            bulk=True,
            lifetime=timedelta(days=3),
            priority=50,
            scope="alerts",
            view=digest.view,
        ),
        "password_reset": MailKind(
            name="password_reset",
            list_mail=False,
            bulk=False,
            lifetime=timedelta(days=1),
            priority=0,
            scope="",
            view=password_reset.view,
        ),
        "welcome": MailKind(
            name="welcome",
            list_mail=False,
            bulk=False,
            lifetime=timedelta(days=7),
            priority=10,
            scope="",
            view=welcome.view,
        ),
        "application_status_update": MailKind(
            name="application_status_update",
            list_mail=False,
            bulk=False,
            lifetime=timedelta(days=4),
            priority=20,
            scope="status",
            view=status_update.view,
        ),
        "admin_digest": MailKind(
            name="admin_digest",
            list_mail=False,
            bulk=False,
            lifetime=timedelta(days=1),
            priority=30,
            scope="",
            view=admin_digest.view,
        ),
        "application_follow_up": MailKind(
            name="application_follow_up",
            list_mail=True,
            bulk=False,
            lifetime=timedelta(days=3),
            priority=40,
            scope="reminders",
            view=follow_up.view,
        ),
        "job_recommendations": MailKind(
            name="job_recommendations",
            list_mail=True,
            bulk=True,
            lifetime=timedelta(days=3),
            priority=60,
            scope="recommendations",
            view=recommendations.view,
        ),
        "test": MailKind(
            name="test",
            list_mail=False,
            bulk=False,
            lifetime=timedelta(hours=1),
            priority=0,
            scope="",
            view=trial.view,
        ),
    }
)
