"""Matching: alerts and jobs in, matches with reasons out; pure."""

from jobraker_cli.matching.backtest import Backtest, Effect
from jobraker_cli.matching.backtest import Report as BacktestReport
from jobraker_cli.matching.criteria import Wish, wish_of
from jobraker_cli.matching.eligible import eligibility, is_open
from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.faults import asks_nothing, faults
from jobraker_cli.matching.match import Match
from jobraker_cli.matching.matcher import Matcher, Search
from jobraker_cli.matching.prepared import PreparedJob, fingerprint, prepare
from jobraker_cli.matching.recommend import WORTH_SHOWING, Recommendation, suits
from jobraker_cli.matching.recommender import Recommender
from jobraker_cli.matching.rows import (
    alert_from_json,
    job_from_json,
    keywords_of,
    profile_from_row,
    texts_of,
)

__all__ = [
    "WORTH_SHOWING",
    "Backtest",
    "BacktestReport",
    "Effect",
    "Match",
    "Matcher",
    "PreparedJob",
    "Recommendation",
    "Recommender",
    "Search",
    "Wish",
    "alert_from_json",
    "asks_nothing",
    "eligibility",
    "explain",
    "faults",
    "fingerprint",
    "is_open",
    "job_from_json",
    "keywords_of",
    "prepare",
    "profile_from_row",
    "suits",
    "texts_of",
    "wish_of",
]
