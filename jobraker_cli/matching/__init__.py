"""Matching: alerts and jobs in, matches with reasons out; pure."""

from jobraker_cli.matching.eligible import eligibility, is_open
from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.match import Match
from jobraker_cli.matching.matcher import Matcher
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.matching.rows import alert_from_json, job_from_json, keywords_of, texts_of

__all__ = [
    "Match",
    "Matcher",
    "PreparedJob",
    "alert_from_json",
    "eligibility",
    "explain",
    "is_open",
    "job_from_json",
    "keywords_of",
    "prepare",
    "texts_of",
]
