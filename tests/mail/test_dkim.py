"""Signatures, as a verifier that knows only the key in DNS sees them."""

import base64
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as rsa_key
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.errors import ConfigError
from jobraker_cli.mail.compose import Composer
from jobraker_cli.mail.dkim import signer
from tests.mail.samples import BRAND, KEY, WRITTEN, digest, job, letter, section

RSA: RSAPrivateKey = rsa_key(65537, 2048)
COVERED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe",
    b"list-unsubscribe-post",
)  # fmt: skip


def pem(key: PrivateKeyTypes) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


SIGNER = signer(domain="example.com", selector="mail", private_key=pem(RSA))


def dns(name: bytes, timeout: int = 5) -> bytes:
    """The TXT record that goes with the key."""
    assert name == b"mail._domainkey.example.com."
    public = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def signed_fields(content: bytes) -> list[bytes]:
    head = content.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b"")
    tags = head.partition(b"\r\n")[0].partition(b":")[2].split(b";")
    return next(tag for tag in tags if tag.strip().startswith(b"h=")).strip()[2:].split(b":")


def composed(sign: Callable[..., bytes] | None) -> bytes:
    made = Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), sign=sign)
    return made.compose(letter(digest(section("Python", job())))).content


def test_a_real_mail_verifies_and_its_one_click_headers_are_covered() -> None:
    plain, content = composed(None), composed(SIGNER.sign)
    assert dkim.verify(content, dnsfunc=dns)
    assert set(COVERED) <= set(signed_fields(content))
    assert content.endswith(plain)
    assert content == composed(SIGNER.sign)
    head = content.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, content.partition(b"\r\nFrom:")[0].split(b"\r\n"))) <= 78


@pytest.mark.parametrize("name", COVERED)
def test_changing_a_covered_field_breaks_the_signature(name: bytes) -> None:
    content = composed(SIGNER.sign)
    lines = content.split(b"\r\n")
    at = next(n for n, line in enumerate(lines) if line.lower().startswith(name + b":"))
    lines[at] += b"x"
    assert not dkim.verify(b"\r\n".join(lines), dnsfunc=dns)


def test_neither_the_body_nor_another_sender_can_be_slipped_in() -> None:
    content = composed(SIGNER.sign)
    assert not dkim.verify(content[:-40] + b"x" + content[-40:], dnsfunc=dns)
    assert not dkim.verify(b"From: evil@example.net\r\n" + content, dnsfunc=dns)


@given(
    body=st.text(st.sampled_from("a \t=.\r\n")).map(
        lambda text: "\r\n".join(text.splitlines()).encode()
    ),
    subject=st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=60),
)
def test_whatever_is_signed_verifies(body: bytes, subject: str) -> None:
    content = (
        b"From: a@example.com\r\nSubject: " + subject.encode() + b"\r\n\t folded  \r\n\r\n" + body
    )
    assert dkim.verify(SIGNER.sign(content, WRITTEN), dnsfunc=dns)


def test_an_ed25519_key_signs_what_its_public_half_verifies() -> None:
    key = Ed25519PrivateKey.generate()
    made = signer(domain="example.com", selector="mail", private_key=pem(key).replace("\n", "\\n"))
    assert made.algorithm == "ed25519-sha256"
    content = b"From: a@example.com\r\n\r\nhello\r\n"
    first = made.sign(content, WRITTEN)
    assert first == made.sign(content, WRITTEN)
    assert first != made.sign(content, WRITTEN + timedelta(seconds=1))


@pytest.mark.parametrize(
    "key",
    ["", "no key", pem(generate_private_key(SECP256R1())), pem(RSA).replace("A", "B", 5)],
    ids=["none", "text", "elliptic curve", "damaged"],
)
def test_what_cannot_sign_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match="DKIM_PRIVATE_KEY"):
        signer(domain="example.com", selector="mail", private_key=key)
