"""Whatever strangers write becomes one harmless line, a plain link or nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.mail.clean import clean_line, safe_url, terminal_line
from tests.mail.samples import HOSTILE

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
ODD_TEXT = st.text(st.sampled_from("=? \r\n\t\x00\x1b\x85\u2028\u202e\ud800\u200db\u0301Q漢🦊"))
CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Senior Python Developer", "Senior Python Developer"),
        ("  two \t words \n", "two words"),
        ("non\u00a0breaking\u3000ideographic", "non breaking ideographic"),
        ("A\r\nBcc:e@x", "A Bcc:e@x"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg", "a b c d e f g"),
        ("nul\x00bell\x07", "nulbell"),
        ("\x1b[2Jclear\x9b2J", "[2Jclear2J"),
        ("\u202egpj.exe\u2066a\u2069", "gpj.exea"),
        ("\ud800lone\udfff", "lone"),
        ("\ufeffzero\u200bwidth\xad", "zerowidth"),
        ("=?utf-8?q?x?=", "= ?utf-8?q?x? ="),
        ("=\x00?utf-8?q?x?\u200b=", "= ?utf-8?q?x? ="),
        ("=?=", "= ? ="),
        ("really?", "really?"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u2800\u3164\uffa0", ""),
        ("", ""),
    ],
)
def test_text_becomes_one_safe_line(text: str, line: str) -> None:
    assert clean_line(text) == line


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("abcde\u0301fg", 6, "abcd…"),
        ("abcd👨\u200d👩\u200d👧xyz", 8, "abcd…"),
        ("a" * 10_000, 200, "a" * 199 + "…"),
    ],
)
def test_a_long_line_ends_with_an_ellipsis_between_characters(
    text: str, limit: int, line: str
) -> None:
    assert clean_line(text, limit) == line


@given(ANY_TEXT | ODD_TEXT, st.integers(1, 60))
def test_a_clean_line_is_short_safe_and_stays_as_it_is(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert CONTROLS.search(line) is None
    assert "=?" not in line
    assert "?=" not in line
    assert line == line.strip()
    line.encode("utf-8")
    assert clean_line(line, limit) == line


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://jobs.example.com", "https://jobs.example.com"),
        ("http://localhost:8000/jobs/1?a=b&c=%20#d", "http://localhost:8000/jobs/1?a=b&c=%20#d"),
        ("HTTPS://Jobs.Example.COM/Path", "https://jobs.example.com/Path"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://bücher.example/jürgen", "https://xn--bcher-kva.example/j%C3%BCrgen"),
        ("https://example.com?q=1", "https://example.com?q=1"),
        ("https://example.com/a@b", "https://example.com/a@b"),
    ],
)
def test_web_addresses_are_kept(url: str, safe: str) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVa\tscript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "\x01https://example.com",
        "data:text/html,<script>",
        "vbscript:x",
        "//evil",
        "/relative",
        "ftp://example.com/",
        "https:example.com",
        "https://",
        "https:///path",
        "https://a@evil",
        "https://a:b@evil/",
        "https://@evil/",
        "https://example.com\u202e/x",
        "https://exa mple.com/",
        "https://example.com\\@evil/",
        'https://example.com/"onload="x',
        "https://example.com/<script>",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://[::1/",
        "https://exa%6dple.com/",
        "https://-/",
        "https://example.com/\ud800",
        "https://\u2100.example/",
        "https://" + "ü" * 80 + ".example/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_anything_else_is_no_link(url: str) -> None:
    assert safe_url(url) is None


@given(ANY_TEXT | ODD_TEXT.map(lambda text: f"https://example.com/{text}"))
def test_a_safe_url_is_plain_ascii_and_stays_as_it_is(url: str) -> None:
    safe = safe_url(url)
    if safe is not None:
        assert re.fullmatch(r"https?://[^/?#@\s]+[^\s\"'<>\\]*", safe)
        assert safe.isascii()
        assert safe_url(safe) == safe


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[/][link=https://evil]", "[/][link=https://evil]"),
        ("\x1b]52;c;YQ==\x07", "]52;c;YQ=="),
        ("\x1b]8;;https://evil\x1b\\x", "]8;;https://evil\\x"),
        ("\x9b2J", "2J"),
        ("one\ntwo\rthree\tfour\u2028five", "one two three four five"),
        ("  spaces  stay  ", "  spaces  stay  "),
        ("=?utf-8?q?x?=", "=?utf-8?q?x?="),
        ("\u202eexe", "exe"),
        ("lone \ud800", "lone \ufffd"),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_a_terminal_only_shows_the_text(text: str, line: str) -> None:
    assert terminal_line(text) == line


@given(ANY_TEXT | ODD_TEXT | st.sampled_from(HOSTILE))
def test_a_terminal_line_never_holds_controls(text: str) -> None:
    line = terminal_line(text)
    assert CONTROLS.search(line) is None
    line.encode("utf-8")
    assert terminal_line(line) == line
