"""Inputs made to break the reading: it must not raise, and search and explanation agree."""

from dataclasses import replace

import pytest

from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.matcher import Matcher
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.matching.rows import alert_from_json
from jobraker_cli.model import Alert, Job, MatchRules

RULES = MatchRules()
LENGTH = 20_000
PATTERNS = [
    "a ", "a", "a.", "a, ", "-", "- ", "a'", "a&", "a & ", "(", "((a ", ")", '"', "NOT ", "a OR ",
    "(a OR ", "-(", "-a ", "title: ", "\u0301\u0323", "\u3099\u0e48", "安", "\0", "\ud800", "ก็",
    "1,", "remote ", " or ", "c++ ",
]  # fmt: skip


def job(text: str) -> Job:
    return Job(id="1", title=text, company=text, location=text, skills_required=(text,), run_seq=1)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_long_text_of_one_pattern_is_read_and_judged(pattern: str) -> None:
    text = (pattern * LENGTH)[:LENGTH]  # what it costs is measured by `make bench-hostile`
    by_engine, by_explain = judged((text,), text)
    assert by_engine is by_explain


def judged(keywords: tuple[str, ...], title: str) -> tuple[bool, bool]:
    """Whether a job of this title matches: by the engine, and by its explanation."""
    alert = Alert(id="", user_id="", keywords=keywords)
    matcher = Matcher([alert], RULES)
    matcher.feed([prepare(job(title), RULES)])
    explained = explain(alert, replace(job(title), run_seq=0), RULES)
    return bool(list(matcher.results())), explained.match


def matches(keywords: tuple[str, ...], title: str) -> bool:
    by_engine, by_explain = judged(keywords, title)
    assert by_engine is by_explain
    return by_engine


@pytest.mark.parametrize("keywords", [None, 5, 1.5, True, {"a": 1}, [["x"]], [None, 7], ["", " "]])
def test_what_is_no_list_of_words_counts_as_no_keywords(keywords: object) -> None:
    alert = alert_from_json({"keywords": keywords})
    assert alert.keywords == ()
    assert explain(alert, job("Nurse"), RULES).match


@pytest.mark.parametrize(
    "keywords", ["\0", "\ud800", "()", '""', "AND", "NOT", "- -", "((", '"', ":"]
)
def test_keywords_without_a_word_never_match_everything(keywords: str) -> None:
    assert not matches((keywords,), "Engineer")


def test_long_phrases_are_found_where_they_stand_and_nowhere_else() -> None:
    words = [f"w{number}" for number in range(30)]
    assert matches((" ".join(words[5:25]),), " ".join(words))
    assert not matches((" ".join([*words[5:24], "w9"]),), " ".join(words))
    assert not matches((" ".join([*words[:20], "w99"]),), " ".join([*words, "w99"]))
    assert not matches((" ".join(words[:10]),), " ".join([*words[:9], "z", *words[8:10]]))


def test_a_megabyte_of_text_is_searched() -> None:
    text = "engineer " * 111_000 + "nurse"
    assert matches(("engineer nurse",), text)
    assert not matches(("nurse engineer",), text)


def test_ten_thousand_keywords_are_one_query() -> None:
    keywords = tuple(f"word{number} engineer" for number in range(10_000))
    assert matches(keywords, "Word9999 Engineer")
    assert not matches(keywords, "Word10000 Engineer")


@pytest.mark.parametrize(
    "keywords",
    [
        "(" * 1000 + "engineer" + ")" * 1000,
        "a AND (b OR (" * 1000 + "engineer" + "))" * 1000,
        "NOT " * 1000 + "engineer",
    ],
)
def test_a_thousand_brackets_do_not_exhaust_the_stack(keywords: str) -> None:
    assert matches((keywords,), "A engineer")


def test_phrases_within_phrases_are_found() -> None:
    keywords = tuple(" ".join(["a"] * length) for length in range(1, 300))
    assert matches(keywords, "a " * 50_000)
    assert not matches((" ".join(["a"] * 300),), "a " * 299 + "b" + " a" * 299)


@pytest.mark.parametrize("text", ["\0", "\ud800", "\udfff\0", "🎉" * 50, "\u202e", "ß" * 9, "İ"])
def test_odd_characters_are_read_and_explained(text: str) -> None:
    matches((text, f"({text}", f'"{text}"'), text)
    alert = Alert(id="", user_id="", keywords=(text,), location=text)
    assert explain(alert, job(text), RULES).clauses
