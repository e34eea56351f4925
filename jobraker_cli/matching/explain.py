"""Why a job meets an alert or not, clause by clause: the matcher's rules on one job."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from jobraker_cli.matching import location, pay
from jobraker_cli.matching.criteria import Criteria, choice, read_criteria
from jobraker_cli.matching.fields import labels
from jobraker_cli.matching.pay import Pay, WantedPay
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.matching.query import Query, Term, evaluate
from jobraker_cli.model import Alert, Clause, Explanation, Job, MatchRules

_MOST_SAID = 5  # phrases that a sentence names


class Judgement(NamedTuple):
    """One condition: whether it holds, what of the job meets it, and a sentence on it."""

    name: str
    holds: bool
    short: str
    detail: str


def explain(alert: Alert, job: Job, rules: MatchRules) -> Explanation:
    """Why the alert matches the job or not; whether the job is new to it is no part of that."""
    criteria = read_criteria(alert, rules)
    clauses = tuple(
        Clause(name=found.name, holds=found.holds, detail=found.detail)
        for found in _judge(criteria, prepare(job, rules))
    ) or (Clause(name="everything", holds=True, detail="the alert asks for nothing in particular"),)
    return Explanation(match=all(clause.holds for clause in clauses), clauses=clauses)


def reasons(criteria: Criteria, job: PreparedJob) -> tuple[str, ...]:
    """What of the job meets the criteria, in a few words for each condition."""
    return tuple(found.short for found in _judge(criteria, job)) or ("everything",)


def _judge(criteria: Criteria, job: PreparedJob) -> Iterator[Judgement]:
    if criteria.query:
        yield _keywords(criteria.query, criteria.wish.keywords, job)
    if criteria.spots:
        yield _location(criteria, job)
    if criteria.remote_only:
        evidence = location.remote_evidence(job.job)
        yield Judgement(
            "remote", bool(evidence), "remote", evidence or "nothing says that it is remote"
        )
    if criteria.job_type:
        yield _choice("job_type", criteria.job_type, job.job.job_type)
    if criteria.level:
        yield _choice("experience_level", criteria.level, job.job.experience_level)
    if criteria.pay:
        yield _salary(criteria.pay, job.pay)


def _keywords(query: Query, keywords: Sequence[str], job: PreparedJob) -> Judgement:
    fields = {term: _where(term, job) for term in query.terms}
    holds = bool(evaluate(query.program, lambda term: int(fields[term] > 0), 1))
    said: dict[str, list[str]] = {}
    for term, found in fields.items():
        if found:
            said.setdefault(labels(found)[0], []).append(query.spoken[term])
    evidence = "; ".join(f"{name}: {', '.join(words[:_MOST_SAID])}" for name, words in said.items())
    if holds:
        evidence = evidence or "nothing that is excluded"
        return Judgement("keywords", True, evidence, evidence)
    asked = " or ".join(keywords[:_MOST_SAID])
    searched = ", ".join(labels(reduce(or_, (term.scope for term in fields), 0)))
    if evidence:
        missing = f"only {evidence}"
    else:
        missing = f"nothing of it in {searched}" if searched else "nothing, for it has no words"
    return Judgement("keywords", False, "", f"asked: {asked}; found: {missing}")


def _where(term: Term, job: PreparedJob) -> int:
    """The fields of the job that hold the phrase."""
    phrase = f" {' '.join(term.words)} "
    texts = (field for field, words in job.texts if phrase in words)
    return term.scope & reduce(or_, texts, 0)


def _location(criteria: Criteria, job: PreparedJob) -> Judgement:
    place = " ".join(job.job.location.split()) or job.job.city or job.job.state or "no place"
    asked = " ".join(criteria.wish.location.split())
    found = location.fit(criteria.spots, job.place)
    if found is None:
        missing = "" if job.place.remote else ", nor remote"
        return Judgement("location", False, "", f"{place} is not in {asked}{missing}")
    said = {
        location.EXACT: f"{place} is what was asked: {asked}",
        location.REGION: f"{place} is in {asked}",
        location.REMOTE: f"{place}: remote, and open to {asked}",
    }
    return Judgement("location", True, place if place != "no place" else "remote", said[found])


def _choice(name: str, asked: str, offered: str) -> Judgement:
    holds = choice(offered) == asked
    said = choice(offered).replace("_", " ")
    detail = said if holds else f"{said or 'not given'}, not {asked.replace('_', ' ')}"
    return Judgement(name, holds, said, detail)


def _salary(wanted: WantedPay, offered: Pay | None) -> Judgement:
    found = pay.fit(wanted, offered)
    short = str(offered) if offered else "pay not disclosed"
    detail = f"{short}, asked: {wanted.range}"
    if offered is None or not offered.comparable:
        why = "not comparable, " if offered else ""
        detail += f"; {why}{'does not pass' if found is None else 'passes'}"
    return Judgement("salary", found is not None, short, detail)
