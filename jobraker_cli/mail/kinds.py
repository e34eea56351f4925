"""The kinds of mail: what sort of mail each is, how long it keeps and how soon it goes.

A new kind is one entry here and its templates `emails/NAME.{html,txt,subject.txt}`; the entry's
`view` turns the payload that the outbox holds into what those templates speak of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from jobraker_cli.mail import digest
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
    }
)
