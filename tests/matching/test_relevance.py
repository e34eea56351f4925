"""The labelled cases of the board all hold."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.matcher import Matcher
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.matching.rows import alert_from_json, job_from_json
from jobraker_cli.model import MatchRules

CASES = Path(__file__).parents[3] / "shared" / "relevance" / "cases.jsonl"


def cases() -> Iterator[dict[str, object]]:
    if not CASES.exists():
        pytest.skip(f"the labelled cases are not here: {CASES.name}")
    for line in CASES.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def test_all_cases_hold() -> None:
    failing = set()
    for case in cases():
        alert, job = alert_from_json(case["alert"]), job_from_json(case["job"])  # type: ignore[arg-type]
        if explain(alert, job, MatchRules()).match is not case["match"]:
            failing.add(case["id"])
    assert not failing


def test_the_matcher_judges_the_cases_as_the_explanation_does() -> None:
    rules = MatchRules()
    for case in cases():
        alert = alert_from_json(case["alert"])  # type: ignore[arg-type]
        job = replace(job_from_json(case["job"]), run_seq=1)  # type: ignore[arg-type]
        matcher = Matcher([alert], rules)
        matcher.feed([prepare(job, rules)])
        assert bool(list(matcher.results())) is explain(alert, job, rules).match, case["id"]
