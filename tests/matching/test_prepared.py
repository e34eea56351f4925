"""A job read once: which postings are the same vacancy."""

import pytest

from jobraker_cli.matching import prepared
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.model import Job, MatchRules


def fingerprint(title: str, company: str = "Acme", **columns: str) -> str:
    columns = {"id": "1", **columns}
    return prepare(Job(title=title, company=company, **columns), MatchRules()).fingerprint  # type: ignore[arg-type]


def test_a_fingerprint_is_16_hex_digits_that_stay_the_same_between_runs() -> None:
    assert fingerprint("Data Engineer") == "1dad94dff08e2e4a"


@pytest.mark.parametrize(
    ("title", "company"),
    [
        ("Sr. Data Engineers", "Acme"),
        ("senior data-engineer", "ACME, Inc."),
        ("Senior Data Engineer (m/w/d)", "Acme GmbH & Co. KG"),
        ("Senior Data Engineer [f/m/div.]", "acme"),
        ("Senior Data Engineer - m/w/d", "acme"),
        ("Senior Data Engineer H/F", "acme"),
        ("Senior Data Engineer (m / w / divers)", "acme"),
        ("Senior Data Engineer (all genders)", "acme"),
        ("(mwd) Senior Data Engineer", "acme"),
    ],
)
def test_spellings_of_a_vacancy_are_one(title: str, company: str) -> None:
    same = fingerprint("Senior Data Engineer", location="Bonn", external_source="adzuna", id="2")
    assert fingerprint(title, company) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("C++ Developer", "Acme"), ("C# Developer", "Acme")),
        (("Engineer", "Acme"), ("Engineer", "Globex")),
        (("a", "b c"), ("c a", "b")),
        (("!!!", "Acme"), ("???", "Acme")),
        (("Engineer", "!"), ("Engineer", "?")),
        (("Engineer (A/B/test)", "Acme"), ("Engineer", "Acme")),
        (("Driver (C/E)", "Acme"), ("Driver (C/D)", "Acme")),
        (("Driver (A/B)", "Acme"), ("Driver", "Acme")),
        (("Pilot (D/F/W)", "Acme"), ("Pilot", "Acme")),
        (("Dev (R/Python)", "Acme"), ("Dev", "Acme")),
    ],
)
def test_other_vacancies_differ(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert fingerprint(*one) != fingerprint(*other)


@pytest.mark.parametrize("company", ["", " ", "-", "N/A", "Confidential", "Unknown", "Undisclosed"])
def test_postings_without_a_company_are_never_the_same(company: str) -> None:
    assert fingerprint("Engineer", company, id="1") != fingerprint("Engineer", company, id="2")


def test_a_job_that_is_not_prepared_has_the_same_fingerprint() -> None:
    job = Job(id="1", title="Senior Nurses (m/w/d)", company="ACME Ltd.")
    assert prepared.fingerprint(job) == prepare(job, MatchRules()).fingerprint


def test_a_lone_surrogate_has_a_fingerprint() -> None:
    assert len(fingerprint("\ud800", "\udfff")) == 16


def test_a_company_named_as_a_legal_form_keeps_its_name() -> None:
    assert prepare(Job(id="1", title="x", company="SE"), MatchRules()).employer == "se"


@pytest.mark.parametrize(
    ("title", "column", "level", "shown"),
    [
        ("Data Engineer", "mid", "mid", "mid"),
        ("Data Engineer", "Mid", "mid", "Mid"),
        ("Data Engineer", "", "", ""),
        ("Senior Data Engineer", "senior", "senior", "senior"),
        ("Senior Data Engineer", "mid", "senior", ""),
        ("Engineer, Jr.", "mid", "entry", ""),
        ("Senior Data Engineer", "", "senior", ""),
    ],
)
def test_the_level_that_is_shown_contradicts_no_title(
    title: str, column: str, level: str, shown: str
) -> None:
    job = prepare(Job(id="1", title=title, experience_level=column), MatchRules())
    assert (job.level, job.advert.level) == (level, shown)
