"""What the messages about applications share: the check right before they go."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Checked
from jobraker_cli.store import applications
from jobraker_cli.store.applications import Submitted
from jobraker_cli.store.outbox import Claimed
from jobraker_cli.tasks import messages

GONE = "the user is gone or deactivated"
Stale = Callable[[Mapping[str, object], Submitted], str]


def check(
    connection: Connection, claimed: Sequence[Claimed], stale: Stale
) -> Mapping[str, Checked]:
    """Cancel messages whose application or owner is gone, and those `stale` has a reason for.

    One query for all of them. A payload that names no application is left to the composer.
    """
    contents = {one.letter.id: messages.content(one.letter.payload) for one in claimed}
    named = [content.get("application_id") for content in contents.values()]
    found = applications.current(connection, {str(one) for one in named if messages.is_id(one)})
    reasons = {
        row_id: _reason(content, found.get(str(content["application_id"])), stale)
        for row_id, content in contents.items()
        if "application_id" in content
    }
    return {row_id: Checked(cancel=reason) for row_id, reason in reasons.items() if reason}


def _reason(content: Mapping[str, object], found: Submitted | None, stale: Stale) -> str:
    if found is None:
        return "the application was deleted"
    return stale(content, found) if found.user.is_active else GONE
