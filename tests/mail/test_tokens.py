"""Unsubscribe tokens: only what this board signed, for that person and scope, in time."""

import base64
import hashlib
import hmac
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.mail.brand import SigningKey
from jobraker_cli.mail.tokens import Unsubscribe, sign, verify
from tests.mail.samples import KEY, USER, WRITTEN

OTHER_USER = "00000000-0000-4000-8000-000000000001"
SCOPES = ["alerts", "recommendations", "reminders", "status", "all", f"alert:{OTHER_USER}"]
LATER = WRITTEN + timedelta(days=60)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_says_who_ends_what(scope: str) -> None:
    token = sign(KEY, USER, scope, WRITTEN)
    assert verify([KEY], token, LATER) == Unsubscribe(user_id=USER, scope=scope, issued_at=WRITTEN)


def test_a_token_can_be_verified_with_nothing_but_its_documentation() -> None:
    body, _, mac = sign(KEY, USER, "alerts", WRITTEN).partition(".")
    signed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    expected = hmac.new(KEY.secret, signed, hashlib.sha256).digest()
    assert signed.decode("ascii").split(".") == ["1", "k1", USER, "alerts", "1786525200"]
    assert base64.urlsafe_b64decode(mac + "=") == expected


def test_a_retry_has_the_same_token() -> None:
    assert sign(KEY, USER, "all", WRITTEN) == sign(KEY, USER, "all", WRITTEN)


def test_a_token_needs_no_escaping_in_a_link() -> None:
    assert (
        sign(KEY, USER, "all", WRITTEN).replace(".", "").replace("-", "").replace("_", "").isalnum()
    )


@pytest.mark.parametrize(("days", "valid"), [(0, True), (60, True), (400, True), (401, False)])
def test_a_token_is_good_for_400_days(days: int, valid: bool) -> None:
    token = sign(KEY, USER, "alerts", WRITTEN)
    assert (verify([KEY], token, WRITTEN + timedelta(days=days)) is not None) == valid


def test_an_older_key_still_verifies_what_it_signed() -> None:
    newer = SigningKey(id="k2", secret=b"another secret of thirty-two bits")
    token = sign(KEY, USER, "alerts", WRITTEN)
    assert verify([newer, KEY], token, LATER) is not None
    assert verify([newer], token, LATER) is None


def test_another_secret_under_the_same_name_is_refused() -> None:
    token = sign(SigningKey(id="k1", secret=b"forged"), USER, "alerts", WRITTEN)
    assert verify([KEY], token, LATER) is None


@pytest.mark.parametrize(
    "signed",
    [
        f"1.k1.{OTHER_USER}.alerts.1786525200",
        f"1.k1.{USER}.all.1786525200",
        f"1.k1.{USER}.alerts.1986525200",
        f"2.k1.{USER}.alerts.1786525200",
        f"1.k2.{USER}.alerts.1786525200",
    ],
)
def test_a_swapped_field_is_refused(signed: str) -> None:
    mac = sign(KEY, USER, "alerts", WRITTEN).partition(".")[2]
    body = base64.urlsafe_b64encode(signed.encode()).rstrip(b"=").decode()
    assert verify([KEY], f"{body}.{mac}", LATER) is None


def test_every_truncation_is_refused() -> None:
    token = sign(KEY, USER, "alerts", WRITTEN)
    assert [verify([KEY], token[:end], LATER) for end in range(len(token))] == [None] * len(token)


def test_another_spelling_of_the_same_bytes_is_refused() -> None:
    token = sign(KEY, USER, "alerts", WRITTEN)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    respelled = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]  # an unused bit of base64
    assert verify([KEY], respelled, LATER) is None
    assert verify([KEY], token + "=", LATER) is None
    assert verify([KEY], token + "\n", LATER) is None


@pytest.mark.parametrize(
    "token", ["", ".", "a.b", "…", "\ud800", "A" * 10_000, f"{'A' * 40}.{'A' * 43}", "_" * 200]
)
def test_rubbish_is_refused(token: str) -> None:
    assert verify([KEY], token, LATER) is None


@given(st.text(max_size=120) | st.from_regex(r"[A-Za-z0-9_-]{1,90}\.[A-Za-z0-9_-]{43}"))
def test_what_was_not_signed_never_verifies_nor_raises(token: str) -> None:
    assert verify([KEY], token, LATER) is None


@pytest.mark.parametrize(
    ("user", "scope"),
    [("", "all"), ("a.b", "all"), ("a\nb", "all"), (USER, "everything"), (USER, "alert:")],
)
def test_what_a_token_cannot_hold_is_not_signed(user: str, scope: str) -> None:
    with pytest.raises(ValueError, match="token"):
        sign(KEY, user, scope, WRITTEN)


def test_the_zone_of_the_moment_does_not_matter() -> None:
    local = WRITTEN.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert sign(KEY, USER, "all", local) == sign(KEY, USER, "all", WRITTEN)
