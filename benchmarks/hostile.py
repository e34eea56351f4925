"""What hostile alerts and jobs cost: ten times the text must take ten times the time, no more.

Prints one JSON line a figure, then a table.
"""

import json
import platform
import time

from jobraker_cli.matching.criteria import wish_of
from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.fields import FIELDS
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.places import alert_area
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.matching.query import read_query
from jobraker_cli.matching.rows import alert_from_json
from jobraker_cli.model import Job, MatchRules

RULES = MatchRules(match_fields=("title", "description"))
TEXT = "We look for an engineer, R&D and to go. "
CASES: dict[str, tuple[object, str]] = {
    "keywords null": (None, ""),
    "keywords a number": (5, ""),
    "keywords an object": ({"a": 1}, ""),
    "keywords nested lists": ([["x"]], ""),
    "keywords a 1 MB string": ("engineer " * 111_000, ""),
    "10,000 keywords": ([f"word{number}" for number in range(10_000)], ""),
    "1,000 brackets": ("(" * 1000 + "engineer" + ")" * 1000, ""),
    "a lone surrogate": ("\ud800", "\ud800"),
    "NUL": ("\0", "\0"),
    "description of 1 MB": (["python developer"], TEXT * 25_000),
    "description of 10 MB": (["python developer"], TEXT * 250_000),
    "one word of 10 MB": (["python"], "x" * 10_000_000),
    "10 MB without spaces": (["安全"], "安" * 3_333_333),
}

PATTERNS = (
    "a ", "a", "a.", "a, ", "-", "- ", "a'", "a&", "a & ", "(", "((a ", ")", '"', "NOT ", "a OR ",
    "(a OR ", "-(", "-a ", "title: ", "\u0301\u0323", "\u3099\u0e48", "安", "\0", "\ud800", "ก็",
    "1,", "remote ", " or ", "c++ ", "San Jose, ", "CA-", "springfield ", "front end ",
    "fullstack ", "&lt;", "m/w/d ", "( ", "RNs ", "or remote ", "US, East ",
)  # fmt: skip
LENGTHS = (10_000, 100_000)
LEAST = 0.005  # seconds: less is not told from noise


def seconds_to_read(pattern: str, length: int) -> float:
    """What it costs to read a text as keywords, as a place, and as a whole job."""
    text = (pattern * length)[:length]
    started = time.process_time()
    read_query([text], 1)
    alert_area(text)
    prepared = prepare(Job(id="1", title=text, company=text, location=text), RULES)
    assert all(prepared.words[field] is not None for field in FIELDS.values())
    return time.process_time() - started


def growth() -> None:
    """How much longer ten times the length takes, by pattern; the worst first."""
    rows = []
    for pattern in PATTERNS:
        short, long = (seconds_to_read(pattern, length) for length in LENGTHS)
        rows.append((long / max(short, LEAST), short, long, pattern))
    print(f"\n{'pattern':16}{'10,000':>9}{'100,000':>9}{'times':>8}")
    for times, short, long, pattern in sorted(rows, reverse=True):
        print(f"{pattern!a:16}{short:9.3f}{long:9.3f}{times:8.1f}")


def main() -> None:
    figures = []
    for name, (keywords, description) in CASES.items():
        started = time.perf_counter()
        alert = alert_from_json({"keywords": keywords})
        job = Job(id="1", title="Engineer", description=description, run_seq=1)
        search = Search(RULES)
        search.feed([prepare(job, RULES)])
        found = search.matches(wish_of(alert), 0) is not None
        agreed = found is explain(alert, job, RULES).match
        seconds = time.perf_counter() - started
        figure = {"bench": f"hostile: {name}", "size": 1, "value": round(seconds, 3), "unit": "s"}
        figure |= {"match": found, "versions": {"python": platform.python_version()}}
        print(json.dumps(figure))
        figures.append((name, seconds, "match" if found else "no match", agreed))
    print(f"\n{'input':28}{'s':>8}  outcome")
    for name, seconds, outcome, agreed in figures:
        print(f"{name:28}{seconds:8.3f}  {outcome}{'' if agreed else ', but not by explain'}")
    growth()


if __name__ == "__main__":
    main()
