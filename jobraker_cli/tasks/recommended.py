"""What is looked at again right before a recommendation is sent: the person, and its jobs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Checked
from jobraker_cli.store import outbox, past, standing
from jobraker_cli.store.outbox import Claimed
from jobraker_cli.tasks import messages
from jobraker_cli.tasks.applying import GONE


def check(
    connection: Connection, claimed: Sequence[Claimed], now: datetime
) -> Mapping[str, Checked]:
    """Cancel what nobody may get any more; drop jobs that are over or done with from the others.

    A message that was tried before keeps its content: a retry sends the same bytes.
    """
    contents = {one.letter.id: messages.content(one.letter.payload) for one in claimed}
    users = {one.letter.user_id for one in claimed if one.letter.user_id is not None}
    active = standing.active_users(connection, users)
    done_with = past.done_with(connection, users)
    named = {job for content in contents.values() for job in _job_ids(content)}
    still_open = standing.open_jobs(connection, named, now)
    tried = outbox.tried(connection, list(contents))
    found: dict[str, Checked] = {}
    for one in claimed:
        user_id, content = one.letter.user_id, contents[one.letter.id]
        if user_id is not None and user_id not in active:
            found[one.letter.id] = Checked(cancel=GONE)
        elif one.letter.id not in tried and _job_ids(content):
            own = done_with.get(user_id or "")
            checked = _without(content, still_open - own if own else still_open)
            found.update({} if checked is None else {one.letter.id: checked})
    return found


def _without(content: Mapping[str, object], fitting: set[str]) -> Checked | None:
    """The verdict on a message that may show these jobs only; None when it goes as it is."""
    shown = content["jobs"]
    kept = [job for job in shown if job["id"] in fitting] if isinstance(shown, list) else []
    if not kept:
        return Checked(cancel="every job in it was closed, applied to or dismissed")
    return None if kept == shown else Checked(payload=messages.text({**content, "jobs": kept}))


def _job_ids(content: Mapping[str, object]) -> list[str]:
    """The jobs of a payload of the shape we write; none for any other."""
    shown = content.get("jobs")
    if not isinstance(shown, list) or not all(isinstance(one, dict) for one in shown):
        return []
    ids = [one.get("id") for one in shown]
    return [str(one) for one in ids] if all(map(messages.is_id, ids)) else []
