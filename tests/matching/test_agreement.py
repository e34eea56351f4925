"""The engine agrees with the plain evaluator on random alerts and the real postings.

JOBRAKER_TEST_PAIRS says on how many pairs (`make agreement`: 200,000).
"""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jobraker_cli.matching.asked import asked_by
from jobraker_cli.matching.criteria import wish_of
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.model import Alert, Job, MatchRules
from tests.matching.plain import Asked, Tree, fit

POSTINGS = Path(__file__).parents[3] / "shared" / "real-jobs"
PAIRS = int(os.environ.get("JOBRAKER_TEST_PAIRS", "20000"))
JOBS = 500
NEWEST = datetime(2026, 11, 20, tzinfo=UTC)
SKILLS = ("Python", "C++", "Node.js", "Project Management", "SQL", "R&D", "Go", "Excel", "CI/CD")
PERIODS = ("yearly", "yearly", "monthly", "hourly", "fortnightly")
LEVELS = ("entry", "mid", "senior", "lead")
TYPES = ("full_time", "part_time", "contract")
PLACES = (
    "Germany", "United States", "California", "New York", "NYC", "London", "EMEA", "Remote", "UK",
    "India", "Bay Area", "Remote, Germany", "Berlin or Paris", "Texas", "Europe", "Nowhere at all",
    "Washington, DC", "TX", "Tokyo", "Canada", "Anywhere", "Poland", "Remote - US", "Bengaluru",
)  # fmt: skip


@lru_cache(maxsize=1)
def postings() -> tuple[tuple[str, str], ...]:
    """Title and location of every real posting."""
    if not POSTINGS.exists():
        pytest.skip("the real postings are not here: ../shared/real-jobs")
    found = []
    for file in sorted(POSTINGS.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row.get("title"):
                    found.append((row["title"][:200], "; ".join(row.get("locations") or [])[:100]))
    return tuple(found)


def some_jobs(random: Random) -> Iterator[Job]:
    """Real postings, with skills and pay that these do not carry."""
    for number, (title, location) in enumerate(random.sample(postings(), JOBS)):
        pay = random.choice((None, None, 20, 45, 3_000, 9_000, 60_000, 120_000))
        yield Job(
            id=f"{number:04}",
            posted_at=NEWEST - timedelta(hours=number // 2),
            run_seq=1,
            title=title,
            location=location,
            is_remote=random.random() < 0.1,
            job_type=random.choice(TYPES),
            experience_level=random.choice(LEVELS),
            salary_min=random.choice((pay, None)),
            salary_max=random.choice((None, pay, pay and pay * 2)),
            salary_period=random.choice(PERIODS),
            salary_currency=random.choice(("USD", "USD", "EUR")),
            skills_required=tuple(random.sample(SKILLS, random.randrange(3))),
            technologies=tuple(random.sample(SKILLS, random.randrange(2))),
        )


def phrase(random: Random) -> str:
    """Some words as they stand side by side in a title, or a skill; none of the query's signs."""
    if random.random() < 0.2:
        return random.choice(SKILLS)
    title, _ = random.choice(postings())
    words = [word for word in title.split() if word.isalnum() and word not in ("AND", "OR", "NOT")]
    start, length = random.randrange(len(words) + 1), random.choice((1, 1, 2, 2, 3))
    return " ".join(words[start : start + length]) or "engineer"


def expression(random: Random, depth: int) -> tuple[Tree, str]:
    """A random tree of keywords and how a person writes it."""
    kind = random.choice(("phrase", "and", "or", "not", "title")) if depth else "phrase"
    if kind == "phrase":
        words = phrase(random)
        return ("phrase", words), f'"{words}"'
    if kind == "title":
        words = phrase(random)
        return ("title", ("phrase", words)), f'title:"{words}"'
    one, spelled = expression(random, depth - 1)
    if kind == "not":
        return ("not", one), f"NOT ({spelled})"
    other, spelled_other = expression(random, depth - 1)
    return (kind, one, other), f"({spelled} {kind.upper()} {spelled_other})"


def excludes(tree: Tree) -> bool:
    """Whether a tree holds where none of its words stand."""
    kind, *parts = tree
    if kind in ("phrase", "title"):
        return False
    if kind == "not":
        return not excludes(parts[0])
    either = all if kind == "and" else any
    return either(excludes(part) for part in parts)


def asked(random: Random, number: int) -> Asked:
    """A random alert, and what its keywords mean."""
    trees: list[tuple[Tree, str]] = []
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        if random.random() < 0.5:
            words = phrase(random)
            trees.append((("phrase", words), words))
        else:
            trees.append(expression(random, 3))
    columns: dict[str, Any] = {
        "keywords": tuple(spelled for _, spelled in trees),
        "location": random.choice((*PLACES, "", "", "", "")),
        "remote_only": random.random() < 0.1,
        "job_type": random.choice(("", "", "", *TYPES)),
        "experience_level": random.choice(("", "", "", "", *LEVELS)),
        "min_salary": random.choice((None, None, None, 0, 50_000, 100_000)),
        "max_salary": random.choice((None, None, None, None, 80_000)),
    }
    return Asked(
        alert=Alert(id=str(number), user_id="", **columns),
        wanted=tuple(tree for tree, _ in trees if not excludes(tree)),
        narrowing=tuple(tree for tree, _ in trees if excludes(tree)),
    )


@pytest.mark.parametrize("required", [False, True])
def test_the_engine_agrees_with_the_plain_evaluator(required: bool) -> None:
    random = Random(required)
    rules = replace(MatchRules(), require_salary=required)
    differing = []
    for _ in range(max(1, PAIRS // 2 // (JOBS * 40))):
        jobs = list(some_jobs(random))
        search = Search(rules)
        search.feed(prepare(job, rules) for job in jobs)
        some = [asked(random, number) for number in range(min(40, PAIRS // 2 // JOBS))]
        answers = search.answers(asked_by([one.alert for one in some]))
        assert answers
        for number, one in enumerate(some):
            matched = answers.matches(number) or ()
            found = [match.rank for match in matched]
            alone = [match.rank for match in search.matches(wish_of(one.alert), 0) or ()]
            engine = [match.job.job.id for match in matched]
            fits = [(fit(one, job, require_salary=required), job) for job in jobs]
            # The best first, then the newest, which stand first among the jobs.
            plain = [
                job.id for how_well, job in sorted(filter(itemgetter(0), fits), key=itemgetter(0))
            ]
            if engine != plain:
                differing.append((one.alert, engine, plain))
            assert found == alone == sorted(found)
    assert not differing
