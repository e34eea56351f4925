"""Unsubscribe tokens: who may be unsubscribed from what, signed, so that a link needs no login.

The format, for the program that serves the link:

    signed = "1.KEY.USER.SCOPE.TIME"         ASCII, five fields without a dot in them
    token  = base64url(signed) "." base64url(HMAC-SHA256(secret of KEY, signed))

base64url is that of RFC 4648 section 5 without padding. KEY names the secret, so that secrets can
be replaced while older links still work. USER is the id of a row of `users`. SCOPE is `alert:ID`
(that job alert), `alerts` (all job alerts), `recommendations`, `reminders` (to follow applications
up), `status` (of applications) or `all` (everything but the mail a person asks for, such as a
password reset). TIME is when the mail was written, in seconds since 1970 UTC.

To verify: split at the dot, decode, check that there are five fields and the first is `1`, look
KEY up, compute the token anew from the decoded text and compare the whole tokens in constant
time; then refuse what is older than 400 days. Answer the same whatever is wrong. A GET only shows
a page; the POST of the page's button, or of a mail program (`List-Unsubscribe=One-Click`, RFC
8058), unsubscribes, and doing so twice is no error.
"""

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from jobraker_cli.mail.brand import SigningKey

VALID_FOR = timedelta(days=400)

_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,400})\.[A-Za-z0-9_-]{43}")
_SIGNED = re.compile(
    r"1\.(?P<key>[A-Za-z0-9_-]{1,32})\.(?P<user>[A-Za-z0-9_-]{1,64})"
    r"\.(?P<scope>all|alerts|recommendations|reminders|status|alert:[A-Za-z0-9_-]{1,64})\.(?P<time>[0-9]{1,11})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """What a valid token asks for."""

    user_id: str
    scope: str
    issued_at: datetime


def sign(key: SigningKey, user_id: str, scope: str, issued_at: datetime) -> str:
    """The token; the same arguments give the same token. ValueError for ids that it cannot hold."""
    signed = f"1.{key.id}.{user_id}.{scope}.{int(issued_at.timestamp())}"
    if not _SIGNED.fullmatch(signed):
        raise ValueError("a token holds ids of letters, digits, - and _ only, and known scopes")
    return _seal(key, signed.encode("ascii"))


def verify(keys: Sequence[SigningKey], token: str, now: datetime) -> Unsubscribe | None:
    """What the token asks for; None if anything at all is wrong with it."""
    opened = _open(token)
    if opened is None:
        return None
    key = next((key for key in keys if key.id == opened["key"]), None)
    # Comparing whole tokens refuses other spellings of the same bytes as well.
    if key is None or not hmac.compare_digest(_seal(key, opened.string.encode("ascii")), token):
        return None
    issued_at = datetime.fromtimestamp(int(opened["time"]), UTC)
    if now - issued_at > VALID_FOR:
        return None
    return Unsubscribe(user_id=opened["user"], scope=opened["scope"], issued_at=issued_at)


def _seal(key: SigningKey, signed: bytes) -> str:
    mac = _keyed(key.secret).copy()
    mac.update(signed)
    return f"{_encode(signed)}.{_encode(mac.digest())}"


@lru_cache(maxsize=16)  # to begin with a key takes as long as all that follows
def _keyed(secret: bytes) -> hmac.HMAC:
    return hmac.new(secret, digestmod=hashlib.sha256)


def _open(token: str) -> re.Match[str] | None:
    shape = _TOKEN.fullmatch(token)
    if shape is None:
        return None
    body = shape[1]
    try:
        signed = urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return _SIGNED.fullmatch(signed)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
