"""Whole mails: what leaves for usual, long and hostile letters."""

import html
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jobraker_cli.errors import ConfigError, MessageError
from jobraker_cli.mail.compose import Composed, Composer
from tests.mail.samples import (
    BRAND,
    CASES,
    HOSTILE,
    KEY,
    ONE,
    USUAL,
    WRITTEN,
    composer,
    digest,
    job,
    letter,
    parsed,
    section,
)

HEADERS = {
    "From",
    "To",
    "Date",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Jobraker-Kind",
    "Reply-To",
    "Precedence",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
}
MAILS = {name: composer().compose(letter(payload)) for name, payload in CASES.items()}
each_mail = pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS.keys())


class Reading(HTMLParser):
    """What a reader of the HTML meets: tags, links, headings and attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.headings: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")
            self.labels.append("")
        if tag in {"h1", "h2", "h3", "title"}:
            self.headings.append("")
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.headings[-1] += data
        if self.labels and self.lasttag == "a":
            self.labels[-1] += data


@each_mail
def test_only_crlf_and_seven_bits_and_short_lines_leave(mail: Composed) -> None:
    head, _, body = mail.content.partition(b"\r\n\r\n")
    assert re.search(rb"(?<!\r)\n|\r(?!\n)|[^\t\r\n -~]", mail.content) is None
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\r\n.\r\n" not in mail.content


@each_mail
def test_the_headers_are_exactly_the_expected_ones_once_each(mail: Composed) -> None:
    message = parsed(mail.content)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["To"] == "ada@example.org"
    assert not message.defects
    assert not [defect for name in message for defect in message[name].defects]


@each_mail
def test_the_parts_say_what_was_composed(mail: Composed) -> None:
    message = parsed(mail.content)
    assert message["Subject"] == mail.subject
    plain, rich = message.iter_parts()
    assert not plain.defects + rich.defects
    assert plain.get_content().replace("\r\n", "\n").strip("\n") == mail.text.strip("\n")
    assert rich.get_content().replace("\r\n", "\n").strip("\n") == mail.html.strip("\n")


@each_mail
def test_every_title_and_url_of_the_html_is_in_the_text(mail: Composed) -> None:
    reading = Reading(mail.html)
    assert len(reading.headings) > 3
    assert [title for title in reading.headings if title.strip() not in mail.text] == []
    assert [link for link in reading.links if link not in mail.text] == []
    assert [label for label in reading.labels if not label.strip()] == []


@each_mail
def test_links_are_whole_and_go_to_the_board_only(mail: Composed) -> None:
    site = "https://jobs.example.com"
    assert [link for link in Reading(mail.html).links if not link.startswith(site)] == []
    for line in mail.text.splitlines():
        if line.startswith("https://"):
            assert re.fullmatch(r"https://jobs\.example\.com[!-~]*", line)


@each_mail
def test_nothing_hostile_becomes_markup(mail: Composed) -> None:
    reading = Reading(mail.html)
    assert set(reading.tags) <= {
        *("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td"),
        *("h1", "h2", "h3", "p", "span", "b", "br", "a"),
    }
    assert {name for _, name, _ in reading.attributes} <= {
        *("lang", "charset", "name", "content", "class", "style", "role", "href", "dir"),
    }


@each_mail
def test_the_text_has_no_entities_and_no_markup_of_its_own(mail: Composed) -> None:
    assert re.search(r"&(amp|lt|gt|quot|nbsp|#\d+);", mail.text) is None
    assert "style=" not in mail.text


@each_mail
def test_mail_programs_do_not_clip_the_html(mail: Composed) -> None:
    html_part = mail.content[mail.content.index(b"Content-Type: text/html") :]
    assert len(html_part) <= 90 * 1024


@each_mail
def test_unsubscribing_is_offered_near_the_top_and_at_the_end(mail: Composed) -> None:
    places = [match.start() for match in re.finditer(r"/unsubscribe/", mail.html)]
    assert (
        mail.html[: places[0]].count("<h") == mail.html[: places[0]].count("<h1") + 2
    )  # html, head
    assert places[-1] > mail.html.rindex("<h3")
    assert mail.text.count("/unsubscribe/") >= 1


@each_mail
def test_the_layout_is_fit_for_old_mail_programs_and_screen_readers(mail: Composed) -> None:
    reading = Reading(mail.html)
    tables = reading.tags.count("table")
    assert mail.html.startswith('<!DOCTYPE html>\n<html lang="en" dir="ltr">')
    assert len([1 for a in reading.attributes if a == ("table", "role", "presentation")]) == tables
    assert (
        re.search(r"display:\s*(flex|grid)|position:|gradient|<img|<script|<link", mail.html)
        is None
    )
    assert '<meta name="color-scheme" content="light dark">' in mail.html
    assert "prefers-color-scheme: dark" in mail.html
    assert "max-width:600px" in mail.html


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.1, 1 to 21, of two colours such as #0c6b5b."""

    def luminance(colour: str) -> float:
        channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_is_readable_in_light_and_in_dark() -> None:
    source = MAILS["usual"].html
    dark = dict(re.findall(r"\.(\w+) \{ (?:background-)?color: (#\w{6}) !important", source))
    texts = set(re.findall(r'class="(\w+)"[^>]*[;"]color:(#\w{6})', source))
    button = dict(re.findall(r'class="(button)"[^>]*background-color:(#\w{6})', source))
    assert {name for name, _ in texts} == {"text", "soft", "link", "label"}
    for name, colour in texts:
        label = name == "label"
        for behind in [button["button"]] if label else ["#ffffff", "#f1f4f4"]:
            assert contrast(colour, behind) >= 4.5, (name, behind)
        for behind in [dark["button"]] if label else [dark["page"], dark["panel"]]:
            assert contrast(dark[name], behind) >= 4.5, (name, behind)


@each_mail
def test_a_colour_never_stands_without_a_rule_for_the_dark(mail: Composed) -> None:
    coloured = re.findall(r"<[^>]*[;\"](?:background-)?color:#[^>]*>", mail.html)
    assert coloured
    assert [tag for tag in coloured if 'class="' not in tag] == []


@each_mail
def test_bidi_and_control_characters_reach_nobody(mail: Composed) -> None:
    for content in (mail.subject, mail.text, mail.html):
        assert (
            re.search(
                "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", content
            )
            is None
        )
        assert "=?" not in content.replace("unsubscribe/", "")


def test_hostile_texts_are_shown_as_texts() -> None:
    mail = MAILS["hostile"]
    shown = html.unescape(mail.html)
    for literal in ("{{7*7}}", "<script>alert(1)</script>", "[/][link=https://evil]", "]52;c;YQ=="):
        assert literal in mail.text
        assert literal in shown
    assert "<script>" not in mail.html
    assert "Hello," in mail.text


def test_the_same_letter_has_the_same_bytes() -> None:
    again = Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("Europe/Berlin"))
    for name, payload in CASES.items():
        assert again.compose(letter(payload)) == MAILS[name]


def test_the_zone_a_database_gives_the_moment_in_changes_no_byte() -> None:
    elsewhere = WRITTEN.astimezone(timezone(timedelta(hours=-7)))
    assert composer().compose(letter(USUAL, created_at=elsewhere)) == MAILS["usual"]


def test_another_letter_has_another_boundary() -> None:
    other = composer().compose(letter(USUAL, message_id="<2@jobs.example.com>"))
    assert parsed(other.content).get_boundary() != parsed(MAILS["usual"].content).get_boundary()


@pytest.mark.parametrize(
    ("payload", "subject"),
    [
        (ONE, "New job: Pharmacy Technician at Société Générale"),
        (USUAL, "Senior Python Developer 1 at Société Générale and 6 more new jobs"),
        (
            digest(section("A", job(1, company=""), job(2))),
            "Senior Python Developer 1 and 1 more new job",
        ),
    ],
)
def test_the_subject_names_a_job_and_counts_the_rest(payload: object, subject: str) -> None:
    assert composer().subject(letter(payload)) == subject
    assert composer().compose(letter(payload)).subject == subject


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_value_anywhere_costs_no_mail(hostile: str) -> None:
    payload = digest(
        section(hostile, job(1, title=hostile, id=hostile, company=hostile, places=[hostile])),
        name=hostile,
        frequency=hostile,
        more=hostile,
    )
    message = parsed(composer().compose(letter(payload)).content)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert not message["Subject"].defects


def test_a_hostile_company_name_stays_a_name() -> None:
    for hostile in HOSTILE:
        board = composer(replace(BRAND, company_name=hostile, from_email="a@jobs.example.com"))
        message = parsed(board.compose(letter(USUAL)).content)
        assert sorted(message.keys()) == sorted(HEADERS)
        assert [a.addr_spec for a in message["From"].addresses] == ["a@jobs.example.com"]


def test_days_are_those_of_the_boards_time_zone() -> None:
    late = letter(USUAL, created_at=WRITTEN.replace(hour=23))
    assert "Thursday 13 August" in composer(timezone="Europe/Berlin").compose(late).text
    assert "Wednesday 12 August" in composer(timezone="UTC").compose(late).text


def test_a_board_without_support_or_mailbox_still_writes() -> None:
    mail = composer(replace(BRAND, support_email="", unsubscribe_mailto="")).compose(letter(USUAL))
    assert "Questions?" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "carrier_pigeon"}, "no kind of mail"),
        ({"kind": "../../etc/passwd\n"}, "no kind of mail"),
        ({"payload": "{"}, "not JSON"),
        ({"payload": "[" * 100_000}, "not JSON"),
        ({"payload": "[]"}, "not a JSON object"),
        ({"payload": '{"sections": []}'}, "no job"),
        ({"recipient": "nobody"}, "address"),
        ({"user_id": None}, "without a user"),
        ({"message_id": "x"}, "Message-ID"),
    ],
)
def test_one_bad_letter_is_refused_with_its_reason(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(MessageError, match=reason):
        composer().compose(letter(ONE, **changes))


def with_templates(folder: Path, name: str, source: str) -> Composer:
    (folder / "emails").mkdir()
    (folder / "emails" / name).write_text(source, encoding="utf-8")
    return Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), templates=folder)


def test_an_operators_template_comes_before_ours(tmp_path: Path) -> None:
    own = with_templates(tmp_path, "job_alert.subject.txt", "{{ mail.total }} for you & me")
    mail = own.compose(letter(USUAL))
    assert mail.subject == "7 for you & me"
    assert "7 new jobs today" in mail.text


def test_an_operators_html_is_escaped_too(tmp_path: Path) -> None:
    own = with_templates(tmp_path, "job_alert.html", "{{ mail.cards[0].title }}")
    payload = digest(section("A", job(1, title="<b>")))
    assert own.compose(letter(payload)).html == "&lt;b&gt;"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ number.__globals__ }}",
        "{{ gettext.__globals__ }}",
        "{{ mail.unheard_of }}",
        "{{ 1 / 0 }}",
        "{{ mail.cards[99].title }}",
        "{{ 'x' + 1 }}",
        "{% include 'emails/nowhere.txt' %}",
        "{{ '%d' | format('x') }}",
    ],
)
def test_a_template_that_fails_or_breaks_out_costs_its_message_only(
    tmp_path: Path, source: str
) -> None:
    own = with_templates(tmp_path, "job_alert.txt", source)
    assert own.subject(letter(USUAL))
    with pytest.raises(MessageError, match=r"template job_alert\.txt failed"):
        own.compose(letter(USUAL))


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("job_alert.txt", b"Hello\n{% if %}", r"emails/job_alert\.txt, line 2: "),
        ("base.html", b"\n\n{{ (", r"emails/base\.html, line 3: "),
        ("macros.html", b"\xff", r"emails/macros\.html"),
        (
            "base.txt",
            b'{% extends "emails/base.txt" %}',
            r'base\.txt extends itself; ours is "jobraker/emails/base\.txt"',
        ),
    ],
)
def test_a_template_that_cannot_be_read_stops_everything_at_once(
    tmp_path: Path, name: str, source: bytes, said: str
) -> None:
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / name).write_bytes(source)
    with pytest.raises(ConfigError, match=said):
        Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), templates=tmp_path)


@pytest.mark.parametrize("name", ["job_alert.html", "emails/job_alert.html"])
def test_an_operator_changes_one_block_and_keeps_the_rest(tmp_path: Path, name: str) -> None:
    source = (
        '{% extends "jobraker/emails/job_alert.html" %}'
        "{% block reason %}{{ super() }}Musterweg 1, Berlin{% endblock %}"
    )
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    mail = Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), templates=tmp_path).compose(
        letter(USUAL)
    )
    assert "Musterweg 1, Berlin" in mail.html
    assert "You get this mail because" in mail.html
    assert mail.text == composer(timezone="UTC").compose(letter(USUAL)).text


def test_an_operators_frame_is_around_every_mail(tmp_path: Path) -> None:
    source = '{% extends "jobraker/emails/base.html" %}{% block title %}Ours{% endblock %}'
    own = with_templates(tmp_path, "base.html", source)
    assert "<title>7 new jobs today</title>" in own.compose(letter(USUAL)).html
    source = '{% extends "jobraker/emails/base.html" %}{% block reason %}Ours{% endblock %}'
    (tmp_path / "emails" / "base.html").write_text(source, encoding="utf-8")
    (tmp_path / "emails" / "job_alert.html").write_text('{% extends "emails/base.html" %}')
    assert (
        "Ours"
        in Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), templates=tmp_path)
        .compose(letter(USUAL))
        .html
    )


def test_a_missing_folder_of_templates_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), templates=tmp_path / "nowhere")


def test_the_packages_templates_are_found_from_any_directory(tmp_path: Path) -> None:
    program = (
        "from tests.mail.samples import USUAL, composer, letter;"
        "print(composer().subject(letter(USUAL)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == MAILS["usual"].subject
