"""A job read once: its words, places, pay and the key of its vacancy."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from math import inf
from typing import NamedTuple

from jobraker_cli.matching.criteria import choice
from jobraker_cli.matching.fields import FIELDS, TITLE
from jobraker_cli.matching.lexicon import GENDERS, LEGAL_FORMS, MEN, NO_EMPLOYER, SENIORITY, WOMEN
from jobraker_cli.matching.location import Whereabouts, whereabouts
from jobraker_cli.matching.pay import Pay, offered_pay
from jobraker_cli.matching.text import GAP, apart, fold, further_readings, reading, tokens
from jobraker_cli.model import Job, MatchRules


class Advert(NamedTuple):
    """A vacancy as people are shown it: near-identical postings as one.

    `job` is the best of them, `places` their distinct location texts and `job_ids` their ids, best
    first. `level` is its column, empty where the title says another: mails contradict no title.
    """

    job: Job
    places: tuple[str, ...]
    job_ids: tuple[str, ...]
    fingerprint: str
    level: str


@dataclass(frozen=True, eq=False)
class PreparedJob:
    """A job as the matcher reads it; `age` grows with the time since the posting."""

    job: Job
    place: Whereabouts
    pay: Pay | None
    age: float

    @cached_property
    def employer(self) -> str:
        """The company's name without case, symbols, legal form."""
        return _employer(self.job.company)

    @cached_property
    def fingerprint(self) -> str:
        """The vacancy that it is a posting of."""
        return _fingerprint(self.job, self.employer)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Its place as the posting says it, if it does."""
        said = " ".join(self.job.location.split())
        return (said,) if said else ()

    @cached_property
    def advert(self) -> Advert:
        """What people are shown of it when it is the only posting of its vacancy."""
        column = self.job.experience_level
        shown = column if self.level == choice(column) else ""
        return Advert(self.job, self.places, (self.job.id,), self.fingerprint, shown)

    @cached_property
    def level(self) -> str:
        """What the title says, else the column, which holds "mid" when nobody gave one."""
        named = [SENIORITY[word] for word in self.words[TITLE].split() if word in SENIORITY]
        return named[0] if named else choice(self.job.experience_level)

    @cached_property
    def spot(self) -> str:
        """Its place in a few words: what the posting says, else its city, else its state."""
        return self.places[0] if self.places else self.job.city or self.job.state

    @cached_property
    def words(self) -> Mapping[int, str]:
        """The words of each field, by the field's bit; each read when it is asked for.

        A space stands on each side of every word, two between texts that are not neighbours.
        """
        return _Words(self.job)

    @cached_property
    def offer(self) -> str:
        """What it pays, in words."""
        return str(self.pay) if self.pay else "pay not disclosed"


class _Words(dict[int, str]):
    """The words of a job's fields, as far as they were asked for."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def __missing__(self, field: int) -> str:
        words = self[field] = _words(self._job, field)
        return words


def prepare(job: Job, rules: MatchRules) -> PreparedJob:
    """Read a job: where it is, what it pays, how old it is."""
    posted = job.posted_at or job.created_at
    return PreparedJob(
        job=job,
        place=whereabouts(job),
        pay=offered_pay(job, rules),
        age=-posted.timestamp() if posted else inf,
    )


def written(job: Job) -> Iterator[tuple[int, Sequence[str]]]:
    """The texts of each field that has any, with the field's bit: all, a keyword may name any."""
    for name, bit in FIELDS.items():
        text: str | tuple[str, ...] = getattr(job, name)
        if text:
            yield bit, (text,) if isinstance(text, str) else text


_NAMES = {bit: name for name, bit in FIELDS.items()}


def _words(job: Job, field: int) -> str:
    """The words of a field, each with a space on each side; empty if it has no text."""
    text: str | tuple[str, ...] = getattr(job, _NAMES[field])
    if not text:
        return ""
    found = [reading(one) for one in ((text,) if isinstance(text, str) else text)]
    if field == TITLE:
        found += (" ".join(words) for words in further_readings(job.title))
    return f" {GAP.join(found)} "


@lru_cache(maxsize=10_000)
def _employer(company: str) -> str:
    words = tokens(company)
    while len(words) > 1 and words[-1].replace(".", "") in LEGAL_FORMS:
        words.pop()
    named = " ".join(words)
    return "" if named in NO_EMPLOYER else named or fold(company).strip(" -.")


_GENDERS = re.compile(
    r"""
      (?<![\w/]) (?:[(\[]\s*)? (?P<listed>[a-z] (?:\s*[/|,]\s*(?:[a-z]|div(?:erse?)?\.?|gn)){1,3})
      (?:\s*[)\]])? (?![\w/])
    | [(\[] (?:all\ genders | gn | m[wf]d | [wf]md) [)\]]
    """,
    re.VERBOSE | re.IGNORECASE,
)  # (m/w/d), H/F


def _without_genders(title: str) -> str:
    return _GENDERS.sub(lambda found: " " if _are_genders(found["listed"]) else found[0], title)


def _are_genders(listed: str | None) -> bool:
    """Whether what stands between slashes says that men and women may apply."""
    letters = frozenset(re.findall(r"[a-z]+", (listed or "m/w").lower()))
    return letters <= GENDERS and bool(letters & MEN and letters & WOMEN)


def fingerprint(job: Job) -> str:
    """The vacancy that a posting is of: the same for the same company and title.

    Without a company no two postings are the same.
    """
    return _fingerprint(job, _employer(job.company))


def names_company(job: Job) -> bool:
    """Whether a posting says whose it is; "N/A" and "Confidential" say nothing."""
    return bool(_employer(job.company))


def _fingerprint(job: Job, employer: str) -> str:
    return _vacancy(employer or f"\0{job.id}", job.title)


@lru_cache(maxsize=50_000)
def _vacancy(employer: str, job_title: str) -> str:
    title = apart(f" {reading(_without_genders(job_title))} ").strip() or fold(job_title).strip()
    key = f"{employer}\0{title}"
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
