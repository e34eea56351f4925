"""The page of `templates preview`: every sample is on it, and nothing in one reaches the page."""

import html
from pathlib import Path

from jobraker_cli.demo.preview import write_preview
from jobraker_cli.mail.proofs import Proof, proofs
from tests.demo.test_gallery import Tags
from tests.mail.samples import composer


def page_of(folder: Path, *made: Proof) -> str:
    return write_preview(folder, made or proofs(composer(), kinds=["job_alert"])).read_text("utf-8")


def test_every_case_and_language_is_shown_light_dark_and_on_a_phone(tmp_path: Path) -> None:
    page = Tags()
    page.feed(page_of(tmp_path))
    frames = [attributes for tag, attributes in page.tags if tag == "iframe"]
    assert len(frames) == 7 * 4 * 3
    assert all("sandbox" in frame for frame in frames)
    assert {frame["style"] for frame in frames} == {
        "color-scheme:light;width:640px",
        "color-scheme:dark;width:640px",
        "color-scheme:light;width:375px",
    }
    assert "28 mails; all is well" in page.text


def test_nothing_in_a_sample_is_part_of_the_page(tmp_path: Path) -> None:
    page = Tags()
    page.feed(page_of(tmp_path))
    names = {tag for tag, _ in page.tags}
    assert "script" not in names
    assert "img" not in names
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]


def test_a_frame_holds_the_mail_as_it_is(tmp_path: Path) -> None:
    (first, *_) = proofs(composer(), kinds=["job_alert"], languages=["en"])
    assert first.mail is not None
    page = Tags()
    page.feed(page_of(tmp_path, first))
    frame = next(attributes for tag, attributes in page.tags if tag == "iframe")
    assert frame["srcdoc"] == first.mail.html
    assert html.escape(first.mail.subject) in page_of(tmp_path, first)


def test_problems_and_mails_that_could_not_be_made_are_told(tmp_path: Path) -> None:
    broken = Proof(kind="job_alert", case="x", language="en", mail=None, problems=("<b> is bad",))
    page = page_of(tmp_path, broken)
    assert "&lt;b&gt; is bad" in page
    assert "1 have problems" in page
    assert "(could not be made)" in page
