"""Chat tokens: who may chat as whom and until when, signed, so that no password is asked.

    signed = "chat1.KEY.USER.EXPIRES"        ASCII, four fields without a dot in them
    token  = base64url(signed) "." base64url(HMAC-SHA256(secret of KEY, signed))

An unsubscribe token is no chat token: what is signed begins otherwise.
"""

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime

from jobraker_cli.mail.brand import SigningKey

_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,400})\.[A-Za-z0-9_-]{43}")
_SIGNED = re.compile(
    r"chat1\.(?P<key>[A-Za-z0-9_-]{1,32})\.(?P<user>[A-Za-z0-9_-]{1,64})\.(?P<time>[0-9]{1,11})"
)


def sign(key: SigningKey, user_id: str, expires_at: datetime) -> str:
    """A token for one user; ValueError for an id that it cannot hold."""
    signed = f"chat1.{key.id}.{user_id}.{int(expires_at.timestamp())}"
    if not _SIGNED.fullmatch(signed):
        raise ValueError("a token holds ids of letters, digits, - and _ only")
    return _seal(key, signed.encode("ascii"))


def verify(keys: Sequence[SigningKey], token: str, now: datetime) -> str | None:
    """The id of the token's user; None if anything at all is wrong with it."""
    shape = _TOKEN.fullmatch(token)
    if shape is None:
        return None
    body = shape[1]
    try:
        signed = urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    opened = _SIGNED.fullmatch(signed)
    if opened is None:
        return None
    key = next((key for key in keys if key.id == opened["key"]), None)
    if key is None or not hmac.compare_digest(_seal(key, signed.encode("ascii")), token):
        return None
    expired = datetime.fromtimestamp(int(opened["time"]), UTC) <= now
    return None if expired else opened["user"]


def _seal(key: SigningKey, signed: bytes) -> str:
    return f"{_encode(signed)}.{_encode(hmac.digest(key.secret, signed, hashlib.sha256))}"


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
