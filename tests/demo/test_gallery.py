"""The gallery shows mails as they are and lets nothing in them reach the page."""

from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.demo.gallery import chosen, write_gallery

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</iframe></pre></details></title>",
    "&lt;b&gt; & 'quotes'",
)


class Tags(HTMLParser):
    """Collects what a browser would see: tags with attributes, and all text outside of styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def mail(
    subject: str = "3 new jobs", text: str = "Hello", page: str | None = "<p>Hello</p>"
) -> bytes:
    message = EmailMessage()
    message["From"] = "Jobs <jobs@example.org>"
    message["To"] = "ada@example.org"
    message["Subject"] = subject
    message.set_content(text)
    if page is not None:
        message.add_alternative(page, subtype="html")
    return message.as_bytes()


def shown(path: Path) -> Tags:
    tags = Tags()
    tags.feed(path.read_text(encoding="utf-8"))
    return tags


def test_a_mail_is_shown_light_and_dark_with_its_text(tmp_path: Path) -> None:
    page = "<p style=\"color:red\">Grüße & 'so on'</p>"
    path = write_gallery(tmp_path, [mail(subject="Zwei Stellen für dich", page=page)], "Tuesday")
    assert path == tmp_path / "gallery.html"
    tags = shown(path)
    frames = tags.named("iframe")
    assert [frame["style"] for frame in frames] == ["color-scheme:light", "color-scheme:dark"]
    assert all(str(frame["srcdoc"]).strip() == page for frame in frames)
    assert "Zwei Stellen für dich" in tags.text
    assert "ada@example.org" in tags.text
    assert "Hello" in tags.text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_a_mail_becomes_part_of_the_page(tmp_path: Path, hostile: str) -> None:
    plain = shown(write_gallery(tmp_path, [mail()], "Title"))
    path = write_gallery(tmp_path, [mail(subject=hostile, text=hostile, page=hostile)], hostile)
    tags = shown(path)
    assert [tag for tag, _ in tags.tags] == [tag for tag, _ in plain.tags]
    assert tags.text.count(hostile) >= 3
    assert all(str(frame["srcdoc"]).strip() == hostile for frame in tags.named("iframe"))


def test_frames_may_do_nothing_and_the_page_loads_nothing(tmp_path: Path) -> None:
    tags = shown(write_gallery(tmp_path, [mail()], "Title"))
    assert all(frame["sandbox"] in (None, "") for frame in tags.named("iframe"))
    assert tags.named("script") == []
    assert not [tag for tag, attributes in tags.tags if "src" in attributes]
    (policy,) = [m for m in tags.named("meta") if m.get("http-equiv")]
    assert str(policy["content"]).startswith("default-src 'none'")


@given(content=st.binary(max_size=300), subject=st.text(max_size=60))
def test_any_bytes_and_any_subject_make_a_page(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, subject: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    raw = b"Subject: " + subject.encode("utf-8", "surrogatepass") + b"\n" + content
    path = write_gallery(folder, [content, raw], subject)
    page = path.read_text(encoding="utf-8")
    assert not {"\x1b", "\u202e", "\u2028"} & set(page)
    assert len(shown(path).named("section")) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"Content-Type: text/html; charset=no-such\n\n<p>x</p>",
        b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n!!!",
        b"From: <<<>>>@@\nTo: \xff\xfe\nSubject: =?utf-8?b?@@?=\n\nx",
        b'To: aa,<"\nSubject: =?no-such?q?x?=\nFrom: =?us-ascii?b?/w==?=\n\nx',
        b"Content-Type: multipart/alternative; boundary=x\n\n--x",
        b"",
    ],
)
def test_a_malformed_mail_is_shown_as_far_as_it_can_be(tmp_path: Path, content: bytes) -> None:
    assert len(shown(write_gallery(tmp_path, [content, mail()], "Title")).named("section")) == 2


def test_a_mail_without_html_says_so(tmp_path: Path) -> None:
    tags = shown(write_gallery(tmp_path, [mail(page=None)], "Title"))
    assert tags.named("iframe") == []
    assert "This mail has no HTML part." in tags.text


def test_no_mails_make_a_page_that_says_so(tmp_path: Path) -> None:
    assert "No mails were sent." in shown(write_gallery(tmp_path, [], "Title")).text


def test_of_many_files_forty_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    for number in range(60):
        size = 5_000 if number == 17 else number
        (tmp_path / f"{number:03}.eml").write_bytes(mail(f"Mail number {number}.", "x" * size))
    tags = shown(write_gallery(tmp_path, sorted(tmp_path.glob("*.eml")), "Title"))
    assert len(tags.named("section")) == 40
    assert "60 mails, 40 of them shown" in tags.text
    for number in (0, 17, 59):
        assert f"Mail number {number}." in tags.text


@given(sizes=st.lists(st.integers(0, 9), max_size=200), at_most=st.integers(4, 40))
def test_the_chosen_are_in_order_and_have_both_extremes(sizes: list[int], at_most: int) -> None:
    indexes = chosen(sizes, at_most)
    assert indexes == sorted(set(indexes))
    assert len(indexes) <= at_most
    if sizes:
        picked = [sizes[index] for index in indexes]
        assert (min(picked), max(picked)) == (min(sizes), max(sizes))
        assert {0, len(sizes) - 1} <= set(indexes)
