"""A sender of the envelope for each message, so that what comes back says what it is about (VERP).

    bounces+ID.TAG@example.com

ID is the message's id as 32 hex digits. TAG is the first 20 hex digits of HMAC-SHA256 over
`bounce:ID`, keyed by the ledger's own key: nobody can make up a bounce of a message that they did
not get, and the tag stays good whatever BOUNCE_ADDRESS becomes.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from uuid import UUID

_TAGGED = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})\.([0-9a-f]{20})@", re.IGNORECASE)
_MOST_TAGS = 20  # in one report; a real one has one or two


def tagged(address: str, row_id: str, secret: bytes) -> str:
    """The envelope's sender for a message, at `address`."""
    local, _, domain = address.rpartition("@")
    number = UUID(row_id).hex
    return f"{local}+{number}.{_tag(number, secret)}@{domain}"


def message_named(texts: Iterable[str], secret: bytes) -> str | None:
    """The id of the message whose genuine tag stands in one of the texts; None for none."""
    for text in texts:
        for found in list(_TAGGED.finditer(text))[:_MOST_TAGS]:
            number, tag = found[1].lower(), found[2].lower()
            if hmac.compare_digest(tag, _tag(number, secret)):
                return str(UUID(number))
    return None


def _tag(number: str, secret: bytes) -> str:
    return hmac.digest(secret, f"bounce:{number}".encode("ascii"), hashlib.sha256).hex()[:20]
