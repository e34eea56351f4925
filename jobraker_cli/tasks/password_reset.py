"""Messages of kind `password_reset`: by `send`, or queued by the web application's own SQL.

There is no task: whoever asks for a new password waits for it, so `deliver` takes these first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Check, Checked
from jobraker_cli.mail import payloads
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.mail.password_reset import HIDDEN
from jobraker_cli.model import User
from jobraker_cli.store import standing
from jobraker_cli.store.outbox import Claimed
from jobraker_cli.tasks import messages
from jobraker_cli.tasks.applying import GONE
from jobraker_cli.tasks.messages import Draft

KIND = "password_reset"


def draft_of(user: User, *, reset_url: str, expires_at: datetime, key: str) -> Draft:
    """The message with the link; nobody gets it after `expires_at`."""
    return Draft(
        kind=KIND,
        key=f"{KIND}:{user.id}:{key}",
        user=user,
        facts={"reset_url": reset_url, "expires_at": expires_at.isoformat()},
        page="",
        expires_at=expires_at,
    )


def check(
    connection: Connection, claimed: Sequence[Claimed], now: datetime
) -> Mapping[str, Checked]:
    """Cancel a reset whose link has expired or was not kept, or whose owner is gone.

    A row that does not say until when its link works is good for the kind's lifetime.
    """
    users = {one.letter.user_id for one in claimed if one.letter.user_id is not None}
    active = standing.active_users(connection, users)
    found: dict[str, Checked] = {}
    for one in claimed:
        content = messages.content(one.letter.payload)
        until = payloads.moment(content.get("expires_at")) or one.expires_at
        until = until or one.letter.created_at + KINDS[KIND].lifetime
        if one.letter.user_id is not None and one.letter.user_id not in active:
            found[one.letter.id] = Checked(cancel=GONE)
        elif HIDDEN in content:
            found[one.letter.id] = Checked(cancel="its link was not kept; ask for a new one")
        elif until <= now:
            found[one.letter.id] = Checked(cancel="expired before it could be sent")
    return found


CHECKS: Mapping[str, Check] = {KIND: check}
