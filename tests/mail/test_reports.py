"""What came back: read as servers write it, believed only where it is machine-readable."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.delivery.replies import Bounce, bounce
from jobraker_cli.mail.reports import LARGEST, Kind, read_report
from jobraker_cli.mail.verp import message_named, tagged
from tests.support import returned

ID = "7d4c6d0e-1111-4222-8333-444455556666"
SECRET = b"the ledger's own"
SENDER = tagged("bounces@jobs.example.com", ID, SECRET)

FORMS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "postfix": (returned.postfix, "5.1.1"),
    "exim": (returned.exim, "5.1.10"),
    "exim before it wrote MIME": (returned.old_exim, "5.1.1"),
    "gmail": (returned.gmail, "5.1.1"),
    "exchange": (returned.exchange, "5.1.10"),
    "qmail": (returned.qmail, "5.1.1"),
}


def test_the_tag_fits_into_an_address() -> None:
    assert SENDER.startswith("bounces+7d4c6d0e111142228333444455556666.")
    assert len(SENDER.partition("@")[0]) <= 64


@pytest.mark.parametrize("form", FORMS)
def test_a_bounce_is_read_in_every_form(form: str) -> None:
    make, status = FORMS[form]
    report = read_report(make(SENDER))
    assert (report.kind, report.status) == (Kind.BOUNCE, status)
    assert message_named(report.tagged, SECRET) == ID
    assert status in report.words
    assert bounce(report.status) is Bounce.HARD


def test_a_tag_is_believed_only_with_the_right_key_and_for_its_message() -> None:
    other = SENDER.replace("7d4c6d0e", "7d4c6d0f")
    assert message_named([other], SECRET) is None
    assert message_named([SENDER], b"another key") is None
    assert message_named(["", SENDER.upper()], SECRET) == ID
    assert message_named([other, SENDER], SECRET) == ID


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_only_what_failed_is_a_bounce(action: str) -> None:
    assert read_report(returned.postfix(SENDER, action=action)).kind is Kind.OTHER


def test_the_failed_one_of_several_recipients_counts() -> None:
    two = returned.postfix(SENDER).replace(
        b"Final-Recipient: rfc822; ada@example.org",
        b"Final-Recipient: rfc822; bob@example.org\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
        b"Final-Recipient: rfc822; ada@example.org",
    )
    assert read_report(two).status == "5.1.1"


@pytest.mark.parametrize(
    ("status", "what"),
    [
        ("5.1.1", Bounce.HARD),
        ("5.2.1", Bounce.HARD),
        ("5.2.2", Bounce.SOFT),
        ("4.2.2", Bounce.SOFT),
        ("4.4.1", Bounce.SOFT),
        ("5.0.0", Bounce.SOFT),
        ("", Bounce.SOFT),
        ("5.7.1", Bounce.BLOCKED),
        ("5.7.26", Bounce.BLOCKED),
        ("5.3.4", Bounce.BLOCKED),
        ("5.6.1", Bounce.BLOCKED),
        ("5.1.8", Bounce.BLOCKED),
    ],
)
def test_what_a_code_says_of_the_address(status: str, what: Bounce) -> None:
    assert bounce(status) is what


def test_a_complaint_is_read_and_what_is_none_is_not() -> None:
    report = read_report(returned.complaint(SENDER))
    assert report.kind is Kind.COMPLAINT
    assert message_named(report.tagged, SECRET) == ID
    assert read_report(returned.complaint(SENDER, kind="not-spam")).kind is Kind.OTHER
    link = "List-Unsubscribe: <https://www.example.com/unsubscribe/to.ken>, <mailto:a@b>"
    assert read_report(returned.complaint("", extra=link)).token == "to.ken"


def test_an_unsubscribe_mail_carries_its_token_whole() -> None:
    token = "MS5rMS4" + "x" * 90
    assert read_report(returned.request(token)).token == token
    encoded = b"Subject: =?utf-8?q?unsubscribe_" + token.encode() + b"?=\r\n\r\n"
    assert read_report(encoded).token == token
    assert read_report(b"Subject: Unsubscribe me please\r\n\r\n").kind is Kind.UNSUBSCRIBE
    assert read_report(b"Subject: How do I unsubscribe?\r\n\r\n").kind is Kind.OTHER


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "X-Autorespond: 1"]
)
def test_an_automatic_answer_is_nothing(header: str) -> None:
    raw = f"Subject: unsubscribe abc\r\n{header}\r\n\r\n5.1.1 failed\r\n".encode()
    assert read_report(raw).kind is Kind.AUTOMATIC
    assert read_report(returned.auto_reply(SENDER)).kind is Kind.AUTOMATIC
    delayed = returned.old_exim(SENDER).replace(b"Mail delivery failed", b"Warning: delayed")
    assert read_report(delayed).kind is Kind.OTHER


def nested(depth: int) -> bytes:
    """Multiparts in multiparts, deeper than any recursion."""
    parts = [
        f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n'
        for number in range(depth)
    ]
    return "".join(parts).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        nested(5_000),
        b"Content-Type: multipart/report\r\n\r\n",
        b"Content-Type: message/delivery-status\r\n\r\n\xff\xff: \x00\r\n\r\nAction\r\n",
        b"Subject: =?no-such-charset?q?unsubscribe?= x\r\n\r\n",
        b"Subject: =?utf-8?b?%%%?=\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000,
        returned.postfix(SENDER)[:700],
        b"To: " + SENDER.encode() + b"\r\n" + b"X: y\r\n" * 40_000 + b"\r\n" + b"z" * LARGEST,
    ],
    ids=range(10),
)
def test_hostile_mail_is_read_as_nothing_of_ours(raw: bytes) -> None:
    assert read_report(raw).kind in (Kind.OTHER, Kind.AUTOMATIC)


@given(st.binary(max_size=400), st.integers(0, 1_500), st.integers(0, 300))
def test_no_octets_break_the_reader(noise: bytes, at: int, cut: int) -> None:
    for make, _ in FORMS.values():
        raw = make(SENDER)
        report = read_report(raw[:at] + noise + raw[at + cut :])
        assert report.kind in Kind
        assert len(report.words) <= LARGEST
