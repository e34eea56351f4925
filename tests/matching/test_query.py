"""Keywords: phrases, fields, operators, and what happens to malformed queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.query import evaluate, read_query
from jobraker_cli.model import Alert, Job, MatchRules

RULES = MatchRules()


def found(keywords: str | list[str], title: str, rules: MatchRules = RULES, **job: object) -> bool:
    entries = (keywords,) if isinstance(keywords, str) else tuple(keywords)
    alert = Alert(id="", user_id="", keywords=entries)
    return explain(alert, Job(id="", title=title, **job), rules).match  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keywords", "title"),
    [
        ("data engineer", "Senior Data Engineers"),
        ("software engineer", "Engineer, Software - Ads"),
        ("Engineer, Software", "Software Engineer"),
        ('"data scientist" OR "machine learning engineer"', "Machine Learning Engineer, API"),
        ("“data scientist” OR x", "Data Scientist"),
        ("engineer AND security", "Security Engineer"),
        ("engineer -intern", "Linux Engineer"),
        ('engineer -"co op"', "Linux Engineer"),
        ("engineer -(intern OR manager)", "Linux Engineer"),
        ("engineer NOT manager", "Linux Engineer"),
        ("NOT NOT engineer", "Engineer"),
        ("(android OR ios) AND engineer", "iOS Engineer"),
        ("(android OR ios) engineer", "Engineer, iOS"),
        ('senior "data engineer"', "Data Engineer (Senior)"),
        ("a OR b AND c", "A"),
        ("((((python))))", "Python Developer"),
        ("python - django", "Python Django Developer"),
        ("C++ OR C#", "C# Developer"),
        ("title:engineer", "Engineer"),
        ("Title: engineer", "Engineer"),
        ("-intern", "Engineer"),
        (["python", "rust"], "Rust Developer"),
        (["!!!", "rust"], "Rust Developer"),
        (["engineer", "-intern"], "Engineer"),
        ("安全开发", "功能安全开发工程师"),
        ("research and development", "Research & Development Lead"),
        ("full-stack developer", "Fullstack Developer"),
        ("Frontend", "Front End Engineer"),
        ("fullstack backend developer", "Full Stack Backend Developer"),
        ("healthcare assistant", "Health Care Assistants"),
        ("care assistant", "Health Care Assistant"),
        ("presales AND engineer", "Engineer, Pre-Sales"),
        ("rns", "RNs - ICU"),
        ("RNs", "RN, ICU"),
        ("engineer NOT fullstack", "Backend Engineer"),
    ],
)
def test_a_query_holds_for_what_it_describes(keywords: str | list[str], title: str) -> None:
    assert found(keywords, title)


@pytest.mark.parametrize(
    ("keywords", "title"),
    [
        ("data engineer", "Data Center Engineer"),
        ("engineer AND security", "Security Analyst"),
        ("engineer -intern", "Engineer Intern"),
        ("engineer -(intern OR manager)", "Engineering Manager, Engineer"),
        ("(android OR ios) AND engineer NOT manager", "iOS Engineer Manager"),
        ("a OR b AND c", "B"),
        ("(a OR b) AND c", "A"),
        ("-intern", "Intern"),
        (["engineer", "-intern"], "Analyst"),
        (["engineer", "-intern"], "Engineer Intern"),
        ("go", "Go-to-Market Manager"),
        ("java", "Java Script Developer"),
        ("!!!", "!!!"),
        ("AND", "Research and Development"),
        ("sales engineer", "Presales Engineer"),
        ("care", "Healthcare Analyst"),
        ("stack", "Fullstack Developer"),
        ("engineer NOT fullstack", "Full Stack Engineer"),
        ("&", "Research & Development"),
    ],
)
def test_a_query_does_not_hold_for_anything_else(keywords: str | list[str], title: str) -> None:
    assert not found(keywords, title)


@pytest.mark.parametrize(
    "keywords",
    [
        "(data engineer",
        "data engineer)",
        '"data engineer',
        "data engineer AND",
        "OR data engineer",
        "data engineer ()",
        'data engineer ""',
        "data engineer AND (OR)",
        "NOT AND data engineer",
        "data AND AND engineer",
        "data engineer -",
        "title:() data engineer",
        "data engineer title:",
        "data engineer -company:",
        "data engineer NOT &",
    ],
)
def test_a_malformed_query_falls_back_to_its_plain_words(keywords: str) -> None:
    assert found(keywords, "Senior Data Engineer")
    assert not found(keywords, "Data Center Engineer")


@pytest.mark.parametrize(
    "keywords",
    [
        "()",
        '""',
        "NOT",
        "(((",
        ")(",
        "-",
        "AND OR NOT",
        "title:",
        "-title:",
        "NOT Company:",
        "-&",
        "NOT &",
        "&",
    ],
)
def test_a_query_without_words_matches_nothing(keywords: str) -> None:
    assert not found(keywords, "Data Engineer and Title Company")


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("python", True),
        ("sql server", False),
        ("kafka", True),
        ("spark", True),
        ("acme", False),
        ("company:acme", True),
        ("company:acme engineer", True),
        ("company:globex", False),
        ("anywhere:mentoring", True),
        ("anywhere:(mentoring OR coffee)", True),
        ("mentoring", False),
        ("title:python", False),
        ("title:(python OR engineer)", True),
        ("title:(python) OR kafka", True),
        ("-title:python", True),
        ("-company:acme", False),
        ('anywhere:"own desk"', True),
    ],
)
def test_words_are_looked_for_in_their_fields(keywords: str, expected: bool) -> None:
    holds = found(
        keywords,
        "Engineer",
        company="Acme, Inc.",
        skills_required=("Python", "SQL", "Server administration"),
        skills_preferred=("Kafka",),
        technologies=("Spark",),
        requirements="Mentoring",
        description="Own desk",
    )
    assert holds is expected


def test_the_rules_widen_the_fields() -> None:
    rules = MatchRules(match_fields=("title", "description"))
    assert found("mentoring", "Engineer", rules, description="Mentoring")
    assert not found("python", "Engineer", rules, skills_required=("Python",))


def test_a_field_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="'salary' is no field"):
        found("x", "x", MatchRules(match_fields=("salary",)))


def test_a_phrase_in_both_of_its_spellings_is_said_once() -> None:
    alert = Alert(id="", user_id="", keywords=("full stack",))
    job = Job(id="", title="Fullstack Engineer (Full Stack)")
    assert explain(alert, job, RULES).clauses[0].detail == "title: full stack"


def test_no_entries_are_no_query() -> None:
    assert read_query((), 1) is None


def test_spellings_of_one_query_are_equal() -> None:
    assert read_query(["Sr. Engineers"], 1) == read_query(["senior  engineer", "SR ENGINEER"], 1)


query_texts = st.text(alphabet='ab -"()\u201c:,', max_size=30) | st.lists(
    st.sampled_from(["a", "b", "AND", "OR", "NOT", "(", ")", '"', "-a", "title:", "-", "("])
).map(" ".join)


@given(st.lists(query_texts, max_size=4))
def test_no_query_raises_or_matches_everything_unless_it_excludes(entries: list[str]) -> None:
    query = read_query(entries, 1)
    if query is not None and not any("-" in entry or "NOT" in entry for entry in entries):
        assert evaluate(query.program, lambda _: 0, 1) == 0
