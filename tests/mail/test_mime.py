"""The bytes that leave: 7-bit, CRLF only, short lines, and the same text when parsed."""

import re
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.mime import NAME_ENDS, WireBytes, build, piece
from tests.mail.samples import HOSTILE, parsed

FROM = ("From", "Example Jobs <alerts@jobs.example.com>")
TO = ("To", "ada@example.org")
MESSAGE_ID = ("Message-ID", "<1@jobs.example.com>")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=400)
ODD_TEXT = st.text(
    st.sampled_from('a =?."<>@,;:\\()\r\n\t\x00\x1b\u2028\u202e\ud800é漢🦊'), max_size=200
)
TOKEN = "x" * 300


def part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    assert found is not None
    text: str = found.get_content()
    assert not found.defects
    return text.replace("\r\n", "\n")


def assert_fit_for_the_wire(content: bytes) -> None:
    assert type(content) is WireBytes
    assert content.endswith(b"\r\n")
    assert not re.search(rb"(?:^|\r\n)\.", content)
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    assert re.search(rb"[^\t\r\n -~]", content) is None
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(len(line) for line in head.split(b"\r\n")) <= 998
    assert max(len(line) for line in body.split(b"\r\n")) <= 76


def test_the_parts_are_text_then_html_of_one_alternative() -> None:
    message = parsed(build([FROM, TO, MESSAGE_ID], "Grüße\n", "<p>Grüße</p>\n"))
    assert message.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]
    assert (part(message, "plain"), part(message, "html")) == ("Grüße\n", "<p>Grüße</p>\n")
    assert not message.defects


def test_the_same_arguments_give_the_same_bytes() -> None:
    headers = [FROM, TO, ("Subject", "Grüße 🦊"), MESSAGE_ID]
    assert build(headers, "text", "html") == build(headers, "text", "html")


def test_the_boundary_cannot_stand_in_a_body() -> None:
    content = build([MESSAGE_ID], "", "")
    boundary = parsed(content).get_boundary()
    assert boundary is not None
    text = f"--{boundary}\n--{boundary}--\n"
    message = parsed(build([MESSAGE_ID], text, text))
    assert part(message, "plain") == text
    assert len(list(message.iter_parts())) == 2


def test_pieces_are_encoded_as_if_their_lines_stood_in_the_text() -> None:
    name = f"{NAME_ENDS}7{NAME_ENDS}"
    for lines in (["ä" * 90, "", ".", "From here", "x" * 100], ["漢" * 99, "字"]):
        text = "\n".join(lines)
        for frame in ("{}", "first\n{}\nlast", "before {} after {}", "{}\n{}\n\n"):
            apart, named = frame.replace("{}", text), frame.replace("{}", name)
            pieces = {name: piece(text)}
            assert build([MESSAGE_ID], named, named, pieces) == build([MESSAGE_ID], apart, apart)


def test_the_name_of_no_piece_is_text() -> None:
    message = parsed(build([MESSAGE_ID], f"a{NAME_ENDS}7{NAME_ENDS}b", "", {}))
    assert part(message, "plain") == "a7b\n"


def test_mostly_ascii_html_is_quoted_printable() -> None:
    message = parsed(build([MESSAGE_ID], "", "<p>Müller</p>" * 50))
    assert message.get_body(("html",))["Content-Transfer-Encoding"] == "quoted-printable"  # type: ignore[index]


def test_html_in_other_scripts_takes_the_smaller_encoding() -> None:
    message = parsed(build([MESSAGE_ID], "漢" * 99, "漢" * 99))
    assert message.get_body(("html",))["Content-Transfer-Encoding"] == "base64"  # type: ignore[index]
    assert message.get_body(("plain",))["Content-Transfer-Encoding"] == "quoted-printable"  # type: ignore[index]
    assert part(message, "html") == "漢" * 99 + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "\n.\nMAIL FROM:<e@x>\nRCPT TO:<f@x>\nDATA\n",
        "\r.\r\nMAIL FROM:<e@x>",
        "\n.\r\nQUIT",
        "\r\n.\r\nQUIT",
        "\r\n.\rQUIT",
        "a\x85.\x85b\u2028.\u2028c",
        "a\x0b.\x0cb\x1c.\x1dc",
        ".",
    ],
)
def test_a_text_that_smuggles_smtp_leaves_no_bare_line_break_and_no_lone_dot(text: str) -> None:
    content = build([MESSAGE_ID], text, text)
    assert_fit_for_the_wire(content)
    assert b"\r\n.\r\n" not in content
    assert "." in part(parsed(content), "plain")


def test_long_lines_and_trailing_blanks_survive() -> None:
    text = "x" * 500 + " \n\ttabbed \t\nFrom here\n"
    content = build([MESSAGE_ID], text, text)
    assert_fit_for_the_wire(content)
    assert part(parsed(content), "plain") == text


def test_controls_and_lone_surrogates_leave_the_bodies() -> None:
    message = parsed(build([MESSAGE_ID], "a\x00b\x1bc\x7fd\x9be\ud800f\tg", "h"))
    assert part(message, "plain") == "abcdef\tg\n"


@pytest.mark.parametrize("text", [".", "..", ".a.\n...\n", "x" * 75 + "." * 80, "\x00.a"])
def test_no_line_begins_with_a_dot_and_every_dot_arrives(text: str) -> None:
    content = build([MESSAGE_ID], text, text)
    assert_fit_for_the_wire(content)
    assert part(parsed(content), "plain").strip("\n") == text.strip("\n\x00")


@given(text=ANY_TEXT | ODD_TEXT, html=ANY_TEXT | ODD_TEXT)
def test_any_bodies_are_fit_for_the_wire(text: str, html: str) -> None:
    content = build([MESSAGE_ID], text, html)
    assert_fit_for_the_wire(content)
    message = parsed(content)
    assert not message.defects
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", kept).rstrip("\n")
    assert part(message, "plain") == kept + "\n"
    part(message, "html")


@pytest.mark.parametrize(
    ("subject", "seen"),
    [
        ("New job", "New job"),
        ("Café-Manager in Zürich", "Café-Manager in Zürich"),
        ("🦊" * 60, "🦊" * 60),
        ("word " * 50, ("word " * 50).strip()),
        ("A\r\nBcc: e@x", "A Bcc: e@x"),
        ("=?utf-8?q?a=0ABcc:_e@x?=", "= ?utf-8?q?a=0ABcc:_e@x? ="),
        ("", ""),
    ],
)
def test_a_subject_is_read_as_it_was_written(subject: str, seen: str) -> None:
    content = build([("Subject", subject), MESSAGE_ID], "", "")
    assert_fit_for_the_wire(content)
    assert parsed(content)["Subject"] == seen
    head = content.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 78


@pytest.mark.parametrize(
    ("mailbox", "name"),
    [
        ("Example Jobs <a@b.org>", "Example Jobs"),
        ("Jobs, Inc. (Berlin) <a@b.org>", "Jobs, Inc. (Berlin)"),
        ('He said "hi\\there" <a@b.org>', 'He said "hi\\there'),
        ("Jürgen & Söhne <a@b.org>", "Jürgen & Söhne"),
        ("漢字会社 <a@b.org>", "漢字会社"),
        ("A\r\nBcc: e@x <a@b.org>", "A Bcc: e@x"),
        ("=?utf-8?q?x?= <a@b.org>", "= ?utf-8?q?x? ="),
        ("a@b.org", ""),
    ],
)
def test_a_display_name_is_read_as_it_was_written(mailbox: str, name: str) -> None:
    content = build([("From", mailbox), MESSAGE_ID], "", "")
    assert_fit_for_the_wire(content)
    (address,) = parsed(content)["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "a@b.org")
    assert not parsed(content)["From"].defects


def test_a_long_display_name_becomes_several_encoded_words() -> None:
    content = build([("From", "漢" * 60 + " <a@b.org>"), MESSAGE_ID], "", "")
    assert_fit_for_the_wire(content)
    head, _, _ = content.partition(b"\r\nMessage-ID")
    words = head.decode("ascii").removeprefix("From: ").removesuffix(" <a@b.org>")
    assert str(make_header(decode_header(words))) == "漢" * 60


@pytest.mark.parametrize("name", ["List-Unsubscribe", "List-Id", "Feedback-ID", "References"])
def test_long_tokens_are_neither_folded_inside_nor_encoded(name: str) -> None:
    content = build([(name, f"<https://{TOKEN}>, <mailto:{TOKEN}>"), MESSAGE_ID], "", "")
    assert f"<https://{TOKEN}>,\r\n <mailto:{TOKEN}>\r\n".encode() in content
    assert parsed(content)[name] == f"<https://{TOKEN}>, <mailto:{TOKEN}>"


@pytest.mark.parametrize(
    "header",
    [
        ("List-Unsubscribe", "<https://x/ü>"),
        ("List-Id", "<a>\r\nBcc: e@x"),
        ("Message-ID", "<\x00@x>"),
        ("List-Unsubscribe", "<" + "x" * 1000 + ">"),
        ("To", "a@b.org, c@d.org"),
        ("To", "jürgen@example.org"),
        ("Sub ject", "x"),
        ("Subject:", "x"),
        ("Sübject", "x"),
        ("", "x"),
    ],
)
def test_what_no_header_can_hold_is_refused(header: tuple[str, str]) -> None:
    with pytest.raises(MessageError):
        build([header], "", "")


@given(
    value=ANY_TEXT | ODD_TEXT | st.sampled_from(HOSTILE),
    name=st.sampled_from(["Subject", "X-Jobraker-Note", "Comments"]),
)
def test_no_header_value_adds_or_breaks_a_header(value: str, name: str) -> None:
    content = build([FROM, TO, (name, value), MESSAGE_ID], "text", "<p>html</p>")
    assert_fit_for_the_wire(content)
    message = parsed(content)
    assert message.keys() == ["From", "To", name, "Message-ID", "MIME-Version", "Content-Type"]
    assert not message.defects
    assert not message[name].defects
    assert part(message, "plain") == "text\n"


@given(display=ANY_TEXT | ODD_TEXT | st.sampled_from(HOSTILE))
def test_no_display_name_adds_a_header_or_a_sender(display: str) -> None:
    content = build([("From", f"{display} <a@b.org>"), TO, MESSAGE_ID], "", "")
    assert_fit_for_the_wire(content)
    message = parsed(content)
    assert message.keys() == ["From", "To", "Message-ID", "MIME-Version", "Content-Type"]
    assert [address.addr_spec for address in message["From"].addresses] == ["a@b.org"]
    assert not message["From"].defects
