"""What `templates check` finds: each fault is seen, and our own mails have none."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jobraker_cli.mail import samples
from jobraker_cli.mail.compose import Composed, Composer
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.mail.proofs import Proof, proofs
from jobraker_cli.mail.review import LARGEST_HTML, html_size, review
from tests.mail.samples import BRAND, KEY, USUAL, composer, letter

GOOD = composer().compose(letter(USUAL))
ALL = list(proofs(composer()))


def found(html: str) -> list[str]:
    return review(replace(GOOD, html=html), "en", "ltr")


def without(pattern: str, instead: str = "") -> str:
    changed = re.sub(pattern, instead, GOOD.html, count=1)
    assert changed != GOOD.html
    return changed


@pytest.mark.parametrize("proof", ALL, ids=lambda proof: proof.name)
def test_our_own_mails_have_no_faults(proof: Proof) -> None:
    assert list(proof.problems) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_every_case(kind: str) -> None:
    assert set(samples.NAMES) <= set(samples.cases(kind))


def test_a_kind_without_samples_is_a_problem() -> None:
    assert samples.cases("no_such_kind") == {}
    assert samples.cases("../etc") == {}


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (without(' lang="en"'), "does not say lang"),
        (without(' dir="ltr"'), "does not say lang"),
        (without("<title>.*?</title>"), "no <title>"),
        (without("</h1>"), "closes nothing"),
        (without("<h1", "<h4>x</h4><h1"), "<h4> skips a level"),
        (without("</body>\n</html>"), "<body> is not closed"),
        (without("<h1", '<img src="x.png"><h1'), "no alt text"),
        (without('role="presentation" '), "role=presentation"),
        (without('href="https', 'href="javascript'), "leads to 'javascript"),
        (without("<h1", '<a href="https://elsewhere.example/">x</a><h1'), "not in the text part"),
        (without("<h1", '<a href="https://jobs.example.com/alerts"></a><h1'), "has no text"),
        (without("color:#17242a", "color:#cccccc"), "in light mode"),
        (without(r"\.text \{ color: #edf1f2", ".text { color: #222222"), "in dark mode"),
    ],
)
def test_a_fault_is_found(html: str, words: str) -> None:
    assert any(words in problem for problem in found(html)), found(html)


def test_hidden_text_needs_no_contrast() -> None:
    hidden = '<p style="display:none;color:#ffffff">x</p>'
    assert found(GOOD.html.replace("<h1", hidden + "<h1")) == []


def test_a_mail_that_mail_programs_cut_is_found() -> None:
    large = GOOD.content.replace(b"</html>", b"x" * LARGEST_HTML + b"</html>")
    assert html_size(GOOD) < LARGEST_HTML / 4
    assert "above 90 KB" in review(replace(GOOD, content=large), "en", "ltr")[0]


def with_template(name: str, source: str) -> Callable[[Path], list[Proof]]:
    def made(folder: Path) -> list[Proof]:
        (folder / name).write_text(source, encoding="utf-8")
        own = Composer(brand=BRAND, key=KEY, timezone=ZoneInfo("UTC"), templates=folder)
        return list(proofs(own, kinds=["job_alert"], languages=["de"]))

    return made


def test_an_undefined_name_is_a_problem_of_each_case(tmp_path: Path) -> None:
    made = with_template("job_alert.txt", "{{ mail.nothing }}")(tmp_path)
    assert {proof.mail for proof in made} == {None}
    assert all("job_alert.txt failed" in proof.problems[0] for proof in made)


def test_a_logo_has_the_companys_name_as_its_text() -> None:
    brand = replace(BRAND, logo_url="https://jobs.example.com/logo.png", color="#ffee00")
    mail: Composed = composer(brand).compose(letter(USUAL))
    assert '<img src="https://jobs.example.com/logo.png" alt="Example Jobs"' in mail.html
    assert review(mail, "en", "ltr") == []
