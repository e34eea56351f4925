"""Words: what counts as one, and which spellings are the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobraker_cli.matching.text import (
    apart,
    chunk_words,
    fold,
    further_readings,
    inversions,
    singular,
    spellings,
    terms,
    tokens,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Python", "python"),
        ("Mérnök ÆRØ Straße Łódź İstanbul", "mernok aero strasse lodz istanbul"),
        ("Стажёр", "стажер"),
        ("Ｊａｖａ（ＡＩ）", "java(ai)"),
        ("e\u0301le\u0300ve soft\u00adware", "eleve software"),
        ("Salesforce™", "salesforce "),
        ("ﾃﾞｰﾀ", "データ"),
        ("café" * 200, "cafe" * 200),
    ],
)
def test_case_accents_and_variants_of_characters_are_folded(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_voicing_marks_make_another_letter() -> None:
    assert fold("が") != fold("か")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C, C++, C# and F#", "c c++ c# and f#"),
        ("C/C++/Linux", "c c++ linux"),
        ("CompTIA A+ Staff+", "comptia a+ staff"),
        (".NET Core", ".net core"),
        ("ASP.NET", "asp .net"),
        ("slideshare.net network", "slideshare net network"),
        ("Node.js NodeJS Node JS", "node js node js node js"),
        ("R R&D R & D R and D", "r r&d r&d r&d"),
        ("M&amp;A FP&A S&OP AT&T", "m&a fp&a s&op at&t"),
        ("Trust & Safety", "trust and safety"),
        ("CI/CD CICD AI/ML", "ci cd ci cd ai ml"),
        ("U.S. D.C", "us dc"),
        ("Sr. Jr Snr VP SVP", "senior junior senior vice president senior vice president"),
        ("full stack full-stack Fullstack", "full stack full stack fullstack"),
        ("front-end Backend", "front end backend"),
        ("Datacenters datacentre data centres", "datacenter datacenter data center"),
        ("Women&#39;s Health&nbsp;Lead R&#38;D &AMP; C&#43;&#43;", "woman health lead r&d and c++"),
        ("R&D; AT&T", "r&d at&t"),
        ("go-to-market Go To Market Golang", "goto market goto market go"),
        ("e-commerce E Commerce eCommerce", "ecommerce ecommerce ecommerce"),
        ("C-level C suite C-Shift", "clevel csuite cshift"),
        ("Java Script TypeScript", "javascript typescript"),
        ("DotNet Dot Net csharp", ".net .net c#"),
        ("Women's drivers' McDonald’s O'Reilly", "woman driver mcdonald oreilly"),
        ("L'Oréal chargé d'affaires", "l oreal charge d affaire"),
        ("VPs RNs IDs", "vice president rn id"),
        ("L91_Test Designer:in (m/w/d)", "l91 test designer in m w d"),
        ("功能安全（FUSA)", "功 能 安 全 fusa"),
        ("ครู", "ค ร ู"),
        ("इंजीनियर", "इंजीनियर"),
        ("\0\ud800 \u200b", ""),
        ("x" * 41 + "s", "x" * 41 + "s"),
    ],
)
def test_words_are_read_as_people_mean_them(text: str, expected: str) -> None:
    assert " ".join(terms(text)) == expected


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("engineer", "engineers"),
        ("agency", "agencies"),
        ("movie", "movies"),
        ("nurse", "nurses"),
        ("business", "businesses"),
        ("process", "processes"),
        ("analysis", "analyses"),
        ("bonus", "bonuses"),
        ("campus", "campuses"),
        ("box", "boxes"),
        ("coach", "coaches"),
        ("cache", "caches"),
        ("database", "databases"),
        ("hero", "heroes"),
        ("shoe", "shoes"),
        ("tie", "ties"),
        ("salesman", "salesmen"),
        ("child", "children"),
        ("api", "apis"),
        ("gpu", "gpus"),
        ("goose", "geese"),
        ("knife", "knives"),
        ("matrix", "matrices"),
        ("mouse", "mice"),
    ],
)
def test_an_english_plural_is_the_same_word(one: str, many: str) -> None:
    assert singular(one) == singular(many)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("engineer", "engineering"),
        ("intern", "internal"),
        ("news", "new"),
        ("windows", "window"),
        ("canvas", "canva"),
        ("adas", "ada"),
        ("ios", "io"),
        ("aws", "aw"),
        ("opus", "opu"),
        ("case", "ca"),
    ],
)
def test_what_only_looks_like_a_plural_is_another_word(one: str, other: str) -> None:
    assert singular(one) != singular(other)


@pytest.mark.parametrize(
    ("title", "readings"),
    [
        ("Software Engineer", []),
        ("Engineer, Software - Ads", ["software engineer"]),
        ("Manager, Product", ["product manager"]),
        ("Senior Manager, Product Marketing", ["senior product marketing manager"]),
        ("Software Engineer, Senior", ["senior software engineer"]),
        ("Senior Staff, Data", ["senior data staff"]),
        ("Acme | Engineer II, Data", ["data engineer ii"]),
        (
            "Engineer, Data, Platform",
            ["data engineer", "platform engineer", "platform data engineer"],
        ),
        (
            "Sr. Engineer, Software, Backend",
            [
                "senior software engineer",
                "senior backend engineer",
                "senior backend software engineer",
            ],
        ),
        ("Analyst, Data, Senior", ["data analyst", "senior analyst", "senior data analyst"]),
        ("Engineer, Software II", ["software engineer ii"]),
        ("Engineer, 3", ["engineer 3"]),
        ("Bonus: $4,000", []),
        (", Software", []),
        ("Engineer,", []),
        ("word " * 13 + ", other", []),
    ],
)
def test_a_name_turned_round_at_a_comma_is_read_both_ways(title: str, readings: list[str]) -> None:
    assert [" ".join(words) for words in inversions(title)] == readings


@pytest.mark.parametrize(
    ("title", "readings"),
    [
        ("Nurse", []),
        ("RNs - ICU", ["rns icu"]),
        ("Clerks, RNs", ["rn clerk", "clerk rns"]),
        ("APIs and AWS", []),
    ],
)
def test_a_title_reads_in_further_ways(title: str, readings: list[str]) -> None:
    assert [" ".join(words) for words in further_readings(title)] == readings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data engineer", ["data engineer"]),
        ("full stack", ["full stack", "fullstack"]),
        (
            "Fullstack MLOps",
            ["fullstack mlop", "full stack mlop", "fullstack ml op", "full stack ml op"],
        ),
        (
            "back end startup",
            ["back end startup", "backend startup", "back end start up", "backend start up"],
        ),
    ],
)
def test_a_compound_is_written_as_one_word_and_as_two(text: str, expected: list[str]) -> None:
    assert [" ".join(words) for words in spellings(terms(text))] == expected


def test_of_many_compounds_the_last_stay_as_they_are() -> None:
    found = spellings(terms("front end " * 500))
    assert len(found) == 8
    assert all(words[-2:] == ["front", "end"] for words in found)


def test_compounds_are_taken_apart_where_they_are_whole_words() -> None:
    assert apart(" fullstack backend  frontender ") == " full stack back end  frontender "


@given(st.text())
def test_words_are_folded_whole_and_never_empty(text: str) -> None:
    for word in terms(text):
        assert word
        assert not word.isspace()
        assert word == word.casefold()


@given(st.text())
def test_reading_the_words_again_changes_nothing_in_how_many_there_are(text: str) -> None:
    assert all(tokens(word) for word in tokens(text))


@example("1'1中")
@given(st.text("abBs12.,;&'+-é中", max_size=9))
def test_what_stands_between_spaces_reads_as_its_tokens_do(chunk: str) -> None:
    read = [word for token in tokens(chunk) for word in chunk_words(token)]
    assert list(chunk_words(chunk)) == read
