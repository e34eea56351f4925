"""Languages: whole catalogues, numbers and days as Unicode has them, right-to-left mail."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date, get_day_names, get_month_names
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.mail.languages import LANGUAGES, catalogue, folder, language_of
from jobraker_cli.mail.wording import Words
from jobraker_cli.settings import values
from tests.mail.samples import WRITTEN, composer, digest, job, letter, section

ROOT = Path(__file__).resolve().parents[2]
TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]
UTC_ZONE = ZoneInfo("UTC")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%.")


def words(tag: str) -> Words:
    return Words.of(tag, UTC_ZONE, WRITTEN)


def messages(tag: str) -> Iterator[Message]:
    with (folder() / tag / "LC_MESSAGES" / "jobraker.po").open("rb") as stream:
        yield from (one for one in read_po(stream, locale=tag) if one.id)


def forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


def test_the_settings_know_the_languages() -> None:
    assert sorted(LANGUAGES) == list(values.LOCALES)


def test_the_catalogues_hold_what_code_and_templates_say() -> None:
    run = [sys.executable, str(ROOT / "scripts" / "messages.py"), "--check"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), "run `make messages`"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_is_complete(tag: str) -> None:
    missing = [one.id for one in messages(tag) if not all(forms(one.string))]
    assert not missing


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_has_every_plural_form(tag: str) -> None:
    counts = {len(forms(one.string)) for one in messages(tag) if not isinstance(one.id, str)}
    assert counts == {6 if tag == "ar" else 2}


@pytest.mark.parametrize("tag", TRANSLATED)
def test_translations_name_the_same_values(tag: str) -> None:
    """In a plural the number may be a word ("two"), but nothing else may be missing or added."""
    wrong = []
    for one in messages(tag):
        asked = set(PLACEHOLDER.findall(forms(one.id)[-1]))
        may_lack = set() if isinstance(one.id, str) else {"%(num)s"}
        for form in forms(one.string):
            found = set(PLACEHOLDER.findall(form))
            if not (asked - may_lack <= found <= asked):
                wrong.append((one.id, form))
    assert not wrong


@pytest.mark.parametrize("tag", TRANSLATED)
def test_translations_hold_no_markup(tag: str) -> None:
    """One text stands in the HTML and in the text part, so it can hold neither's special signs."""
    assert not [one.id for one in messages(tag) if re.search("[<>&]", " ".join(forms(one.string)))]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_numbers_are_written_as_unicode_has_them(tag: str) -> None:
    for number in (0, 7, 999, 1234, 70_000, 1_234_567):
        assert words(tag).number(number) == format_decimal(number, locale=tag)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_days_and_months_are_written_as_unicode_has_them(tag: str) -> None:
    days, months = get_day_names("wide", locale=tag), get_month_names("wide", locale=tag)
    for month in range(1, 13):
        moment = datetime(2026, month, 10 + month, tzinfo=UTC)
        said = words(tag).day(moment)
        assert days[moment.weekday()] in said
        assert months[month] in said


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_date_stands_in_the_order_of_the_language(tag: str) -> None:
    """In English without the comma, which British style does without."""
    moment = datetime(2027, 8, 12, tzinfo=UTC)
    unicode = format_date(moment, "full", locale="en_GB" if tag == "en" else tag)
    assert words(tag).day(moment) == unicode.replace("Thursday,", "Thursday")
    assert words(tag).day(moment.replace(year=2026)).count("2026") == 0


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_plural_forms_are_those_of_unicode(tag: str) -> None:
    chosen = Locale(tag).plural_form
    ngettext = words(tag).ngettext
    found = {
        (chosen(n), re.sub(r"[\d.,]+", "#", ngettext("%(num)s new job", "%(num)s new jobs", n)))
        for n in range(1, 130)
    }
    assert len({category for category, _ in found}) == len(found)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_direction_is_that_of_unicode(tag: str) -> None:
    assert LANGUAGES[tag].direction == Locale(tag).text_direction


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "70,000 to 90,000 EUR a year"),
        ("de", "70.000 bis 90.000 EUR im Jahr"),
        ("es", "de 70.000 a 90.000 EUR al año"),
        ("ar", "سنويًا من 70,000 إلى 90,000 EUR"),
    ],
)
def test_money_is_worded_in_the_language(tag: str, said: str) -> None:
    assert words(tag).money(70_000, 90_000, "EUR", "yearly") == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("title: python, django; skills: sql", "Titel: python, django; Kenntnisse: sql"),
        ("remote", "remote"),
        ("Berlin, Germany", "Berlin, Germany"),
        ("full time", "Vollzeit"),
        ("70,000 to 90,000 EUR a year", "70.000 bis 90.000 EUR im Jahr"),
        ("from 70,000 USD a year", "ab 70.000 USD im Jahr"),
        ("up to 70,000 a year", "bis zu 70.000 im Jahr"),
        ("70,000 USD a year", "70.000 USD im Jahr"),
        ("pay not disclosed", "Gehalt nicht genannt"),
        ("C++: a language", "C++: a language"),
    ],
)
def test_evidence_is_worded_where_the_words_are_ours(reason: str, said: str) -> None:
    assert words("de").evidence(reason) == said


@given(st.text(max_size=80))
def test_evidence_of_any_kind_is_worded(reason: str) -> None:
    assert words("en").evidence(reason).count("%") == reason.count("%")


@pytest.mark.parametrize(
    ("preference", "tag"),
    [
        ("de", "de"), ("de_AT", "de"), ("es-MX", "es"), ("AR", "ar"), (" en ", "en"),
        ("de_DE.UTF-8", "de"), ("fr", "es"), ("", "es"), (None, "es"), (7, "es"), ("german", "es"),
    ],
)  # fmt: skip
def test_a_preference_is_read_or_the_default_holds(preference: object, tag: str) -> None:
    assert language_of(preference, "es") == tag


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_mail_is_in_the_language_of_its_row(tag: str) -> None:
    one = letter(digest(section("Python", job(1), job(2)), more=3))
    mail = composer().compose(replace(one, locale=tag))
    language = LANGUAGES[tag]
    assert f'<html lang="{tag}" dir="{language.direction}">' in mail.html
    unsubscribe = catalogue(tag).gettext("Unsubscribe from these mails")
    assert unsubscribe in mail.html
    assert unsubscribe in mail.text
    assert mail == composer().compose(replace(one, locale=tag))


def test_arabic_stands_at_the_right() -> None:
    one = letter(digest(section("Python", job(1))))
    mail = composer().compose(replace(one, locale="ar"))
    assert "text-align:left" in mail.html  # the link at the end of the first line
    assert "text-align:right" not in mail.html
    assert "وظيفة جديدة" in mail.subject


@pytest.mark.parametrize("locale", ["", "fr", "tlh"])
def test_a_row_without_a_known_language_is_in_the_default_one(locale: str) -> None:
    one = replace(letter(digest(section("Python", job(1)))), locale=locale)
    assert '<html lang="en"' in composer().compose(one).html
    assert '<html lang="es"' in composer(locale="es").compose(one).html
