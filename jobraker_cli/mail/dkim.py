"""DKIM signatures (RFC 6376; Ed25519: RFC 8463) over messages whose bytes are final.

The header is canonicalized relaxed, the body simple: it is 7-bit and quoted-printable, which no
relay rewrites. The signature's time is the message's own and both algorithms are deterministic,
so that a retry has the same bytes. Signing itself is left to the package `cryptography`.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from jobraker_cli.errors import ConfigError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

SHORTEST_RSA_BITS = 1024  # RFC 8301 3.2
SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version",
    b"content-type", b"auto-submitted", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
    b"feedback-id", b"precedence",
)  # fmt: skip
"""The fields that are signed where a message has them; From once more: none can be added."""

_BASE64_LINE = 70
_SPACES = re.compile(rb"[ \t\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs for `selector`._domainkey.`domain`; `raw` makes a signature of a text."""

    domain: str
    selector: str
    algorithm: str
    raw: Callable[[bytes], bytes] = field(repr=False)

    def sign(self, content: bytes, at: datetime) -> bytes:
        """The message with its signature as the first field; `content` ends its lines with CRLF."""
        head, _, body = content.partition(b"\r\n\r\n")
        fields = _fields(head)
        names = [name for name in SIGNED if name in fields]
        body_hash = hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()
        value = "; ".join(
            (
                f"v=1; a={self.algorithm}; c=relaxed/simple; d={self.domain}; s={self.selector}",
                f"t={int(at.timestamp())}",
                f"h={b':'.join([*names, b'from']).decode()}",
                f"bh={b64encode(body_hash).decode()}",
                "b=",
            )
        )
        unsigned = _folded(value)
        text = b"".join(fields[name] + b"\r\n" for name in names)
        text += b"dkim-signature:" + _relaxed(unsigned)
        return b"DKIM-Signature: " + unsigned + _lines(self.raw(text)) + b"\r\n" + content


def signer(*, domain: str, selector: str, private_key: str) -> Signer:
    """The signer of a key in PEM (RSA or Ed25519). Raises ConfigError for what cannot sign."""
    key = _loaded(private_key)
    algorithm, raw = _signing(key)
    return Signer(domain=domain, selector=selector, algorithm=algorithm, raw=raw)


def _loaded(private_key: str) -> "PrivateKeyTypes":
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise ConfigError(
            "DKIM_PRIVATE_KEY is set, but signing needs an extra; run: pip install 'jobraker[dkim]'"
        ) from error
    try:
        # In an environment variable the lines of the key are often joined by a written \n.
        return load_pem_private_key(private_key.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError, UnicodeEncodeError):
        raise ConfigError("DKIM_PRIVATE_KEY is no private key in PEM without a password") from None


def _signing(key: "PrivateKeyTypes") -> tuple[str, Callable[[bytes], bytes]]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256

    if isinstance(key, Ed25519PrivateKey):
        return "ed25519-sha256", lambda text: key.sign(hashlib.sha256(text).digest())
    if isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST_RSA_BITS:
        return "rsa-sha256", lambda text: key.sign(text, PKCS1v15(), SHA256())
    raise ConfigError(
        f"DKIM_PRIVATE_KEY is neither an RSA key of {SHORTEST_RSA_BITS} bits or more nor Ed25519"
    )


def _fields(head: bytes) -> dict[bytes, bytes]:
    """The canonical form of each field by name; of several of a name the last (RFC 6376 5.4.2)."""
    found: dict[bytes, bytes] = {}
    for one in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = one.partition(b":")
        canonical = name.strip().lower()
        found[canonical] = canonical + b":" + _relaxed(value)
    return found


def _relaxed(value: bytes) -> bytes:
    return _SPACES.sub(b" ", value).strip()


def _folded(value: str) -> bytes:
    """The tags on lines of at most 76 characters, the last line ending in "b="."""
    lines = [""]
    for tag in re.split(r"(?<=;) |(?<=:)", value):
        if len(lines[-1]) + len(tag) > _BASE64_LINE:
            lines.append("")
        lines[-1] += tag if tag.endswith(":") or not tag.endswith(";") else f"{tag} "
    return "\r\n ".join(line.rstrip() for line in lines).encode("ascii")


def _lines(signature: bytes) -> bytes:
    text = b64encode(signature)
    parts: Sequence[bytes] = [
        text[start : start + _BASE64_LINE] for start in range(0, len(text), _BASE64_LINE)
    ]
    return b"\r\n ".join([b"", *parts])
