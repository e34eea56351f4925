"""One alert, one job, nothing shared and nothing clever: what a match is, to check the engine by.

Keywords come as trees, so that no query has to be parsed: ("phrase", words), ("and", tree, tree),
("or", tree, tree), ("not", tree), ("title", tree).
"""

from dataclasses import dataclass
from typing import Any

from jobraker_cli.matching.location import remote_evidence, wanted_spots, whereabouts
from jobraker_cli.matching.text import inversions, terms
from jobraker_cli.model import Alert, Job

Tree = tuple[Any, ...]
TIMES_A_YEAR = {"hourly": 2080, "daily": 260, "weekly": 52, "monthly": 12, "yearly": 1}


@dataclass(frozen=True)
class Asked:
    """An alert with its keywords as trees: any of `wanted`, and all of `narrowing` ("-intern")."""

    alert: Alert
    wanted: tuple[Tree, ...]
    narrowing: tuple[Tree, ...]


def matches(asked: Asked, job: Job, *, require_salary: bool) -> bool:
    """Whether the job is what the alert asks for."""
    return (
        keywords(asked, job)
        and place(asked.alert, job)
        and (not asked.alert.remote_only or bool(remote_evidence(job)))
        and asked.alert.job_type in ("", job.job_type)
        and asked.alert.experience_level in ("", job.experience_level)
        and pay(asked.alert, job, require_salary=require_salary)
    )


def keywords(asked: Asked, job: Job) -> bool:
    """Any of the entries, but none that is excluded."""
    titles = [terms(job.title), *inversions(job.title)]
    skills = (*job.skills_required, *job.skills_preferred, *job.technologies)
    texts = titles + [terms(skill) for skill in skills]
    if not asked.wanted and not asked.narrowing:
        return True
    wanted = not asked.wanted or any(holds(tree, texts, titles) for tree in asked.wanted)
    return wanted and all(holds(tree, texts, titles) for tree in asked.narrowing)


def holds(tree: Tree, texts: list[list[str]], titles: list[list[str]]) -> bool:
    """Whether a tree of keywords holds for texts."""
    kind, *parts = tree
    if kind == "phrase":
        return any(stands(terms(parts[0]), text) for text in texts)
    if kind == "title":
        return holds(parts[0], titles, titles)
    if kind == "not":
        return not holds(parts[0], texts, titles)
    one, other = (holds(part, texts, titles) for part in parts)
    return one and other if kind == "and" else one or other


def stands(phrase: list[str], text: list[str]) -> bool:
    """Whether the words stand side by side, in order."""
    length = len(phrase)
    return any(text[at : at + length] == phrase for at in range(len(text) - length + 1))


def place(alert: Alert, job: Job) -> bool:
    """Whether one of the job's places lies in one of the alert's, or it can be done from there."""
    spots = wanted_spots(alert.location)
    if not spots:
        return True
    there, remote = whereabouts(job), bool(remote_evidence(job))
    for spot in spots:
        if spot.remote and not remote:
            continue
        if not spot.area:
            return True
        if any(key in there.sites.own or key in there.sites.within for key in spot.area.own):
            return True
        region = there.region
        if remote and not region.own:
            return True
        if remote and any(key in region.within for key in spot.area.own):
            return True
        if remote and any(key in region.own for key in spot.area.within):
            return True
    return False


def pay(alert: Alert, job: Job, *, require_salary: bool) -> bool:
    """Whether the ranges overlap, as amounts a year."""
    least, most = alert.min_salary or None, alert.max_salary or None
    if least is None and most is None:
        return True
    low, high = job.salary_min or None, job.salary_max or None
    times = TIMES_A_YEAR.get(job.salary_period)
    if times is None or (low is None and high is None) or job.salary_currency != "USD":
        return not require_salary
    if least is not None and most is not None and least > most:
        least, most = most, least
    if low is not None and high is not None and low > high:
        low, high = high, low
    too_low = least is not None and high is not None and high * times < least
    too_high = most is not None and low is not None and low * times > most
    return not too_low and not too_high
