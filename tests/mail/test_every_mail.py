"""What a correct e-mail is, asserted on the bytes of every kind's samples in every language."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from html.parser import HTMLParser

import pytest

from jobraker_cli.mail.compose import Composed
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.mail.proofs import proofs
from tests.mail.samples import composer

each_kind = pytest.mark.parametrize("kind", KINDS)
ONCE = ("From", "To", "Date", "Subject", "Message-ID", "MIME-Version", "Content-Type")
ALLOWED = {
    *map(str.lower, ONCE),
    "reply-to", "auto-submitted", "x-auto-response-suppress", "precedence", "list-id",
    "list-unsubscribe", "list-unsubscribe-post", "feedback-id", "x-jobraker-kind",
}  # fmt: skip
NO_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


@cache
def mails(kind: str) -> tuple[tuple[str, Composed], ...]:
    made = [(one.name, one.mail) for one in proofs(composer(), kinds=[kind])]
    return tuple((name, mail) for name, mail in made if mail is not None)


def parsed(kind: str) -> Iterator[EmailMessage]:
    for _, mail in mails(kind):
        message = message_from_bytes(mail.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        yield message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class Reading(HTMLParser):
    """The links and the visible text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inside: list[str] = []
        self.titles: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]
        if tag in ("h1", "h2", "h3"):
            self.titles.append("")

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if {"h1", "h2", "h3"} & set(self.inside):
            self.titles[-1] += data


@each_kind
def test_there_is_a_mail_of_every_sample(kind: str) -> None:
    assert len(mails(kind)) == len(list(proofs(composer(), kinds=[kind])))


@each_kind
def test_the_bytes_pass_any_relay(kind: str) -> None:
    for name, mail in mails(kind):
        content = mail.content
        assert content.isascii(), name
        assert b"\r" not in content.replace(b"\r\n", b""), name
        assert b"\n" not in content.replace(b"\r\n", b""), name
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content), name
        head, _, rest = content.partition(b"\r\n\r\n")
        assert max(map(len, head.split(b"\r\n"))) <= 998, name
        assert max(map(len, rest.split(b"\r\n"))) <= 76, name


@each_kind
def test_the_headers_are_those_that_a_mail_may_have_each_once(kind: str) -> None:
    for message in parsed(kind):
        names = [name.lower() for name in message]
        assert set(names) <= ALLOWED
        assert all(names.count(name.lower()) == 1 for name in ONCE)
        assert len(names) == len(set(names))
        assert message["To"] == "ada@example.org"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"] == "All"
        assert (message["Precedence"] == "bulk") == KINDS[kind].bulk


@each_kind
def test_list_mail_can_be_unsubscribed_from_and_no_other(kind: str) -> None:
    for message in parsed(kind):
        if not KINDS[kind].list_mail:
            assert not [name for name in message if name.lower().startswith(("list-", "feedback"))]
            continue
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        https, mailto = str(message["List-Unsubscribe"]).split(", ")
        assert https.startswith("<https://jobs.example.com/unsubscribe/")
        assert mailto.startswith("<mailto:")
        assert len(str(message["Feedback-ID"]).split(":")) == 4
        assert https.strip("<>") in body(message, "plain")
        assert body(message, "html").index(https.strip("<>")) < 6_000  # near the top as well


@each_kind
def test_nothing_of_a_sample_becomes_a_header(kind: str) -> None:
    for message in parsed(kind):
        assert message["Bcc"] is None
        assert "\n" not in str(message["Subject"])
        assert "=?" not in str(message["Subject"])


@each_kind
def test_text_and_html_are_alternatives_without_a_defect(kind: str) -> None:
    for message in parsed(kind):
        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.iter_parts()] == [
            "text/plain",
            "text/html",
        ]
        assert not message.defects
        assert not [part.defects for part in message.walk() if part.defects]


@each_kind
def test_both_parts_say_the_same(kind: str) -> None:
    for message in parsed(kind):
        page, text = Reading(body(message, "html")), body(message, "plain")
        assert page.links
        assert [link for link in page.links if link not in text] == []
        spoken = " ".join(text.split())
        for title in page.titles:
            words = " ".join(title.replace("✓", "").split())
            assert all(word in spoken for word in words.split()), words


@each_kind
def test_the_text_part_is_text(kind: str) -> None:
    for name, mail in mails(kind):
        assert not re.search(r"&(?:amp|lt|gt|quot|nbsp|#\d+);", mail.text), name
        assert "\n\n\n\n" not in mail.text, name
        if "/hostile/" not in name:
            assert not re.search(r"[{}]%|%[(]|<[a-z/]", mail.text), name


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "admin_digest"])
@pytest.mark.parametrize("case", ["usual", "one", "many", "rtl"])
def test_no_code_of_the_database_is_shown(kind: str, case: str) -> None:
    for name, mail in mails(kind):
        if f"/{case}/" in name:
            words = re.sub(r"https?://\S+", "", mail.text + mail.subject)
            assert NO_CODE.findall(words) == [], name


@each_kind
def test_only_what_can_be_declined_links_to_preferences(kind: str) -> None:
    for name, mail in mails(kind):
        declinable = bool(KINDS[kind].scope)
        assert ("https://jobs.example.com/alerts\n" in mail.text) == declinable or (
            kind == "welcome"  # one of its steps leads there
        ), name


@each_kind
def test_the_same_row_makes_the_same_bytes(kind: str) -> None:
    again = {one.name: one.mail for one in proofs(composer(), kinds=[kind], languages=["ar"])}
    assert all(again[name] == mail for name, mail in mails(kind) if name.endswith("/ar"))
