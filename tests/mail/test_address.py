"""Which addresses are mailed, and how they are written."""

import pytest

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.address import check_address, normalized, split_mailbox


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada.Lovelace+jobs@EXAMPLE.Org", "Ada.Lovelace+jobs@example.org"),
        (" ada@example.org ", "ada@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@board.test", "ada@board.test"),
        ("ada@a.example", "ada@a.example"),
    ],
)
def test_an_address_is_kept_with_its_domain_as_servers_know_it(text: str, address: str) -> None:
    assert check_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ada",
        "ada@",
        "@example.org",
        "b@x.org, c@x.org",
        "b@x.org;c@x.org",
        "b@x.org c@x.org",
        "Ada <ada@example.org>",
        '"a b"@example.org',
        "ada@example.org\r\nBcc: e@x.org",
        "ada@example.org\n",
        "ada\x00@example.org",
        "ada@exam\u202eple.org",
        "ada@[127.0.0.1]",
        "ada@exa_mple.org",
        "ada@secretplace..org",
        "ada@" + "b." * 150 + "org",
        "\ud800@example.org",
        "ada@xn--a.org",
    ],
)
def test_what_is_not_one_address_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(MessageError, match="address") as refusal:
        check_address(text)
    for part in ("ada", "secretplace", "c@x", "Bcc"):
        assert part not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_local_part_that_needs_smtputf8_is_refused_with_that_reason() -> None:
    with pytest.raises(MessageError, match="needs SMTPUTF8"):
        check_address("jürgen@example.org")


@pytest.mark.parametrize(
    "text",
    [
        "Ada@Bücher.example",
        "ada@BÜCHER.EXAMPLE",
        "ADA@xn--bcher-kva.example",
        " ada@xn--bcher-kva.example",
    ],
)
def test_all_spellings_of_an_address_have_one_suppression_key(text: str) -> None:
    assert normalized(text) == "ada@xn--bcher-kva.example"


def test_what_cannot_be_mailed_can_still_be_suppressed() -> None:
    assert normalized("JÜRGEN@example.org") == "jürgen@example.org"


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("ada@example.org", ("", "ada@example.org")),
        ("<ada@example.org>", ("", "ada@example.org")),
        ("Ada Lovelace <ada@example.org>", ("Ada Lovelace", "ada@example.org")),
        ('"Lovelace, Ada" <ada@example.org>', ("Lovelace, Ada", "ada@example.org")),
        ("A\r\nBcc: e@x <ada@example.org>", ("A Bcc: e@x", "ada@example.org")),
    ],
)
def test_a_mailbox_is_a_name_and_an_address(text: str, mailbox: tuple[str, str]) -> None:
    assert split_mailbox(text) == mailbox


@pytest.mark.parametrize(
    "text", ["", "Ada", "Ada <ada>", "a@b.org, c@d.org", "a@b.org>", "Ä <ä@b.org>", "A <a@b> x"]
)
def test_a_mailbox_is_never_guessed(text: str) -> None:
    with pytest.raises(MessageError):
        split_mailbox(text)
