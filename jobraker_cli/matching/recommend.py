"""How well a job suits a person, from what their profile says: a score from 0 to 1, and why.

What the work is about (skills and title) makes the score; what does not fit (place, level, type,
pay, age) takes from it. A profile that names neither skills nor a title suits no job.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf, prod
from typing import NamedTuple

from jobraker_cli.matching import location, pay
from jobraker_cli.matching.criteria import choice
from jobraker_cli.matching.fields import FIELDS, SKILLS, TITLE
from jobraker_cli.matching.lexicon import FILLERS, RANKS
from jobraker_cli.matching.location import Spot, wanted_spots
from jobraker_cli.matching.pay import Pay, WantedPay
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.matching.text import apart, reading
from jobraker_cli.model import Clause, Job, MatchRules, Profile

WORTH_SHOWING = 0.3
"""The least score that is a recommendation: one skill and half the title, nothing amiss."""

_LEVELS = ("entry", "mid", "senior", "lead", "executive")
_SKILLS_SHARE, _TITLE_SHARE = 0.75, 0.65  # what each makes alone at its best
_OLD = 60  # days after which a posting loses no more
_MOST_SAID = 5  # skills that a sentence names

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interests:
    """A profile read once. Empty means that it does not say.

    `skills` are phrases with the person's own words for them; `title` is without ranks.
    """

    skills: tuple[tuple[Phrase, str], ...]
    title: Phrase
    level: str
    spots: tuple[Spot, ...]
    remote_ok: bool
    job_types: frozenset[str]
    pay: WantedPay | None
    profile: Profile = field(compare=False)


def read_profile(profile: Profile, rules: MatchRules) -> Interests:
    """What the profile says, as it is compared."""
    read = {_phrase(skill): " ".join(skill.split()) for skill in profile.skills}
    spots = [spot for place in profile.places for spot in wanted_spots(place)]
    least = profile.salary_min or 0
    return Interests(
        skills=tuple((words, spoken) for words, spoken in read.items() if words),
        title=_without_ranks(_phrase(profile.title)),
        level=choice(profile.level),
        spots=tuple(dict.fromkeys(spots)),
        remote_ok=profile.remote_ok,
        job_types=frozenset(filter(None, map(choice, profile.job_types))),
        pay=WantedPay(Pay(least, inf, rules.currency.strip().upper()), False) if least else None,
        profile=profile,
    )


def _phrase(text: str) -> Phrase:
    return tuple(apart(f" {reading(text)} ").split())


def _without_ranks(words: Sequence[str]) -> Phrase:
    bare = tuple(word for word in words if word not in RANKS and word not in FILLERS)
    return bare or tuple(words)


@dataclass(frozen=True, slots=True, eq=False)
class Posting:
    """A job as it is scored: texts as " word word ", by how much they say of the work."""

    job: PreparedJob
    title: str
    skills: str
    rest: str
    required: int  # how many skills it asks for


def read_posting(job: PreparedJob) -> Posting:
    """Put together what the score looks at."""
    said = {TITLE: "", SKILLS: "", 0: ""}
    for bit in FIELDS.values():
        said[bit if bit == TITLE else SKILLS if bit & SKILLS else 0] += apart(job.words[bit])
    return Posting(
        job=job,
        title=said[TITLE],
        skills=said[SKILLS],
        rest=said[0],
        required=len(job.job.skills_required),
    )


class Part(NamedTuple):
    """What one part of a profile makes of a job; `worth` is from 0 to 1."""

    name: str
    holds: bool
    worth: float
    short: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A job for a person: `score` from 0 to 1, and what makes it."""

    job: PreparedJob
    score: float
    parts: tuple[Part, ...] = field(repr=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks for the job, in a few words each."""
        return tuple(part.short for part in self.parts if part.holds and part.short)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every part of the profile that says something: whether the job fits, and why."""
        return tuple(
            Clause(name=part.name, holds=part.holds, detail=part.detail) for part in self.parts
        )


def suits(profile: Profile, job: Job, rules: MatchRules, now: datetime) -> Recommendation:
    """One job for one profile; below WORTH_SHOWING it is none to recommend."""
    return score(read_profile(profile, rules), read_posting(prepare(job, rules)), now)


def score(interests: Interests, posting: Posting, now: datetime) -> Recommendation:
    """How well the job suits, with what makes it."""
    work = tuple(_work(interests, posting))
    fits = tuple(_fits(interests, posting, now))
    about = 1 - prod(1 - part.worth for part in work)
    value = about * prod(part.worth for part in fits)
    return Recommendation(job=posting.job, score=round(value, 4), parts=(*work, *fits))


def _work(interests: Interests, posting: Posting) -> Iterator[Part]:
    if interests.skills:
        yield _skills(interests.skills, posting)
    if interests.title:
        yield _title(interests, posting)


def _skills(skills: Sequence[tuple[Phrase, str]], posting: Posting) -> Part:
    named, mentioned = [], []
    for words, spoken in skills:
        phrase = f" {' '.join(words)} "
        if phrase in posting.skills or phrase in posting.title:
            named.append(spoken)
        elif phrase in posting.rest:
            mentioned.append(spoken)
    found = [*named, *mentioned]
    depth = 1 - 0.6 ** (len(named) + len(mentioned) / 2)
    if posting.required:
        depth = (depth + min(1.0, len(named) / posting.required)) / 2
    said = f"skills: {', '.join(found[:_MOST_SAID])}"
    missing = f"none of {', '.join(spoken for _, spoken in skills[:_MOST_SAID])}"
    detail = said if found else missing
    return Part("skills", bool(found), _SKILLS_SHARE * depth, said if found else "", detail)


def _title(interests: Interests, posting: Posting) -> Part:
    words, spoken = interests.title, " ".join(interests.profile.title.split())
    if f" {' '.join(words)} " in posting.title:
        return Part("title", True, _TITLE_SHARE, f"title: {spoken}", f"it is a {spoken} job")
    there = set(posting.title.split())
    common = [word for word in words if word in there]
    share = len(common) / len(words) / 2
    detail = f"of {spoken}: {', '.join(common)}" if common else f"nothing of {spoken}"
    return Part("title", False, _TITLE_SHARE * share, "", detail)


def _fits(interests: Interests, posting: Posting, now: datetime) -> Iterator[Part]:
    job = posting.job.job
    if interests.spots:
        yield _place(interests, posting.job)
    if interests.level in _LEVELS and posting.job.level in _LEVELS:
        yield _seniority(interests.level, posting.job.level)
    if interests.job_types and job.job_type:
        offered, words = choice(job.job_type), choice(job.job_type).replace("_", " ")
        holds = offered in interests.job_types
        yield Part(
            "job_type", holds, 1 if holds else 0.6, words, words if holds else f"{words} job"
        )
    if interests.pay:
        yield _pay(interests.pay, posting.job.pay)
    yield _freshness(posting.job, now)


def _place(interests: Interests, job: PreparedJob) -> Part:
    found = location.fit(interests.spots, job.place)
    where = " ".join(job.job.location.split()) or job.job.city or "no place"
    asked = " or ".join(" ".join(place.split()) for place in interests.profile.places[:_MOST_SAID])
    if found is None:
        return Part("location", False, 0.25, "", f"{where} is not in {asked}")
    if found == location.REMOTE:
        worth = 0.95 if interests.remote_ok else 0.5
        words = f"{where}: remote, and open to {asked}"
        wanted = words if interests.remote_ok else f"{words}, but remote work is not wanted"
        return Part("location", interests.remote_ok, worth, where, wanted)
    return Part("location", True, 1, where, f"{where} is in {asked}")


def _seniority(own: str, offered: str) -> Part:
    apart = abs(_LEVELS.index(own) - _LEVELS.index(offered))
    worth = (1, 0.85, 0.6)[min(apart, 2)]
    detail = f"{offered} level" if not apart else f"{offered} level, the person is {own}"
    return Part("experience_level", not apart, worth, f"{offered} level", detail)


def _pay(wanted: WantedPay, offered: Pay | None) -> Part:
    found = pay.fit(wanted, offered)
    words = str(offered) if offered else "pay not disclosed"
    worth = 0.6 if found is None else 1 if found == pay.IN_RANGE else 0.95
    short = words if found == pay.IN_RANGE else ""
    return Part("salary", found is not None, worth, short, f"{words}, asked: {wanted.range}")


def _freshness(job: PreparedJob, now: datetime) -> Part:
    days = max(0.0, (now.timestamp() + job.age) / 86_400)
    if days == inf:
        return Part("posted", True, 0.9, "", "it does not say when it was posted")
    words = {0: "today", 1: "yesterday"}.get(int(days), f"{int(days)} days ago")
    return Part("posted", days < _OLD, 1 - 0.2 * min(1, days / _OLD), "", f"posted {words}")
