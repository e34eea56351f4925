"""One alert, one job, nothing shared and nothing clever: what a match is, to check the engine by.

Keywords come as trees, so that no query has to be parsed: ("phrase", words), ("and", tree, tree),
("or", tree, tree), ("not", tree), ("title", tree).
"""

from dataclasses import dataclass
from typing import Any

from jobraker_cli.matching.location import remote_evidence, wanted_spots, whereabouts
from jobraker_cli.matching.text import further_readings, spellings, terms
from jobraker_cli.model import Alert, Job

Tree = tuple[Any, ...]
TIMES_A_YEAR = {"hourly": 2080, "daily": 260, "weekly": 52, "monthly": 12, "yearly": 1}


@dataclass(frozen=True)
class Asked:
    """An alert with its keywords as trees: any of `wanted`, and all of `narrowing` ("-intern")."""

    alert: Alert
    wanted: tuple[Tree, ...]
    narrowing: tuple[Tree, ...]


def fit(asked: Asked, job: Job, *, require_salary: bool) -> tuple[int, int, int] | None:
    """How well the words, the place and the pay fit, 0 the best; None if the job is not asked for.

    What the alert does not ask for fits worst.
    """
    alert = asked.alert
    if alert.remote_only and not remote_evidence(job):
        return None
    if alert.job_type not in ("", job.job_type):
        return None
    if alert.experience_level not in ("", job.experience_level):
        return None
    words, where = keywords(asked, job), place(alert, job)
    offer = pay(alert, job, require_salary=require_salary)
    return None if words is None or where is None or offer is None else (words, where, offer)


def keywords(asked: Asked, job: Job) -> int | None:
    """Any of the entries, but none that is excluded: by the title, with the skills, unasked."""
    titles = [terms(job.title), *further_readings(job.title)]
    skills = (*job.skills_required, *job.skills_preferred, *job.technologies)
    texts = titles + [terms(skill) for skill in skills]
    if not asked.wanted and not asked.narrowing:
        return 3

    def hold(some: list[list[str]]) -> bool:
        def entry(tree: Tree) -> bool:
            return holds(tree, some, titles) and holds(tree, texts, titles)

        return (not asked.wanted or any(map(entry, asked.wanted))) and all(
            map(entry, asked.narrowing)
        )

    return 0 if hold(titles) else 1 if hold(texts) else None


def holds(tree: Tree, texts: list[list[str]], titles: list[list[str]]) -> bool:
    """Whether a tree of keywords holds for texts."""
    kind, *parts = tree
    if kind == "phrase":
        return any(stands(one, text) for one in spellings(terms(parts[0])) for text in texts)
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


def place(alert: Alert, job: Job) -> int | None:
    """One of the alert's places is one of the job's, has it within, or it can be done from there.

    The last is for an alert that names none.
    """
    spots = wanted_spots(alert.location)
    if not spots:
        return 3
    there, remote = whereabouts(job), bool(remote_evidence(job))
    found = []
    for spot in spots:
        if spot.remote and not remote:
            continue
        region = there.region
        if not spot.area or any(key in there.sites.own for key in spot.area.own):
            found.append(0)
        elif any(key in there.sites.within for key in spot.area.own):
            found.append(1)
        elif remote and (
            not region.own
            or any(key in region.within for key in spot.area.own)
            or any(key in region.own for key in spot.area.within)
        ):
            found.append(2)
    return min(found, default=None)


def pay(alert: Alert, job: Job, *, require_salary: bool) -> int | None:
    """The ranges overlap, as amounts a year; it is not said; the alert does not ask."""
    least, most = alert.min_salary or None, alert.max_salary or None
    if least is None and most is None:
        return 2
    low, high = job.salary_min or None, job.salary_max or None
    times = TIMES_A_YEAR.get(job.salary_period)
    if times is None or (low is None and high is None) or job.salary_currency != "USD":
        return None if require_salary else 1
    if least is not None and most is not None and least > most:
        least, most = most, least
    if low is not None and high is not None and low > high:
        low, high = high, low
    too_low = least is not None and high is not None and high * times < least
    too_high = most is not None and low is not None and low * times > most
    return None if too_low or too_high else 0
