"""Postings as rows of `jobs`, as the web application's importer writes them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from jobraker_cli.demo.columns import Row, row
from jobraker_cli.demo.postings import Posting, Skipped

NAMESPACE = UUID("6c0f6d8e-2f0b-5f43-9f0e-6a2d6b1f7c11")
TITLE, COMPANY, LOCATION, URL, EXTERNAL_ID, SOURCE = 200, 100, 100, 200, 100, 50

# Spellings without case, spaces and punctuation; whatever is not here stays full_time.
EMPLOYMENT_TYPES = {
    "fulltime": "full_time",
    "fulltimepermanent": "full_time",
    "fulltimeregular": "full_time",
    "permanent": "full_time",
    "regular": "full_time",
    "vollzeit": "full_time",
    "parttime": "part_time",
    "parttimepermanent": "part_time",
    "permanentparttime": "part_time",
    "teilzeit": "part_time",
    "contract": "contract",
    "contractor": "contract",
    "independentcontractor": "contract",
    "independentcontractorft": "contract",
    "fixedterm": "contract",
    "fixedtermcontract": "contract",
    "fulltimefixedterm": "contract",
    "temporary": "temporary",
    "temp": "temporary",
    "seasonal": "temporary",
    "intern": "internship",
    "internship": "internship",
    "trainee": "internship",
    "praktikum": "internship",
    "freelance": "freelance",
    "freelancer": "freelance",
}
# The first that is found in the title decides; "lead generation" leads nobody.
LEVELS = (
    (
        "entry",
        r"intern|internship|trainee|apprentice|graduate|junior|jr|entry[- ]level|werkstudent",
    ),
    ("executive", r"director|vp|svp|evp|vice president|chief \w+ officer|ceo|cto|cfo|coo"),
    ("lead", r"lead(?! gen)|head of|team leader|tech lead"),
    ("senior", r"senior|sr|principal"),
)
LEVEL_PATTERNS = tuple(
    (level, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE))
    for level, words in LEVELS
)
SEPARATORS = ("; ", ";", " | ", "|", ", ", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file brought: rows with distinct ids, the lines left out, and how many repeated."""

    jobs: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    repeated: int


def import_postings(entries: Iterable[Posting | Skipped], imported_at: datetime) -> Imported:
    """All postings as rows of `jobs`; of one that occurs again the last counts."""
    jobs: dict[object, Row] = {}
    skipped: list[Skipped] = []
    postings = 0
    for entry in entries:
        if isinstance(entry, Skipped):
            skipped.append(entry)
            continue
        postings += 1
        job = job_row(entry, imported_at)
        jobs[job["id"]] = job
    return Imported(
        jobs=tuple(jobs.values()), skipped=tuple(skipped), repeated=postings - len(jobs)
    )


def job_row(posting: Posting, imported_at: datetime) -> Row:
    """The posting's row: every column, each within its width.

    The id follows from platform, company and jobId, so the same posting is the same row again.
    Titles, companies and locations are cut; a URL that is too long is left empty, since half a
    link leads nowhere; of a long jobId the end is kept, where Workday has the requisition number.
    """
    remote = posting.is_remote is True
    given = {
        "id": posting_id(posting),
        "title": posting.title[:TITLE].rstrip(),
        "company": posting.company[:COMPANY].rstrip(),
        "description": posting.department,
        "location": joined(posting.locations),
        "is_remote": remote,
        "remote_type": "full" if remote else "no",
        "job_type": job_type_of(posting.employment_type),
        "experience_level": level_of(posting.title),
        "external_source": posting.platform[:SOURCE],
        "external_id": posting.job_id[-EXTERNAL_ID:],
        "external_url": posting.apply_url if len(posting.apply_url) <= URL else "",
        "posted_date": posting.posted_at,
    }
    return row("jobs", imported_at, given)


def posting_id(posting: Posting) -> str:
    """The UUID that this posting always gets; a separator inside a part changes nothing."""
    return str(uuid5(NAMESPACE, repr((posting.platform, posting.company, posting.job_id))))


def job_type_of(employment_type: str) -> str:
    """The board's job type for one of the many spellings; full_time when unknown or absent."""
    key = re.sub(r"[\W_]+", "", employment_type.casefold())
    return EMPLOYMENT_TYPES.get(key, "full_time")


def level_of(title: str) -> str:
    """The experience level that the title names, else `mid` as the importer leaves it."""
    for level, pattern in LEVEL_PATTERNS:
        if pattern.search(title):
            return level
    return "mid"


def joined(locations: Iterable[str], limit: int = LOCATION) -> str:
    """ "A; B": distinct locations as far as they fit, whole ones if at all possible."""
    text = "; ".join(dict.fromkeys(locations))
    if len(text) <= limit:
        return text
    for separator in SEPARATORS:
        end = text.rfind(separator, 0, limit + 1)
        if end > 0:
            return text[:end].rstrip()
    return text[:limit]
