"""Why a job meets an alert or not, clause by clause: the matcher's rules on one job."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial, reduce
from itertools import islice
from operator import attrgetter, or_
from typing import Any, NamedTuple

from jobraker_cli.matching import location, pay
from jobraker_cli.matching.criteria import Criteria, Wish, choice, read_criteria
from jobraker_cli.matching.fields import ANYWHERE, FIELDS, labels, scope_of
from jobraker_cli.matching.pay import WantedPay
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.matching.query import Query, Sought, evaluate, sought_by
from jobraker_cli.model import Alert, Clause, Explanation, Job, MatchRules

_MOST_SAID = 5  # phrases that a sentence names
_EXCLUDED = "nothing that is excluded"
_LABELS = {field: labels(field)[0] for field in FIELDS.values()}
_FIELDS_OF = [  # by scope, each with what people call it, the best evidence first
    tuple((field, label) for field, label in _LABELS.items() if field & scope)
    for scope in range(ANYWHERE + 1)
]

Saying = Callable[[PreparedJob], str]  # a few words on what of a job meets a condition


class Judgement(NamedTuple):
    """One condition: whether it holds, and a sentence on it."""

    name: str
    holds: bool
    detail: str


def explain(alert: Alert, job: Job, rules: MatchRules) -> Explanation:
    """Why the alert matches the job or not; whether the job is new to it is no part of that."""
    criteria = read_criteria(alert, rules)
    clauses = tuple(
        Clause(name=found.name, holds=found.holds, detail=found.detail)
        for found in _judge(criteria, prepare(job, rules))
    ) or (Clause(name="everything", holds=True, detail="the alert asks for nothing in particular"),)
    return Explanation(match=all(clause.holds for clause in clauses), clauses=clauses)


def sayings(keywords: Sequence[str], limits: Wish, rules: MatchRules) -> tuple[Saying, ...]:
    """What says of a job that meets a wish why it does: one for each condition, or one for none.

    `limits` are the wish but for its keywords.
    """
    of_limits = _of_limits(limits[1:])
    if not keywords:
        return of_limits or (lambda _: "everything",)
    sought = sought_by(keywords, scope_of(rules.match_fields))
    return (partial(_why, sought), *of_limits)


@lru_cache(maxsize=20_000)
def _of_limits(limits: tuple[Any, ...]) -> tuple[Saying, ...]:
    """The sayings of what a wish asks beside its keywords; what it asks no rules change."""
    criteria = read_criteria(Wish((), *limits), MatchRules())
    asked: list[tuple[object, Saying]] = [
        (criteria.spots, lambda job: job.spot or "remote"),
        (criteria.remote_only, lambda _: "remote"),
        (criteria.job_type, _always(_spoken(criteria.job_type))),
        (criteria.level, _always(_spoken(criteria.level))),
        (criteria.pay, attrgetter("offer")),
    ]
    return tuple([saying for condition, saying in asked if condition])


def _always(said: str) -> Saying:
    """What says of every job the same."""
    return lambda _: said


def _judge(criteria: Criteria, job: PreparedJob) -> Iterator[Judgement]:
    if criteria.query:
        yield _keywords(criteria.query, criteria.wish.keywords, job)
    if criteria.spots:
        yield _location(criteria, job)
    if criteria.remote_only:
        evidence = location.remote_evidence(job.job)
        yield Judgement("remote", bool(evidence), evidence or "nothing says that it is remote")
    if criteria.job_type:
        yield _choice("job_type", criteria.job_type, job.job.job_type)
    if criteria.level:
        yield _choice("experience_level", criteria.level, job.job.experience_level)
    if criteria.pay:
        yield _salary(criteria.pay, job)


def _keywords(query: Query, keywords: Sequence[str], job: PreparedJob) -> Judgement:
    fields = {term: term.scope & _where(phrase, job) for term, phrase, _ in query.sought}
    holds = bool(evaluate(query.program, lambda term: int(fields[term] > 0), 1))
    evidence = _evidence(query.sought, job)
    if holds:
        return Judgement("keywords", True, evidence or _EXCLUDED)
    asked = " or ".join(keywords[:_MOST_SAID])
    searched = ", ".join(labels(reduce(or_, (term.scope for term in fields), 0)))
    if evidence:
        missing = f"only {evidence}"
    else:
        missing = f"nothing of it in {searched}" if searched else "nothing, for it has no words"
    return Judgement("keywords", False, f"asked: {asked}; found: {missing}")


def _why(sought: Sequence[Sought], job: PreparedJob) -> str:
    """What keywords hold for a job by, one that has what they ask."""
    return _evidence(sought, job) or _EXCLUDED


def _evidence(sought: Sequence[Sought], job: PreparedJob) -> str:
    """Which phrases stand in the job, by the best field of each; empty if none does."""
    words = job.words
    found: list[tuple[str, str]] = []
    for (_, scope), phrase, spoken in sought:
        for field, label in _FIELDS_OF[scope]:
            if phrase in words[field]:
                found.append((label, spoken))
                break
    if len(found) == 1:
        label, spoken = found[0]
        return f"{label}: {spoken}"
    said: dict[str, dict[str, None]] = {}
    for label, spoken in found:
        said.setdefault(label, {})[spoken] = None
    return "; ".join(
        [f"{label}: {', '.join(islice(some, _MOST_SAID))}" for label, some in said.items()]
    )


def _where(phrase: str, job: PreparedJob) -> int:
    """The fields of the job that hold the phrase, which has a space on each side."""
    return sum(field for field in FIELDS.values() if phrase in job.words[field])


def _location(criteria: Criteria, job: PreparedJob) -> Judgement:
    place = job.spot or "no place"
    asked = " ".join(criteria.wish.location.split())
    found = location.fit(criteria.spots, job.place)
    if found is None:
        missing = "" if job.place.remote else ", nor remote"
        return Judgement("location", False, f"{place} is not in {asked}{missing}")
    said = {
        location.EXACT: f"{place} is what was asked: {asked}",
        location.REGION: f"{place} is in {asked}",
        location.REMOTE: f"{place}: remote, and open to {asked}",
    }
    return Judgement("location", True, said[found])


def _choice(name: str, asked: str, offered: str) -> Judgement:
    holds = choice(offered) == asked
    said = _spoken(offered)
    detail = said if holds else f"{said or 'not given'}, not {asked.replace('_', ' ')}"
    return Judgement(name, holds, detail)


def _spoken(value: str) -> str:
    """A job type or level as people say it."""
    return choice(value).replace("_", " ")


def _salary(wanted: WantedPay, job: PreparedJob) -> Judgement:
    offered = job.pay
    found = pay.fit(wanted, offered)
    detail = f"{job.offer}, asked: {wanted.range}"
    if offered is None or not offered.comparable:
        why = "not comparable, " if offered else ""
        detail += f"; {why}{'does not pass' if found is None else 'passes'}"
    return Judgement("salary", found is not None, detail)
