"""The keys of a board: what signs links, what signed older ones, what names addresses."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from jobraker_cli.mail.brand import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """`signing` signs new links, `verifying` holds every key that links may be signed with.

    `secret` is the ledger's own: it keys the suppressed addresses and the tags of bounces.
    """

    signing: SigningKey
    verifying: tuple[SigningKey, ...]
    secret: bytes = field(repr=False)


def keyring(*, secret_key: str, old_secret_keys: str, ledger: Sequence[SigningKey]) -> Keyring:
    """The keys from the settings, before those of the ledger (not empty, the newest first)."""
    texts = [secret_key, *re.split(r"[\s,]+", old_secret_keys)]
    keys = [*(_from_text(text) for text in texts if text), *ledger]
    signing = keys[0] if secret_key else ledger[0]
    return Keyring(signing=signing, verifying=tuple(keys), secret=ledger[0].secret)


def _from_text(text: str) -> SigningKey:
    secret = text.encode()
    return SigningKey(id=hashlib.sha256(secret).hexdigest()[:8], secret=secret)
