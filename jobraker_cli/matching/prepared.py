"""A job read once: its words, places, pay and the key of its vacancy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from math import inf

from jobraker_cli.matching.fields import FIELDS, TITLE
from jobraker_cli.matching.lexicon import LEGAL_FORMS
from jobraker_cli.matching.location import Whereabouts, whereabouts
from jobraker_cli.matching.pay import Pay, offered_pay
from jobraker_cli.matching.text import GAP, fold, inversions, reading, tokens
from jobraker_cli.model import Job, MatchRules


@dataclass(frozen=True, slots=True, eq=False)
class PreparedJob:
    """A job as the matcher reads it.

    `texts` holds the words of each field that has any, with the field's bit: a space on each side
    of every word, and two between texts that are not neighbours. `age` grows with the time since
    the posting; `employer` is the company's name without case, symbols, legal form.
    """

    job: Job
    texts: tuple[tuple[int, str], ...]
    place: Whereabouts
    pay: Pay | None
    age: float
    employer: str
    fingerprint: str


def prepare(job: Job, rules: MatchRules) -> PreparedJob:
    """Read a job. All its texts are read, since a keyword may name any field."""
    posted = job.posted_at or job.created_at
    employer = _employer(job.company)
    return PreparedJob(
        job=job,
        texts=tuple(_texts(job)),
        place=whereabouts(job),
        pay=offered_pay(job, rules),
        age=-posted.timestamp() if posted else inf,
        employer=employer,
        fingerprint=_fingerprint(job, employer),
    )


def _texts(job: Job) -> Iterator[tuple[int, str]]:
    for name, bit in FIELDS.items():
        text: str | tuple[str, ...] = getattr(job, name)
        if not text:
            continue
        found = [reading(text)] if isinstance(text, str) else [reading(one) for one in text]
        if bit == TITLE:
            found += (" ".join(words) for words in inversions(job.title))
        yield bit, f" {GAP.join(found)} "


def _employer(company: str) -> str:
    words = tokens(company)
    while len(words) > 1 and words[-1].replace(".", "") in LEGAL_FORMS:
        words.pop()
    return " ".join(words) or fold(company).strip()


_GENDERS = re.compile(
    r"[(\[]\s*[a-z](?:\s*[/|,]\s*(?:[a-z]|div\.?|gn)){1,3}\s*[)\]]", re.IGNORECASE
)  # (m/w/d)


def fingerprint(job: Job) -> str:
    """The vacancy that a posting is of: the same for the same company and title.

    Without a company no two postings are the same.
    """
    return _fingerprint(job, _employer(job.company))


def _fingerprint(job: Job, employer: str) -> str:
    title = reading(_GENDERS.sub(" ", job.title)) or fold(job.title).strip()
    key = "\0".join((employer or f"\0{job.id}", title))
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
