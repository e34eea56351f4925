"""What a payload says, whatever is missing in it or odd."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.errors import MessageError
from jobraker_cli.mail import digest as digests
from jobraker_cli.mail.brand import checked
from jobraker_cli.mail.digest import Card, Digest
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.wording import Words
from tests.mail.samples import BRAND, KEY, USER, WRITTEN, composer, digest, job, letter, section

LINKS = Links(brand=checked(BRAND), key=KEY, user_id=USER, issued_at=WRITTEN)
IN_BERLIN = Words.of("en", ZoneInfo("Europe/Berlin"), WRITTEN)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def view(payload: Mapping[str, object]) -> Digest:
    return digests.view(payload, LINKS, IN_BERLIN)


def card(**changes: object) -> Card:
    return view(digest(section("Python", job(1, **changes)))).cards[0]


def test_a_card_says_its_facts_in_words() -> None:
    assert card(places=["Berlin, Germany", "Wien", "Rom"]) == Card(
        url="https://jobs.example.com/jobs/00000000-0000-0000-0000-000000000001",
        title="Senior Python Developer 1",
        phrase="Senior Python Developer 1 at Société Générale",
        company="Société Générale",
        place="Berlin, Germany and 2 more places",
        places="Berlin, Germany; Wien; Rom",
        pay="70,000 to 90,000 EUR a year",
        tags=("Full time", "Senior", "Hybrid"),
        posted="Posted Tuesday 11 August",
        deadline="Apply by Friday 28 August",
        why="title: python; Berlin is in Germany",
    )


def test_a_job_of_an_id_and_a_title_is_enough() -> None:
    payload = {"sections": [{"jobs": [{"id": "1", "title": "Nurse"}]}]}
    found = view(payload)
    assert (found.greeting, found.headline, found.more) == ("Hello,", "1 new job", 0)
    assert (found.sections[0].name, found.sections[0].stop_url) == ("Your job alert", None)
    (only,) = found.cards
    assert only.phrase == "Nurse"
    assert {only.company, only.place, only.pay, only.posted, only.why} == {""}


@pytest.mark.parametrize(
    "key",
    [
        "company",
        "places",
        "remote",
        "job_type",
        "experience_level",
        "salary_min",
        "salary_max",
        "salary_currency",
        "salary_period",
        "posted_at",
        "deadline",
        "reasons",
    ],
)
@given(value=JSON)
def test_an_odd_fact_never_costs_the_card(key: str, value: object) -> None:
    assert card(**{key: value}).title == "Senior Python Developer 1"


@pytest.mark.parametrize("title", [None, 7, "", " \u200b ", ["x"]])
def test_a_job_without_a_title_is_called_untitled(title: object) -> None:
    assert card(title=title).title == "Untitled job"


@pytest.mark.parametrize(
    ("posted_at", "words"),
    [
        ("2026-08-11T22:30:00+00:00", "Posted Wednesday 12 August"),
        ("2026-08-11T22:30:00Z", "Posted Wednesday 12 August"),
        ("2026-08-11T22:30:00", "Posted Wednesday 12 August"),
        ("2025-12-31T12:00:00+00:00", "Posted Wednesday 31 December 2025"),
        ("9999-12-31T23:59:59+00:00", ""),
        ("yesterday", ""),
        (1786525200, ""),
        (None, ""),
    ],
)
def test_a_date_is_worded_or_left_out(posted_at: object, words: str) -> None:
    assert card(posted_at=posted_at).posted == words


@pytest.mark.parametrize(
    ("minimum", "maximum", "pay"),
    [
        (70000, None, "From 70,000 EUR a year"),
        (None, 90000, "Up to 90,000 EUR a year"),
        (70000.0, 90000.5, "70,000 to 90,000 EUR a year"),
        ("70000", None, ""),
        (True, None, ""),
        (-1, None, ""),
        (10**400, None, ""),
        (float("nan"), float("inf"), ""),
    ],
)
def test_only_amounts_are_pay(minimum: object, maximum: object, pay: str) -> None:
    assert card(salary_min=minimum, salary_max=maximum).pay == pay


def test_the_id_of_a_job_cannot_leave_its_link() -> None:
    assert card(id="../../evil?x=1#\r\n").url == (
        "https://jobs.example.com/jobs/..%2F..%2Fevil%3Fx%3D1%23"
    )


def test_places_are_listed_once_and_reasons_are_few() -> None:
    only = card(places=["Bonn", "Bonn ", "", 7, "Rom"], reasons=["a", "b", "a", "c", "d"])
    assert (only.places, only.why) == ("Bonn; Rom", "a; b; c")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"sections": None},
        {"sections": "x"},
        {"sections": []},
        {"sections": [7, None]},
        {"sections": [{"jobs": []}]},
        {"sections": [{"jobs": [{"title": "no id"}, "x"]}]},
    ],
)
def test_a_digest_without_a_job_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(MessageError, match="no job"):
        view(payload)


def test_a_section_without_jobs_is_left_out() -> None:
    found = view(digest(section("Empty"), section("Python", job(1))))
    assert [part.name for part in found.sections] == ["Python"]


@pytest.mark.parametrize(
    ("jobs", "alerts", "frequency", "headline", "intro"),
    [
        (1, 1, "daily", "1 new job today", "Hello Ada, this one matches your job alert."),
        (3, 1, "weekly", "3 new jobs this week", "Hello Ada, these match your job alert."),
        (2, 2, "immediate", "4 new jobs", "Hello Ada, these match your job alerts."),
    ],
)
def test_the_first_words_agree_with_the_numbers(
    jobs: int, alerts: int, frequency: str, headline: str, intro: str
) -> None:
    parts = [section(f"Alert {n}", *map(job, range(1, jobs + 1))) for n in range(alerts)]
    found = view(digest(*parts, frequency=frequency))
    assert (found.headline, found.intro) == (headline, intro)


def test_jobs_that_are_not_shown_are_counted() -> None:
    assert view(digest(section("Python", job(1), job(2)), more=8)).total == 10


@pytest.mark.parametrize("more", [None, "x", -3, [1], True])
def test_an_odd_number_of_further_jobs_is_none(more: object) -> None:
    assert view(digest(section("Python", job(1)), more=more)).more == 0


def test_the_preview_names_what_the_subject_does_not() -> None:
    several = view(digest(section("A", job(1), job(2, title="Nurse", company="Bupa"))))
    alone = view(digest(section("A", job(1))))
    assert several.preview == "Nurse at Bupa"
    assert alone.preview.startswith("Berlin, Germany, 70,000 to 90,000 EUR a year, Full time")


def test_a_place_with_an_empty_part_has_no_gap() -> None:
    mail = composer().compose(
        letter(
            digest(section("Nurse", job(places=["Berlin, , Germany"], reasons=["Paris,,France"])))
        )
    )
    for part in (mail.html, mail.text):
        assert "Berlin, Germany" in part
        assert "Paris,France" in part
