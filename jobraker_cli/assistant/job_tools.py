"""Tools about the board's jobs: search in the language of alerts, details, and why no mail came."""

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from itertools import islice
from typing import Any
from uuid import UUID

from jobraker_cli.assistant.arguments import Parameter
from jobraker_cli.assistant.desk import Desk, Row, job_row, text_of
from jobraker_cli.assistant.toolbox import Found, Tool
from jobraker_cli.errors import NotFoundError
from jobraker_cli.matching.eligible import is_open
from jobraker_cli.matching.matcher import Matcher
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.model import Alert, Job
from jobraker_cli.store import jobs
from jobraker_cli.store.engine import reading
from jobraker_cli.store.past import histories

SEARCHED = 20_000  # the newest active jobs
ALL = -1  # the floor of an alert to which every job is new
_LONGEST = 6_000  # characters of a description
JOB_TYPES = ("full_time", "part_time", "contract", "temporary", "internship", "freelance")
LEVELS = ("entry", "mid", "senior", "lead", "executive")
CRITERIA = (
    Parameter(
        name="keywords",
        kind="strings",
        about="Phrases, any of which must stand in title or skills, e.g. python developer. "
        "AND, OR, NOT, -word and quotes work; title: company: anywhere: choose where.",
        most=1000,
    ),
    Parameter(name="location", about="City, region, country or Remote, e.g. Berlin", most=100),
    Parameter(name="remote_only", kind="boolean", about="Only remote jobs"),
    Parameter(name="job_type", about="Type of employment", choices=JOB_TYPES),
    Parameter(name="experience_level", about="Level", choices=LEVELS),
    Parameter(name="min_salary", kind="integer", about="Least yearly pay", most=10**9),
    Parameter(name="max_salary", kind="integer", about="Most yearly pay", most=10**9),
)
_JOB = Parameter(name="job_id", about="Id of the job", required=True, most=64)


def job_tools(desk: Desk) -> Sequence[Tool]:
    """The tools about jobs, for one user."""
    return (
        Tool(
            name="search_jobs",
            about="Search the open jobs of this board; best matches first.",
            parameters=(
                *CRITERIA,
                Parameter(name="limit", kind="integer", about="How many at most", least=1, most=50),
            ),
            run=lambda values: _search(desk, values),
        ),
        Tool(
            name="job_details",
            about="Everything about one job, with its description.",
            parameters=(_JOB,),
            run=lambda values: _details(desk, text_of(values, "job_id")),
        ),
        Tool(
            name="why_mail",
            about="Why the user did or did not get a mail about a job, alert by alert.",
            parameters=(_JOB,),
            run=lambda values: _why(desk, text_of(values, "job_id")),
        ),
    )


def criteria_of(values: Mapping[str, Any], alert: Alert) -> dict[str, Any]:
    """What arguments ask for as columns of an alert; what is not given is the alert's own."""
    names = [parameter.name for parameter in CRITERIA]
    return {name: values.get(name, getattr(alert, name)) for name in names}


def uuid_of(text: str, what: str) -> str:
    """An id in its canonical spelling; NotFoundError for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFoundError(f"There is no {what} {text[:60]!r}") from None


def find_job(desk: Desk, job_id: str) -> Job:
    """A job that this user may see: an active one, or one they applied to or were mailed."""
    wanted = uuid_of(job_id, "job")
    with reading(desk.engine) as connection:
        found = jobs.by_id(connection, [wanted]).get(wanted)
        if found is not None and found.status != "active":
            history = histories(connection, [desk.user.id])[desk.user.id]
            if wanted not in history.applied | history.mailed:
                found = None
    if found is None:
        raise NotFoundError(f"There is no job {job_id[:60]!r}")
    return found


def _search(desk: Desk, values: Mapping[str, Any]) -> Found:
    blank = Alert(id="", user_id=desk.user.id)
    wanted = Alert(id="", user_id=desk.user.id, floor=ALL, **criteria_of(values, blank))
    matcher = Matcher([wanted], desk.rules)
    now, looked_through = desk.clock(), 0
    with reading(desk.engine) as connection:
        for block in jobs.newest_active(connection, desk.rules, limit=SEARCHED):
            looked_through += len(block)
            open_now = [job for job in block if is_open(job, now)]
            matcher.feed(prepare(job, desk.rules) for job in open_now)
    for _, matches in matcher.results():
        most = int(values.get("limit", 12))
        rows = [
            {**job_row(match.job.job, desk.settings), "why": list(match.reasons)}
            for match in islice(matches, most)
        ]
        return Found(rows, _remark(len(matches), len(rows), looked_through))
    return Found((), _remark(0, 0, looked_through))


def _remark(matching_jobs: int, told: int, looked_through: int) -> str:
    newest = "the newest " if looked_through >= SEARCHED else ""
    return f"{matching_jobs} of {newest}{looked_through} active jobs match; {told} are listed"


def _details(desk: Desk, job_id: str) -> Found:
    job = find_job(desk, job_id)
    now = desk.clock()
    row: Row = job_row(job, desk.settings) | {
        "status": job.status,
        "open": is_open(job, now),
        "skills": [*job.skills_required, *job.skills_preferred, *job.technologies],
        "requirements": plain_text(job.requirements)[:_LONGEST],
        "description": plain_text(job.description)[:_LONGEST],
    }
    return Found([row])


def _why(desk: Desk, job_id: str) -> Found:
    """Each alert of the user's against the job, and what else a mail depends on."""
    job = find_job(desk, job_id)
    found = desk.why(job.id)
    last: Row = {
        "job": job.title,
        "mailed": found.mailed,
        "conditions_of_any_mail": list(found.conditions),
        "reasons": list(found.reasons),
    }
    said = "was" if found.mailed else "was not"
    return Found([*found.alerts, last], f"A mail with this job {said} sent to the user")


class _Words(HTMLParser):
    """Collects the text of a description, which may be HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Scripts and styles are no text."""
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """The end of what is hidden."""
        self._hidden -= tag in ("script", "style") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Text that is shown."""
        if not self._hidden:
            self.said.append(data)


def plain_text(text: str) -> str:
    """The words of a text that may be HTML."""
    if "<" not in text:
        return text
    reader = _Words()
    reader.feed(text)
    reader.close()
    return " ".join(" ".join(reader.said).split())
