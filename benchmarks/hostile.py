"""What hostile alerts and jobs cost: ten times the text must take ten times the time, no more.

Prints one JSON line a figure, then a table.
"""

import json
import platform
import time

from jobraker_cli.matching.criteria import wish_of
from jobraker_cli.matching.explain import explain
from jobraker_cli.matching.matcher import Search
from jobraker_cli.matching.prepared import prepare
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


if __name__ == "__main__":
    main()
