"""The labelled cases of the board: which hold, and which wait for a resolver that knows places."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobraker_cli.matching import Matcher, alert_from_json, explain, job_from_json, prepare
from jobraker_cli.model import MatchRules

CASES = Path(__file__).parents[3] / "shared" / "relevance" / "cases.jsonl"

# Containment by state, metropolitan area, world region or a code, and other bearers of a name.
NEED_KNOWLEDGE_OF_PLACES = {
    "dev-060", "dev-061", "dev-062", "dev-064", "dev-065", "dev-067", "dev-068", "dev-072",
    "dev-077", "dev-081", "dev-082", "dev-085", "dev-086", "dev-099", "dev-102",
}  # fmt: skip


def cases() -> Iterator[dict[str, object]]:
    if not CASES.exists():
        pytest.skip(f"the labelled cases are not here: {CASES.name}")
    for line in CASES.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def test_exactly_the_cases_that_need_knowledge_of_places_fail() -> None:
    failing = set()
    for case in cases():
        alert, job = alert_from_json(case["alert"]), job_from_json(case["job"])  # type: ignore[arg-type]
        if explain(alert, job, MatchRules()).match is not case["match"]:
            failing.add(case["id"])
    assert failing == NEED_KNOWLEDGE_OF_PLACES


def test_the_matcher_judges_the_cases_as_the_explanation_does() -> None:
    rules = MatchRules()
    for case in cases():
        alert = alert_from_json(case["alert"])  # type: ignore[arg-type]
        job = replace(job_from_json(case["job"]), run_seq=1)  # type: ignore[arg-type]
        matcher = Matcher([alert], rules)
        matcher.feed([prepare(job, rules)])
        assert bool(list(matcher.results())) is explain(alert, job, rules).match, case["id"]
