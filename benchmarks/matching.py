"""How fast alerts are matched, beside tantivy in the same run on the same plain-word alerts.

Each engine runs in a process of its own, jobraker also in two: it reads the jobs and the alerts
from files and finds for every alert how many jobs match and the best 20. All must find the same.
Prints one JSON line a figure, then a table. Arguments: numbers of alerts (100000 1000000),
--jobs N, --runs N.
"""

import argparse
import gc
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import count, islice, zip_longest
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobraker_cli.matching.asked import Keywords
    from jobraker_cli.matching.criteria import Wish
    from jobraker_cli.matching.matcher import Search

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
POSTINGS = ROOT.parent / "shared" / "real-jobs"
SHOWN = 20
BLOCK = 200_000  # alerts that are answered together
SEED = 42
PROCESSES = 2


def read_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a file of `synthetic.write`."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


def with_jobraker(jobs: Path, alerts: Path) -> dict[str, Any]:
    """The engine with its full semantics, on one core."""
    search = indexed_jobs(jobs)
    indexed = time.perf_counter()
    counts, shown = answered(search, alerts, 0, 1)
    return {"indexed": indexed, "counts": counts, "shown": shown}


def with_processes(jobs: Path, alerts: Path) -> dict[str, Any]:
    """The same on two cores, as a run does it: the jobs indexed once, the alerts parted."""
    from functools import partial
    from threading import Event

    from jobraker_cli.processes import Processes

    search = indexed_jobs(jobs)
    indexed = time.perf_counter()
    processes = Processes(after_fork=lambda: None, stop=Event())
    for number in range(PROCESSES):
        processes.start(partial(share, search, alerts, number))
    shares: dict[int, tuple[list[int], int]] = dict(processes.outcomes())  # type: ignore[arg-type]
    parts = [blocks(shares[number][0]) for number in range(PROCESSES)]
    counts = [one for turn in zip_longest(*parts, fillvalue=()) for part in turn for one in part]
    return {
        "indexed": indexed,
        "counts": counts,
        "shown": sum(shown for _, shown in shares.values()),
    }


def share(search: "Search", alerts: Path, number: int, _: object) -> tuple[int, Any]:
    """What a process of several answers."""
    return number, answered(search, alerts, number, PROCESSES)


def blocks(counts: list[int]) -> Iterator[list[int]]:
    """The counts of a share, block by block."""
    size = BLOCK // PROCESSES
    return (counts[start : start + size] for start in range(0, len(counts), size))


def indexed_jobs(jobs: Path) -> "Search":
    """The jobs of a file, indexed."""
    from datetime import UTC, datetime, timedelta

    from jobraker_cli.matching.matcher import Search
    from jobraker_cli.matching.prepared import prepare
    from jobraker_cli.model import Job, MatchRules

    rules = MatchRules(match_fields=("title", "description"), require_salary=True)
    newest = datetime(2026, 11, 22, tzinfo=UTC)
    search = Search(rules)
    search.feed(
        prepare(
            Job(
                id=str(number),
                title=title,
                description=text,
                location=city,
                job_type=kind,
                salary_min=int(pay) or None,
                salary_max=int(pay) or None,
                posted_at=newest + timedelta(seconds=number),
                run_seq=1,
            ),
            rules,
        )
        for number, (title, text, city, kind, pay) in enumerate(read_rows(jobs))
    )
    search.index()
    gc.freeze()  # as the tasks do: what is indexed stays
    return search


def answered(search: "Search", alerts: Path, number: int, of: int) -> tuple[list[int], int]:
    """The counts of every `of`-th block of alerts, and how many jobs are shown for them."""
    from jobraker_cli.matching.asked import Asked

    counts: list[int] = []
    shown = 0
    with alerts.open(encoding="utf-8") as lines:
        for turn in count():
            block = list(islice(lines, BLOCK // of))
            if not block:
                break
            if turn % of != number:
                continue
            asked: Asked[str, str] = Asked(phrases, limits)
            words, rests = [], []
            for line in block:
                said, _, rest = line.partition("\t")
                words.append(said)
                rests.append(rest)
            asked.extend(words, rests)
            answers = search.answers(asked)
            assert answers
            best = answers.best(SHOWN)
            counts += best.counts[answers.which].tolist()
            shown += int(best.sizes[answers.which].sum())
    return counts, shown


def phrases(words: Collection[str]) -> "Keywords":
    """The phrases of alerts, of which each has one or more."""
    from jobraker_cli.matching.asked import Keywords

    return Keywords("|".join(words).split("|"), [one.count("|") + 1 for one in words])


def limits(columns: str) -> tuple["Wish", int]:
    """What an alert asks beside its phrases: city, type, least pay."""
    from jobraker_cli.matching.criteria import Wish

    city, kind, pay = columns.rstrip("\n").split("\t")
    return Wish((), city, kind, "", False, int(pay) or None, None), 0


def with_tantivy(jobs: Path, alerts: Path) -> dict[str, Any]:
    """A query an alert, two threads."""
    from concurrent.futures import ThreadPoolExecutor

    import tantivy
    from tantivy import Document, FieldType, Index, Occur, Order, Query, SchemaBuilder

    builder = SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="default")
    builder.add_text_field("city", tokenizer_name="raw")
    builder.add_text_field("type", tokenizer_name="raw")
    builder.add_unsigned_field("pay", indexed=True, fast=True)
    builder.add_unsigned_field("number", indexed=False, fast=True, stored=True)
    schema = builder.build()
    index = Index(schema)
    writer = index.writer(512 << 20, 2)
    for number, (title, text, city, kind, pay) in enumerate(read_rows(jobs)):
        document = Document()
        document.add_text("text", f"{title} zzbreakzz {text}")
        document.add_text("city", city)
        document.add_text("type", kind)
        document.add_unsigned("pay", int(pay))
        document.add_unsigned("number", number)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    indexed = time.perf_counter()

    def phrase_query(phrase: str) -> "tantivy.Query":
        words: list[Any] = phrase.split()
        if len(words) == 1:
            return Query.term_query(schema, "text", words[0])
        return Query.phrase_query(schema, "text", words)

    def query(phrases: str, city: str, kind: str, pay: str) -> "tantivy.Query":
        said = [phrase_query(phrase) for phrase in phrases.split("|")]
        parts = [
            said[0]
            if len(said) == 1
            else Query.boolean_query([(Occur.Should, one) for one in said])
        ]
        if city:
            parts.append(Query.term_query(schema, "city", city))
        if kind:
            parts.append(Query.term_query(schema, "type", kind))
        if int(pay):
            parts.append(Query.range_query(schema, "pay", FieldType.Unsigned, int(pay), 10**9))
        return Query.boolean_query([(Occur.Must, part) for part in parts])

    def search(rows: list[list[str]]) -> list[tuple[int, int]]:
        found = []
        for row in rows:
            result = searcher.search(
                query(*row), SHOWN, count=True, order_by_field="number", order=Order.Desc
            )
            found.append((result.count or 0, len(result.hits)))  # type: ignore[attr-defined, unused-ignore]
        return found

    rows = list(read_rows(alerts))
    half = len(rows) // 2
    with ThreadPoolExecutor(2) as threads:
        found = [one for part in threads.map(search, (rows[:half], rows[half:])) for one in part]
    return {
        "indexed": indexed,
        "counts": [matches for matches, _ in found],
        "shown": sum(shown for _, shown in found),
    }


ENGINES = {"jobraker": with_jobraker, "processes": with_processes, "tantivy": with_tantivy}


def measured(engine: str, jobs: Path, alerts: Path) -> dict[str, Any]:
    """Run an engine in this process; what it found, its time and its peak memory."""
    import zlib

    started = time.perf_counter()
    from jobraker_cli.tuning import tune

    if engine != "tantivy":
        tune()
    found = ENGINES[engine](jobs, alerts)
    seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "indexing": found["indexed"] - started,
        "cpu": usage.ru_utime + usage.ru_stime + children.ru_utime + children.ru_stime,
        "memory_mib": max(usage.ru_maxrss, children.ru_maxrss) / 1024,
        "matches": sum(found["counts"]),
        "matched": sum(1 for matches in found["counts"] if matches),
        "shown": found["shown"],
        "crc": zlib.crc32(repr(found["counts"]).encode()),
    }


def in_process(engine: str, jobs: Path, alerts: Path) -> dict[str, Any]:
    """`measured` in a process of its own."""
    command = [sys.executable, __file__, "--measure", engine, str(jobs), str(alerts)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def real_jobs() -> Iterator[tuple[str, ...]]:
    """The real postings as rows like the synthetic ones: titles and locations as they stand."""
    import gzip

    for file in sorted(POSTINGS.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for posting in map(json.loads, lines):
                title = " ".join((posting.get("title") or "").split())
                places = " ".join("; ".join(posting.get("locations") or []).split())
                yield title, "", places[:100], "full_time", "0"


def versions() -> dict[str, str]:
    """Of what the figures depend on."""
    found = {"python": platform.python_version()}
    for name in ("jobraker", "numpy", "tantivy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def compare(
    jobs: Path, job_count: int, alerts: Path, number: int, runs: int, *, with_peer: bool = True
) -> dict[str, Any]:
    """Both engines some times in turn; the medians, as figures."""
    known = versions()
    ours, parted, theirs = [], [], []
    for _ in range(runs):
        ours.append(in_process("jobraker", jobs, alerts))
        parted.append(in_process("processes", jobs, alerts))
        if with_peer and known["tantivy"] != "missing":
            theirs.append(in_process("tantivy", jobs, alerts))
    for one, other in [*zip(ours, parted, strict=True), *zip(ours, theirs, strict=False)]:
        if (one["crc"], one["shown"]) != (other["crc"], other["shown"]):
            sys.exit(f"the engines disagree: {one} {other}")
    seconds = median(one["seconds"] for one in ours)
    by_two = median(one["seconds"] for one in parted)
    peer = median(one["seconds"] for one in theirs) if theirs else None
    size = f"{number} alerts x {job_count} jobs"
    figure = {
        "bench": "matching",
        "size": size,
        "value": round(seconds, 2),
        "unit": "s",
        "peer": "tantivy, 2 threads" if theirs else "tantivy (missing)" if with_peer else None,
        "peer_value": peer and round(peer, 2),
        "ratio": peer and round(peer / seconds, 2),
        "two_processes": round(by_two, 2),
        "ratio_of_two_processes": peer and round(peer / by_two, 2),
        "memory_mib": round(max(one["memory_mib"] for one in ours)),
        "peer_memory_mib": round(max(one["memory_mib"] for one in theirs)) if theirs else None,
        "indexing": round(median(one["indexing"] for one in ours), 2),
        "cpu": round(median(one["cpu"] for one in ours), 2),
        "peer_cpu": round(median(one["cpu"] for one in theirs), 2) if theirs else None,
        "pairs_per_second": round(number * job_count / seconds),
        "alerts_matched": ours[0]["matched"],
        "matches": ours[0]["matches"],
        "versions": known,
    }
    print(json.dumps(figure), flush=True)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("alerts", nargs="*", type=int, default=[100_000, 500_000, 1_000_000])
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to keep the generated files in")
    parser.add_argument("--measure", nargs=3)
    options = parser.parse_args()
    if options.measure:
        engine, jobs, alerts = options.measure
        print(json.dumps(measured(engine, Path(jobs), Path(alerts))))
        return
    from benchmarks.synthetic import Board, write

    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        board, jobs, figures = Board(SEED), folder / "jobs.tsv", []
        write(jobs, board.jobs(options.jobs))
        for number in options.alerts:
            alerts = folder / f"alerts{number}.tsv"
            write(alerts, board.alerts(number))
            figures.append(compare(jobs, options.jobs, alerts, number, options.runs))
        if POSTINGS.exists():
            # Real words and places as jobraker reads them: no other engine finds the same.
            real, postings = folder / "real.tsv", sum(1 for _ in real_jobs())
            write(real, real_jobs())
            alerts = folder / f"alerts{options.alerts[0]}.tsv"
            figures.append(
                compare(real, postings, alerts, options.alerts[0], options.runs, with_peer=False)
            )
    print(
        f"\n{'size':34}{'jobraker s':>11}{'tantivy s':>11}{'ratio':>7}{'MiB':>6}{'Mpairs/s':>10}"
        f"{'2 processes s':>15}{'ratio':>7}"
    )
    for figure in figures:
        print(
            f"{figure['size']:34}{figure['value']:11}{figure['peer_value'] or '-':>11}"
            f"{figure['ratio'] or '-':>7}{figure['memory_mib']:6}"
            f"{figure['pairs_per_second'] / 1e6:10,.0f}"
            f"{figure['two_processes']:15}{figure['ratio_of_two_processes'] or '-':>7}"
        )


if __name__ == "__main__":
    main()
