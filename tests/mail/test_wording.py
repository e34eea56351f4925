"""Facts in words, as a person would say them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.mail.wording import Words

ENGLISH = Words.of("en", ZoneInfo("UTC"), datetime(2026, 8, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("minimum", "maximum", "currency", "period", "words"),
    [
        (70000, 90000, "EUR", "yearly", "70,000 to 90,000 EUR a year"),
        (18, 22, "USD", "hourly", "18 to 22 USD an hour"),
        (105000, None, "USD", "yearly", "from 105,000 USD a year"),
        (None, 4500, "GBP", "monthly", "up to 4,500 GBP a month"),
        (0, 4500, "GBP", "monthly", "up to 4,500 GBP a month"),
        (4500, 0, "GBP", "monthly", "from 4,500 GBP a month"),
        (60000, 60000, "USD", "yearly", "60,000 USD a year"),
        (90000, 70000, "USD", "yearly", "70,000 to 90,000 USD a year"),
        (700, 900, "usd", "weekly", "700 to 900 USD a week"),
        (700, 900, "USD", "per_project", "700 to 900 USD (per project)"),
        (700, 900, "", "", "700 to 900"),
        (None, None, "USD", "yearly", None),
        (0, 0, "USD", "yearly", None),
        (-5, None, "USD", "yearly", None),
    ],
)
def test_pay_has_its_currency_and_period(
    minimum: int | None, maximum: int | None, currency: str, period: str, words: str | None
) -> None:
    assert ENGLISH.money(minimum, maximum, currency, period) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("full_time", "Full time"),
        ("part_time", "Part time"),
        ("contract", "Contract"),
        ("temporary", "Temporary"),
        ("internship", "Internship"),
        ("freelance", "Freelance"),
        ("gig_work", "Gig work"),
        ("", ""),
        ("__", ""),
        ("x\r\nBcc: e", "X Bcc: e"),
    ],
)
def test_job_types_are_words(code: str, words: str) -> None:
    assert ENGLISH.job_type(code) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("entry", "Entry level"),
        ("mid", "Mid level"),
        ("senior", "Senior"),
        ("lead", "Lead"),
        ("executive", "Executive"),
        ("c_level", "C level"),
        ("", ""),
    ],
)
def test_levels_are_words(code: str, words: str) -> None:
    assert ENGLISH.level(code) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [("full", "Remote"), ("hybrid", "Hybrid"), ("no", ""), ("", ""), ("on_request", "On request")],
)
def test_remote_is_a_word_or_nothing(code: str, words: str) -> None:
    assert ENGLISH.remote(code) == words


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        ("2026-08-12T09:00", "UTC", "Wednesday 12 August"),
        ("2026-08-12T23:30", "Europe/Berlin", "Thursday 13 August"),
        ("2026-08-12T03:00", "America/New_York", "Tuesday 11 August"),
        ("2027-01-08T12:00", "UTC", "Friday 8 January 2027"),
        ("2026-12-31T23:30", "Europe/Berlin", "Friday 1 January 2027"),
        ("2026-03-29T00:59", "Europe/Berlin", "Sunday 29 March"),
    ],
)
def test_a_day_is_that_of_the_time_zone(moment: str, zone: str, words: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert replace(ENGLISH, timezone=ZoneInfo(zone)).day(at) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 new jobs"), (1, "1 new job"), (2, "2 new jobs"), (1999, "1,999 new jobs")],
)
def test_counts_have_the_right_form(number: int, words: str) -> None:
    assert ENGLISH.ngettext("%(num)s new job", "%(num)s new jobs", number) == words


@pytest.mark.parametrize(
    ("names", "shown", "words"),
    [
        ([], 1, ""),
        (["Berlin"], 1, "Berlin"),
        (["Berlin", "Wien"], 1, "Berlin and 1 more place"),
        (["Berlin", "Wien", "Rom", "Oslo", "Bonn"], 1, "Berlin and 4 more places"),
        (["Berlin", "Wien", "Rom"], 5, "Berlin; Wien; Rom"),
        (["A", "B", "C", "D", "E", "F", "G"], 5, "A; B; C; D; E and 2 more places"),
    ],
)
def test_places_are_listed_and_the_rest_counted(names: list[str], shown: int, words: str) -> None:
    assert ENGLISH.places(names, shown) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ada", "Hello Ada,"),
        ("  Ada  Lovelace ", "Hello Ada Lovelace,"),
        ("ADA", "Hello Ada,"),
        ("SEAN O'NEIL", "Hello Sean O'Neil,"),
        ("JJ", "Hello JJ,"),
        ("J.R.", "Hello J.R,"),
        ("María-José", "Hello María-José,"),
        ("प्रिया", "Hello प्रिया,"),
        ("نور", "Hello نور,"),
        ("小林", "Hello 小林,"),
        ("", "Hello,"),
        (" \u200b\x00 ", "Hello,"),
        ("-", "Hello,"),
        ("x" * 150, "Hello,"),
        ("<b>Ada</b>", "Hello,"),
        ("NULL", "Hello,"),
        ("undefined", "Hello,"),
        ("{{7*7}}", "Hello,"),
        ("Win big at www.evil", "Hello,"),
        ("evil.example", "Hello,"),
        ("https://evil", "Hello,"),
        ("ada@example.org", "Hello,"),
        ("Call 0800 12345", "Hello,"),
        ("Ada\r\nBcc: e@x", "Hello,"),
    ],
)
def test_a_greeting_reads_well_whatever_the_name(name: str, words: str) -> None:
    assert ENGLISH.greeting(name) == words


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_a_greeting_is_always_one_short_line(name: str) -> None:
    words = ENGLISH.greeting(name)
    assert words.startswith("Hello")
    assert words.endswith(",")
    assert len(words) <= 60
    assert "<" not in words
    assert "\n" not in words


@pytest.mark.parametrize(
    ("frequency", "rhythm"),
    [
        ("daily", "once a day"),
        ("weekly", "once a week"),
        ("monthly", "once a month"),
        ("immediate", "as soon as there are new jobs"),
        ("fortnightly", ""),
    ],
)
def test_frequencies_are_words(frequency: str, rhythm: str) -> None:
    assert ENGLISH.rhythm(frequency) == rhythm
