"""The ids of messages: the same dedupe key always has the same."""

from hashlib import sha1
from uuid import UUID

_NAMESPACE = sha1(UUID("5b3a8f4e-8f0e-4c0e-9a53-3f6f0d1c7b11").bytes)  # noqa: S324 - any constant
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def message_id(key: str) -> str:
    """The id of the message with this dedupe key: `uuid5` of it, without its objects."""
    hashed = _NAMESPACE.copy()
    hashed.update(key.encode())
    text = hashed.hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"
