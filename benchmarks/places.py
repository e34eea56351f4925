"""How much of real locations the gazetteer understands, and what that costs.

Prints one JSON line a figure, then a table; with --list also the texts of each row. Needs the
real postings at ../shared/real-jobs.
"""

import gzip
import json
import platform
import resource
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from jobraker_cli.matching.gazetteer import FILE, Gazetteer, gazetteer
from jobraker_cli.matching.location import whereabouts
from jobraker_cli.matching.places import job_area
from jobraker_cli.matching.places_reading import read
from jobraker_cli.matching.places_text import parts, words
from jobraker_cli.model import Job

ROOT = Path(__file__).parents[1]
POSTINGS = ROOT.parent / "shared" / "real-jobs"


def memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def locations() -> Counter[str]:
    """The postings' locations, with the number of postings that have each."""
    found: Counter[str] = Counter()
    for file in sorted(POSTINGS.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                found["; ".join(json.loads(line).get("locations") or [])] += 1
    return found


def outcome(text: str, known: Gazetteer) -> str:
    """The row of the table that a location belongs to."""
    place = whereabouts(Job(id="", title="", location=text))
    if place.remote:
        return "remote, in a region" if place.region else "remote, anywhere"
    found = [site for part in parts(text) for site in read(words(part), known)]
    if not found:
        return "nothing" if text.strip() else "no text"
    kinds = {"town" if site.town else known.kind(site.number) for site in found}
    order = ("city", "town", "part", "region", "country", "world")
    return next(kind for kind in order if kind in kinds)


def main() -> None:
    if not POSTINGS.exists():
        sys.exit(f"no postings to read: {POSTINGS}")
    counted = locations()
    before, started = memory_mib(), time.perf_counter()
    known = gazetteer()
    loading, taken = (time.perf_counter() - started) * 1000, memory_mib() - before
    started = time.perf_counter()
    for text in counted:
        job_area(text)
    reading = (time.perf_counter() - started) / len(counted) * 1e6
    rows: defaultdict[str, list[str]] = defaultdict(list)
    for text in counted:
        rows[outcome(text, known)].append(text)
    size = (ROOT / "jobraker_cli" / "matching" / FILE).stat().st_size
    figures = [
        ("loading", loading, "ms"),
        ("memory", taken, "MiB"),
        ("file", size / 1e6, "MB"),
        ("reading a distinct text", reading, "us"),
    ]
    for name, value, unit in figures:
        figure = {"bench": f"places: {name}", "size": len(counted), "value": round(value, 2)}
        figure |= {"unit": unit, "versions": {"python": platform.python_version()}}
        print(json.dumps(figure))
    total = counted.total()
    print(f"\n{'resolved to':24}{'postings':>10}{'':8}{'distinct texts':>16}")
    for row, texts in sorted(rows.items(), key=lambda item: -len(item[1])):
        postings = sum(counted[text] for text in texts)
        shares = f"{postings / total:8.1%}{len(texts):16}{len(texts) / len(counted):8.1%}"
        print(f"{row:24}{postings:10}{shares}")
        if "--list" in sys.argv:
            for text in texts:
                print(f"    {text}")


if __name__ == "__main__":
    main()
