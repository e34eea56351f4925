"""Why a job meets an alert or not, clause by clause: the matcher's rules on one job."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from jobraker_cli.matching import location, pay
from jobraker_cli.matching.criteria import Criteria, choice, read_criteria
from jobraker_cli.matching.fields import FIELDS, labels
from jobraker_cli.matching.pay import Pay, WantedPay
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.matching.query import Query, evaluate
from jobraker_cli.model import Alert, Clause, Explanation, Job, MatchRules

_MOST_SAID = 5  # phrases that a sentence names
_EXCLUDED = "nothing that is excluded"
_LABELS = {field: labels(field)[0] for field in FIELDS.values()}


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


def reasons(criteria: Criteria, job: PreparedJob) -> tuple[str, ...]:
    """What of a job that meets the criteria does so, in a few words for each condition."""
    said = []
    if criteria.query:
        said.append(_evidence(criteria.query, job) or _EXCLUDED)
    if criteria.spots:
        said.append(_place(job.job) or "remote")
    if criteria.remote_only:
        said.append("remote")
    if criteria.job_type:
        said.append(_spoken(job.job.job_type))
    if criteria.level:
        said.append(_spoken(job.job.experience_level))
    if criteria.pay:
        said.append(_offer(job.pay))
    return tuple(said) or ("everything",)


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
        yield _salary(criteria.pay, job.pay)


def _keywords(query: Query, keywords: Sequence[str], job: PreparedJob) -> Judgement:
    fields = {term: term.scope & _where(phrase, job) for term, phrase, _ in query.sought}
    holds = bool(evaluate(query.program, lambda term: int(fields[term] > 0), 1))
    evidence = _evidence(query, job)
    if holds:
        return Judgement("keywords", True, evidence or _EXCLUDED)
    asked = " or ".join(keywords[:_MOST_SAID])
    searched = ", ".join(labels(reduce(or_, (term.scope for term in fields), 0)))
    if evidence:
        missing = f"only {evidence}"
    else:
        missing = f"nothing of it in {searched}" if searched else "nothing, for it has no words"
    return Judgement("keywords", False, f"asked: {asked}; found: {missing}")


def _evidence(query: Query, job: PreparedJob) -> str:
    """Which phrases stand in the job, by the best field of each; empty if none does."""
    said: dict[str, list[str]] = {}
    texts = job.texts  # the best evidence first
    for (_, scope), phrase, spoken in query.sought:
        for field, words in texts:
            if field & scope and phrase in words:
                said.setdefault(_LABELS[field], []).append(spoken)
                break
    return "; ".join([f"{name}: {', '.join(words[:_MOST_SAID])}" for name, words in said.items()])


def _where(phrase: str, job: PreparedJob) -> int:
    """The fields of the job that hold the phrase, which has a space on each side."""
    found = 0
    for field, words in job.texts:
        if phrase in words:
            found |= field
    return found


def _location(criteria: Criteria, job: PreparedJob) -> Judgement:
    place = _place(job.job) or "no place"
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


def _place(job: Job) -> str:
    return " ".join(job.location.split()) or job.city or job.state


def _choice(name: str, asked: str, offered: str) -> Judgement:
    holds = choice(offered) == asked
    said = _spoken(offered)
    detail = said if holds else f"{said or 'not given'}, not {asked.replace('_', ' ')}"
    return Judgement(name, holds, detail)


def _spoken(value: str) -> str:
    """A job type or level as people say it."""
    return choice(value).replace("_", " ")


def _salary(wanted: WantedPay, offered: Pay | None) -> Judgement:
    found = pay.fit(wanted, offered)
    detail = f"{_offer(offered)}, asked: {wanted.range}"
    if offered is None or not offered.comparable:
        why = "not comparable, " if offered else ""
        detail += f"; {why}{'does not pass' if found is None else 'passes'}"
    return Judgement("salary", found is not None, detail)


def _offer(offered: Pay | None) -> str:
    return str(offered) if offered else "pay not disclosed"
