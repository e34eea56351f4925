"""What is wrong with an alert by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.faults import JOB_TYPES, LEVELS, asks_nothing, faults
from jobraker_cli.matching.rows import keywords_of
from jobraker_cli.model import Alert, Job, MatchRules

ELSEWHERE = "only jobs whose text says these words match, and remote jobs open to everywhere"
SENSELESS = "makes no sense as a query; it is read as its plain words"


def found(keywords: object = ("nurse",), **columns: object) -> dict[str, str]:
    one = Alert(id="", user_id="", keywords=keywords_of(keywords), **columns)  # type: ignore[arg-type]
    return {fault.problem: fault.detail for fault in faults(one, keywords)}


@pytest.mark.parametrize(
    ("keywords", "detail"),
    [
        (None, "its keywords are null, no list of texts; they count as none"),
        (7, "its keywords are a number, no list of texts; they count as none"),
        (True, "its keywords are true or false, no list of texts; they count as none"),
        ({"python": 1}, "its keywords are an object, no list of texts; they count as none"),
        (["nurse", 3, ["a"], None], "3 of its keywords are no text: a list, a number, null"),
        (["!!!", "nurse"], 'no word in "!!!"; it finds nothing'),
        (["python AND ("], f'"python AND (" {SENSELESS}'),
        ([f"x AND ( {n}" for n in range(7)],
         ", ".join(f'"x AND ( {n}"' for n in range(5)) + f" and 2 more {SENSELESS}"),
    ],
)  # fmt: skip
def test_keywords_that_are_broken_are_named(keywords: object, detail: str) -> None:
    assert found(keywords)["broken_keywords"] == detail


@pytest.mark.parametrize("keywords", ["nurse", ["nurse", "a AND (b OR c) -d"], [], '"a b"'])
def test_keywords_that_make_sense_are_not(keywords: object) -> None:
    assert "broken_keywords" not in found(keywords)


@pytest.mark.parametrize(
    ("columns", "problem", "detail"),
    [
        ({"min_salary": 90, "max_salary": 50}, "cannot_match",
         "it asks for at least 90 and at most 50; it is read the other way round"),
        ({"location": "Qwertyville,  Foo"}, "unknown_place",
         f"no place is known as Qwertyville, Foo; {ELSEWHERE}"),
        ({"job_type": "gig"}, "cannot_match",
         f"no job has the job type gig; known: {', '.join(JOB_TYPES)}"),
        ({"experience_level": "guru"}, "cannot_match",
         f"no job has the experience level guru; known: {', '.join(LEVELS)}"),
        ({"frequency": "yearly"}, "cannot_match", "no task serves the frequency yearly"),
        ({"frequency": ""}, "cannot_match", "no task serves the frequency (none)"),
    ],
)  # fmt: skip
def test_what_cannot_match_is_named(columns: dict[str, object], problem: str, detail: str) -> None:
    assert found(**columns) == {problem: detail}


@pytest.mark.parametrize(
    ("location", "match"),
    [("Qwertyville", True), ("Remote", True), ("Remote - US", False), ("Berlin", False)],
)
def test_an_unknown_place_finds_what_its_sentence_says(location: str, match: bool) -> None:
    one = Alert(id="", user_id="", location="Qwertyville")
    assert explain(one, Job(id="", title="Cook", location=location), MatchRules()).match == match


@pytest.mark.parametrize(
    "columns",
    [
        {"location": "Berlin or Qwertyville"},
        {"location": "Remote"},
        {"location": "Anywhere"},
        {"location": "Munich", "min_salary": 5, "max_salary": 5},
        {"job_type": "Full-Time", "experience_level": "Senior"},
        {"min_salary": 10, "max_salary": 0},
    ],
)
def test_what_can_match_is_not(columns: dict[str, object]) -> None:
    assert found(**columns) == {}


def test_a_wish_for_everything_is_named() -> None:
    assert found([]) == {"everything": "it has no condition, so every job matches"}
    assert set(found(None)) == {"everything", "broken_keywords"}
    assert found([], location="Berlin") == {}
    assert not asks_nothing(Alert(id="", user_id="", max_salary=1))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=8,
)  # fmt: skip


@given(_JSON, st.text(max_size=30), st.text(max_size=10))
def test_any_alert_gets_an_answer_in_one_line_each(
    keywords: object, location: str, frequency: str
) -> None:
    for detail in found(keywords, location=location, frequency=frequency).values():
        assert detail
