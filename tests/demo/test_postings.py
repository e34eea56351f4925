"""Postings files are read however broken, and become rows that fit the board's columns."""

import contextlib
import gzip
import json
import math
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobraker_cli.demo.importer import (
    EMPLOYMENT_TYPES,
    import_postings,
    job_row,
    job_type_of,
    joined,
    level_of,
)
from jobraker_cli.demo.postings import (
    LONGEST_LINE,
    Posting,
    Skipped,
    day_of,
    moment_of,
    read_postings,
)
from jobraker_cli.errors import ConfigError, NotFoundError

NOW = datetime(2026, 8, 11, 3, 0, tzinfo=UTC)
REAL_JOBS = Path(__file__).parents[2].parent / "shared" / "real-jobs"
GOOD = {"title": "Data Engineer", "jobId": "1", "company": "Velmora", "platform": "lever"}
# Lines of each published day, and the numbers of those that are no postings.
REAL_DAYS = {
    "2026-08-08": (41, []),
    "2026-08-09": (17, []),
    "2026-08-10": (216, [216]),
    "2026-08-11": (1760, [1747]),
    "2026-08-12": (1758, [911]),
    "2026-08-13": (1631, [1631]),
    "2026-08-14": (1598, [829]),
    "2026-08-15": (855, []),
}


def posting(**given_fields: object) -> Posting:
    fields: dict[str, object] = {
        "line": 1,
        "company": "Velmora",
        "platform": "lever",
        "job_id": "1",
        "title": "Data Engineer",
    }
    return Posting(**(fields | given_fields))  # type: ignore[arg-type]


def written(folder: Path, content: bytes, name: str = "day.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def lines_of(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def read(folder: Path, *values: object) -> list[Posting | Skipped]:
    return list(read_postings(written(folder, lines_of(*values))))


def read_one(folder: Path, **fields: object) -> Posting:
    (entry,) = read(folder, GOOD | fields)
    assert isinstance(entry, Posting)
    return entry


def test_a_plain_and_a_gzipped_file_read_the_same(tmp_path: Path) -> None:
    content = lines_of(GOOD, GOOD | {"jobId": "2"})
    plain = written(tmp_path, content)
    packed = written(tmp_path, gzip.compress(content), "day.jsonl.gz")
    unnamed = written(tmp_path, gzip.compress(content), "day.packed")
    assert list(read_postings(plain)) == list(read_postings(packed))
    assert list(read_postings(plain)) == list(read_postings(unnamed))
    assert len(list(read_postings(plain))) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"title": "Data', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"9" * 5_000, "not JSON"),
        (b'{"title": "Caf\xe9", "jobId": "1"}', "not UTF-8"),
        (b'["Data Engineer"]', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"jobId": "1"}', "no title"),
        (b'{"jobId": "1", "title": " \\u00a0\\u0000"}', "no title"),
        (b'{"jobId": "1", "title": ["x"]}', "no title"),
        (b'{"title": "Data Engineer"}', "no jobId"),
        (b'{"title": "Data Engineer", "jobId": "  "}', "no jobId"),
        (b'{"title": "Data Engineer", "jobId": true}', "no jobId"),
        (b"{}", "no title and no jobId"),
        (b'{"title": "' + b"x" * (2 * LONGEST_LINE) + b'"}', "longer than 1,048,576 bytes"),
    ],
)
def test_a_line_that_is_no_posting_is_reported_and_the_next_one_read(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    path = written(tmp_path, b"\n" + line + b"\r\n" + lines_of(GOOD))
    first, second = read_postings(path)
    assert first == Skipped(line=2, reason=reason)
    assert isinstance(second, Posting)
    assert second.line == 3


def test_a_byte_order_mark_and_a_missing_last_newline_do_no_harm(tmp_path: Path) -> None:
    (entry,) = read_postings(written(tmp_path, b"\xef\xbb\xbf" + lines_of(GOOD).rstrip()))
    assert isinstance(entry, Posting)


def test_lines_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    entries = read_postings(
        written(tmp_path, gzip.compress(lines_of(GOOD) * 50_000)[:-8], "day.jsonl.gz")
    )
    assert isinstance(next(entries), Posting)
    with pytest.raises(ConfigError):
        list(entries)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"There is no file .*absent\.jsonl"):
        list(read_postings(tmp_path / "absent.jsonl"))


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        list(read_postings(tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text\n",
        gzip.compress(lines_of(GOOD), mtime=0)[:30],
        gzip.compress(lines_of(GOOD), mtime=0) + b"trailing",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 40,
    ],
    ids=["empty", "plain", "cut", "trailing", "damaged"],
)
def test_broken_compression_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigError, match="gzip data"):
        list(read_postings(written(tmp_path, content, "day.jsonl.gz")))


@given(content=st.binary(max_size=400), packed=st.booleans(), name=st.sampled_from(("a.gz", "a")))
def test_any_bytes_give_entries_or_a_named_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, packed: bool, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(gzip.compress(content) if packed else content)
    lines = content.count(b"\n") + 1
    with contextlib.suppress(ConfigError):
        assert len(list(read_postings(path))) <= lines


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = (
    "title",
    "jobId",
    "company",
    "platform",
    "department",
    "locations",
    "isRemote",
    "employmentType",
    "applyUrl",
    "postedAt",
)


@given(value=st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)), text=st.text())
def test_any_json_object_gives_a_row_that_fits_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, value: dict[str, object], text: str
) -> None:
    path = written(tmp_path_factory.getbasetemp(), lines_of(value, GOOD | {"title": text}))
    for entry in read_postings(path):
        if isinstance(entry, Skipped):
            assert entry.reason.startswith("no")
            continue
        row = job_row(entry, NOW)
        assert 0 < len(str(row["title"])) <= 200
        assert "\0" not in "".join(map(str, row.values()))
        json.dumps(row, default=str, ensure_ascii=False).encode("utf-8")


def test_texts_lose_only_what_postgresql_cannot_store(tmp_path: Path) -> None:
    read_title = read_one(tmp_path, title=" Data\0 Engineer\ud800 🚀 <b>|</b>\u00a0").title
    assert read_title == "Data Engineer 🚀 <b>|</b>"


def test_a_number_is_a_job_id_and_a_single_text_a_location(tmp_path: Path) -> None:
    entry = read_one(tmp_path, jobId=4711, locations="Berlin")
    assert (entry.job_id, entry.locations) == ("4711", ("Berlin",))


def test_fields_of_odd_types_count_as_absent(tmp_path: Path) -> None:
    entry = read_one(
        tmp_path,
        company={"name": "x"},
        locations=[None, "", {"city": "Berlin"}, "Paris"],
        isRemote="yes",
        employmentType=math.inf,
        applyUrl=["https://example.org"],
        postedAt=1_754_000_000,
    )
    assert entry.company == ""
    assert entry.locations == ("Paris",)
    assert entry.is_remote is None
    assert entry.employment_type == ""
    assert entry.apply_url == ""
    assert entry.posted_at is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-08T13:18:46-04:00", datetime(2026, 8, 8, 17, 18, 46, tzinfo=UTC)),
        ("2026-08-09T00:15:07.585Z", datetime(2026, 8, 9, 0, 15, 7, 585000, tzinfo=UTC)),
        ("2026-08-09T00:15:07.585+00:00", datetime(2026, 8, 9, 0, 15, 7, 585000, tzinfo=UTC)),
        ("2026-08-10 10:02:07 UTC", datetime(2026, 8, 10, 10, 2, 7, tzinfo=UTC)),
        ("2026-08-10", datetime(2026, 8, 10, tzinfo=UTC)),
        (" 20260810T100207 ", datetime(2026, 8, 10, 10, 2, 7, tzinfo=UTC)),
        ("0001-01-01T00:00:00+10:00", None),
        ("9999-12-31T23:59:59-10:00", None),
        ("2026-02-30", None),
        ("yesterday", None),
        ("", None),
        (1_754_000_000, None),
        (None, None),
    ],
)
def test_moments_are_read_in_any_iso_form(text: object, moment: datetime | None) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-08-11.jsonl.gz", date(2026, 8, 11)),
        ("jobs-2026-08-11.jsonl", date(2026, 8, 11)),
        ("2026-13-41.jsonl", None),
        ("today.jsonl", None),
    ],
)
def test_the_day_is_in_the_name_of_the_file(name: str, day: date | None) -> None:
    assert day_of(Path("some") / name) == day


@pytest.mark.parametrize(
    ("spelling", "job_type"),
    [
        ("FullTime", "full_time"),
        ("Full time", "full_time"),
        ("Full-Time", "full_time"),
        ("fulltime_permanent", "full_time"),
        ("permanent", "full_time"),
        ("Part time", "part_time"),
        ("Part-time", "part_time"),
        ("Contract", "contract"),
        ("Contractor", "contract"),
        ("Independent Contractor (FT)", "contract"),
        ("Temporary", "temporary"),
        ("Intern", "internship"),
        ("internship", "internship"),
        ("Freelance", "freelance"),
        ("", "full_time"),
        ("gig work", "full_time"),
    ],
)
def test_employment_types_become_the_boards(spelling: str, job_type: str) -> None:
    assert job_type_of(spelling) == job_type


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Sr. Client Account Manager", "senior"),
        ("Senior Data Engineer", "senior"),
        ("Principal Product Manager", "senior"),
        ("Jr Developer", "entry"),
        ("Junior Accountant (m/w/d)", "entry"),
        ("Entry-Level Automotive Detailer", "entry"),
        ("Pharmacy Intern", "entry"),
        ("Tech Lead, Payments", "lead"),
        ("Head of Design", "lead"),
        ("Lead Generation Specialist", "mid"),
        ("Senior Director, Finance", "executive"),
        ("Chief Operating Officer", "executive"),
        ("Vice President of Sales", "executive"),
        ("Internal Auditor", "mid"),
        ("Account Executive", "mid"),
        ("Non-Senior Role", "mid"),
        ("Data Engineer", "mid"),
    ],
)
def test_the_level_is_what_the_title_says_else_mid(title: str, level: str) -> None:
    assert level_of(title) == level


@pytest.mark.parametrize(
    ("locations", "text"),
    [
        ((), ""),
        (("Berlin",), "Berlin"),
        (("Berlin", "Paris", "Berlin"), "Berlin; Paris"),
        (("A" * 60, "B" * 38), "A" * 60 + "; " + "B" * 38),
        (("A" * 60, "B" * 39), "A" * 60),
        (("A" * 60 + " | " + "B" * 60,), "A" * 60),
        (("A" * 90 + ", Germany is far",), "A" * 90),
        (("word " * 30,), ("word " * 20).strip()),
        (("A" * 120,), "A" * 100),
    ],
)
def test_locations_are_joined_and_cut_between_places(locations: tuple[str, ...], text: str) -> None:
    assert joined(locations) == text


@pytest.mark.parametrize(
    ("field", "column", "width"),
    [("title", "title", 200), ("company", "company", 100), ("platform", "external_source", 50)],
)
def test_texts_are_cut_at_the_columns_width(field: str, column: str, width: int) -> None:
    assert job_row(posting(**{field: "x" * (width + 1)}), NOW)[column] == "x" * width
    assert job_row(posting(**{field: "x" * width}), NOW)[column] == "x" * width


def test_a_link_too_long_for_the_column_is_left_empty() -> None:
    link = "https://example.org/" + "x" * 180
    assert job_row(posting(apply_url=link), NOW)["external_url"] == link
    assert job_row(posting(apply_url=link + "x"), NOW)["external_url"] == ""


def test_a_long_job_id_keeps_its_end() -> None:
    row = job_row(posting(job_id="/job/" + "x" * 120 + "_JR-0107901"), NOW)
    assert len(str(row["external_id"])) == 100
    assert str(row["external_id"]).endswith("_JR-0107901")


def test_only_a_yes_is_remote() -> None:
    values = {True: (True, "full"), False: (False, "no"), None: (False, "no")}
    for is_remote, columns in values.items():
        row = job_row(posting(is_remote=is_remote), NOW)
        assert (row["is_remote"], row["remote_type"]) == columns


def test_the_same_posting_is_the_same_row_whatever_else_changed() -> None:
    first = job_row(posting(), NOW)
    again = job_row(posting(title="Data Engineer II", line=9), NOW)
    other = job_row(posting(job_id="2"), NOW)
    assert first["id"] == again["id"]
    assert first["id"] != other["id"]


def test_a_posting_that_repeats_within_a_file_is_one_job() -> None:
    entries: list[Posting | Skipped] = [
        posting(),
        Skipped(line=2, reason="not JSON"),
        posting(title="Later"),
    ]
    imported = import_postings(entries, NOW)
    assert [job["title"] for job in imported.jobs] == ["Later"]
    assert [skip.line for skip in imported.skipped] == [2]
    assert imported.repeated == 1


@pytest.mark.parametrize("day", REAL_DAYS)
def test_real_days_are_read_but_for_the_lines_without_title(day: str) -> None:
    path = REAL_JOBS / f"{day}.jsonl.gz"
    if not path.exists():
        pytest.skip("the real postings files are not beside this checkout")
    lines, without_title = REAL_DAYS[day]
    entries = list(read_postings(path))
    skipped = [entry for entry in entries if isinstance(entry, Skipped)]
    postings = [entry for entry in entries if isinstance(entry, Posting)]
    assert [skip.line for skip in skipped] == without_title
    assert all(skip.reason.startswith("no title") for skip in skipped)
    assert len(postings) == lines - len(skipped)
    spellings = {"".join(filter(str.isalpha, p.employment_type.casefold())) for p in postings}
    assert spellings - {""} <= set(EMPLOYMENT_TYPES)
    given_dates = path.read_bytes()
    published = [json.loads(line) for line in gzip.decompress(given_dates).splitlines()]
    dated = sum(bool(line["postedAt"] and line.get("title")) for line in published)
    assert sum(p.posted_at is not None for p in postings) == dated
