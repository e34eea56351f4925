"""The headers of each sort of mail, exactly."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.brand import Brand, checked
from jobraker_cli.mail.headers import headers
from jobraker_cli.mail.kinds import KINDS, MailKind
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.tokens import verify
from jobraker_cli.model import Letter
from tests.mail.samples import BRAND, KEY, USER, WRITTEN, letter

RESET = replace(KINDS["job_alert"], name="password_reset", list_mail=False, bulk=False)
REMINDER = replace(KINDS["job_alert"], name="reminder", bulk=False, scope="all")


def found(
    kind: MailKind = KINDS["job_alert"], brand: Brand = BRAND, **changes: object
) -> dict[str, str]:
    row: Letter = letter({}, **changes)
    links = Links(brand=checked(brand), key=KEY, user_id=row.user_id, issued_at=row.created_at)
    return dict(headers(row, kind, "New job", links))


def token(text: str) -> str:
    return text.partition("/unsubscribe/")[2].partition(">")[0]


def test_a_digest_is_automatic_bulk_list_mail() -> None:
    headers = found()
    link, _, by_mail = headers.pop("List-Unsubscribe").partition(", ")
    assert link == f"<https://jobs.example.com/unsubscribe/{token(link)}>"
    assert by_mail == (f"<mailto:unsubscribe@jobs.example.com?subject=unsubscribe%20{token(link)}>")
    assert headers == {
        "From": "Example Jobs <alerts@jobs.example.com>",
        "To": "ada@example.org",
        "Date": "Wed, 12 Aug 2026 09:00:00 +0000",
        "Subject": "New job",
        "Message-ID": "<0198.k3j4@jobs.example.com>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Jobraker-Kind": "job_alert",
        "Reply-To": "help@jobs.example.com",
        "Precedence": "bulk",
        "List-Id": "<alerts.jobs.example.com>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": "20260812:alerts.jobs.example.com:job_alert:jobs.example.com",
    }


@pytest.mark.parametrize(("kind", "scope"), [(KINDS["job_alert"], "alerts"), (REMINDER, "all")])
def test_one_click_ends_what_the_kind_says(kind: MailKind, scope: str) -> None:
    asked = verify([KEY], token(found(kind)["List-Unsubscribe"]), WRITTEN + timedelta(days=60))
    assert asked is not None
    assert (asked.user_id, asked.scope) == (USER, scope)


def test_a_password_reset_is_no_list_mail() -> None:
    assert {
        name for name in found(RESET, user_id=None) if name.startswith(("List", "Prec"))
    } == set()
    assert "Feedback-ID" not in found(RESET)


def test_a_reminder_is_list_mail_but_not_bulk() -> None:
    assert "Precedence" not in found(REMINDER)
    assert "List-Id" in found(REMINDER)


def test_a_site_without_https_offers_no_one_click() -> None:
    headers = found(brand=replace(BRAND, site_url="http://localhost:8000"))
    assert "List-Unsubscribe-Post" not in headers
    assert headers["List-Unsubscribe"].startswith("<http://localhost:8000/unsubscribe/")


def test_without_a_mailbox_only_the_link_unsubscribes() -> None:
    headers = found(brand=replace(BRAND, unsubscribe_mailto=""))
    assert "mailto:" not in headers["List-Unsubscribe"]


def test_without_support_nobody_is_asked_to_reply() -> None:
    assert "Reply-To" not in found(brand=replace(BRAND, support_email=""))


def test_feedback_is_counted_by_four_parts_without_the_person() -> None:
    value = found()["Feedback-ID"]
    assert len(value.split(":")) == 4
    assert USER not in value
    assert "ada" not in value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"message_id": "0198@jobs.example.com"}, "Message-ID"),
        ({"message_id": "<0198 @jobs.example.com>"}, "Message-ID"),
        ({"message_id": "<a@b>\r\nBcc: <e@x>"}, "Message-ID"),
        ({"recipient": "a@b.org, c@d.org"}, "address"),
        ({"recipient": "jürgen@example.org"}, "SMTPUTF8"),
        ({"user_id": None}, "without a user"),
        ({"user_id": "a.b"}, "user's id"),
    ],
)
def test_a_letter_that_cannot_be_addressed_is_refused(
    changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(MessageError, match=reason):
        found(KINDS["job_alert"], BRAND, **changes)
