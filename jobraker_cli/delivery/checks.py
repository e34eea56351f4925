"""What is checked of a message right before its send, by kind; tasks supply the checks."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from jobraker_cli.mail.address import normalized
from jobraker_cli.store.outbox import Claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict on a message that changed its lot: a reason to cancel it, or a new payload."""

    cancel: str = ""
    payload: str = ""


Check = Callable[[Connection, Sequence[Claimed], datetime], Mapping[str, Checked]]
"""Messages of one kind in; by id, those to cancel or to change (the rest goes as it is)."""


def suppression_key(secret: bytes, address: str) -> str:
    """The HMAC under which an address is suppressed, as 64 hex digits."""
    return hmac.digest(secret, normalized(address).encode(), hashlib.sha256).hex()
