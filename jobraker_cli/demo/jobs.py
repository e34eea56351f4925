"""A day's made-up vacancies, as an importer and the board's own users leave them in `jobs`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from jobraker_cli.demo import vocabulary
from jobraker_cli.demo.chance import before, draw, new_id, some
from jobraker_cli.demo.columns import Row, row
from jobraker_cli.demo.places import (
    CITIES,
    REMOTE,
    SPELLINGS,
    SPELLINGS_WITHOUT_REGION,
    WEIGHTS,
    City,
)
from jobraker_cli.demo.vocabulary import Role

MONTHLY = frozenset({"PLN", "CZK", "BRL", "AED", "ILS", "KES", "NGN"})
OFFICE_TRADES = frozenset({"tech", "sales", "finance"})
JOB_TYPES = {"full_time": 80, "contract": 9, "part_time": 4, "internship": 3, "freelance": 4}
HOURLY_TYPES = {"full_time": 58, "part_time": 30, "temporary": 8, "contract": 4}
STATUSES = {"active": 952, "draft": 12, "closed": 14, "filled": 8, "paused": 8, "expired": 6}
DIRECTORS = {
    "tech": "Director of Engineering",
    "health": "Director of Nursing",
    "sales": "Sales Director",
    "logistics": "Director of Logistics",
    "hospitality": "General Manager, Hotel",
    "education": "Head Teacher",
    "finance": "Finance Director",
    "trades": "Head of Facilities",
}
ROLES_BY_TRADE = {
    trade: tuple(role for role in vocabulary.ROLES if role.trade == trade)
    for trade in vocabulary.TRADES
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """An invented employer; `weight` is how much it posts compared with the others."""

    name: str
    trade: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """What all postings of one vacancy have in common."""

    company: Company
    role: Role
    level: str
    title: str
    remote: str


def invent_companies(rng: Random, count: int = 160) -> tuple[Company, ...]:
    """Employers with made-up names; a few post much, most post little."""
    names: dict[str, Company] = {}
    while len(names) < count:
        trade = rng.choice(vocabulary.TRADES)
        name = f"{rng.choice(vocabulary.STEMS)} {rng.choice(vocabulary.SUFFIXES[trade])}"
        names[name] = Company(name=name, trade=trade, weight=2 + 40 // (1 + len(names)))
    return tuple(names.values())


def jobs_of_day(
    rng: Random,
    moment: datetime,
    count: int,
    companies: Sequence[Company],
    earlier: Sequence[Row],
) -> list[Row]:
    """`count` rows created in the nine hours before `moment`.

    Some are one vacancy in several cities, some repeat one of the `earlier` rows from another
    source, and about one in forty has a title that tries to break a mail.
    """
    jobs: list[Row] = []
    employers = rng.choices(companies, [company.weight for company in companies], k=count)
    for company in employers:
        if len(jobs) >= count:
            break
        if earlier and rng.random() < 0.04:
            jobs.append(_reposted(rng, moment, rng.choice(earlier)))
            continue
        vacancy = _vacancy(rng, company)
        cities = rng.randint(2, 6) if rng.random() < 0.07 else 1
        for city in rng.choices(CITIES, WEIGHTS, k=min(cities, count - len(jobs))):
            jobs.append(_posting(rng, moment, vacancy, city))  # noqa: PERF401 - draws in order
    return _with_hostile_titles(rng, jobs)


def _vacancy(rng: Random, company: Company) -> Vacancy:
    role = rng.choice(ROLES_BY_TRADE[company.trade])
    level = draw(rng, vocabulary.LEVEL_WEIGHTS)
    tails = vocabulary.HOURLY_TAILS if role.hourly else vocabulary.TAILS
    tail = rng.choice(tails) if rng.random() < 0.35 else ""
    if company.name.endswith("GmbH"):
        tail = " (m/w/d)"
    title = f"{vocabulary.LEVELS[level]} {role.title}{tail}".strip()
    if level == "executive":
        title = DIRECTORS[role.trade]
    away = {"no": 70, "hybrid": 15, "full": 15} if role.trade in OFFICE_TRADES else {"no": 1}
    return Vacancy(company=company, role=role, level=level, title=title, remote=draw(rng, away))


def _posting(rng: Random, moment: datetime, vacancy: Vacancy, city: City) -> Row:
    """One posting: two of three come from an importer, which fills in less than people do."""
    created = before(rng, moment, timedelta(hours=9))
    skills = some(rng, vacancy.role.skills, 4)
    given: dict[str, object] = {
        "id": new_id(rng),
        "title": vacancy.title,
        "company": vacancy.company.name,
        "description": _description(rng, vacancy, city, skills),
        "location": _location(rng, vacancy.remote, city),
        "job_type": draw(rng, HOURLY_TYPES if vacancy.role.hourly else JOB_TYPES),
        "status": draw(rng, STATUSES),
        "posted_date": _posted(rng, created),
        "application_deadline": _deadline(rng, created),
        "processed_for_matching": rng.random() < 0.5,
        "view_count": rng.randrange(40),
    }
    given |= _pay(rng, vacancy, city)
    if rng.random() < 0.65:
        number = rng.randrange(10**9, 10**10)
        given |= {
            "external_source": "adzuna",
            "external_id": str(number),
            "external_url": f"https://jobs.example.com/land/{number}",
            "salary_currency": "USD",
        }
        if city.pay > 2:  # the importer knows no currency: such amounts would be absurd as USD
            given |= {"salary_min": None, "salary_max": None, "salary_period": "yearly"}
    else:
        given |= {
            "city": city.name,
            "state": city.region,
            "country": city.country,
            "is_remote": vacancy.remote == "full",
            "remote_type": vacancy.remote,
            "experience_level": vacancy.level,
            "skills_required": skills,
            "skills_preferred": some(rng, vacancy.role.skills, 2),
            "technologies": skills[:2] if vacancy.role.trade == "tech" else [],
            "requirements": "Experience with " + ", ".join(skills) + ".",
            "benefits": rng.choice(vocabulary.BENEFITS),
        }
    return row("jobs", created, given)


def _reposted(rng: Random, moment: datetime, job: Row) -> Row:
    """The same vacancy again from another source, under an id of its own."""
    created = before(rng, moment, timedelta(hours=9))
    number = rng.randrange(10**6, 10**7)
    again = {
        "id": new_id(rng),
        "external_source": rng.choice(("jooble", "workday", "greenhouse")),
        "external_id": f"R-{number}",
        "external_url": f"https://boards.example.net/apply/{number}",
        "created_at": created,
        "updated_at": created,
        "posted_date": created,
        "status": "active",
        "application_deadline": None,
    }
    return {**job, **again}


def _with_hostile_titles(rng: Random, jobs: list[Row]) -> list[Row]:
    chosen = rng.sample(range(len(jobs)), min(len(vocabulary.HOSTILE_TITLES), len(jobs) // 40))
    for index, pattern in zip(chosen, vocabulary.HOSTILE_TITLES, strict=False):
        title = pattern.format(title=jobs[index]["title"])
        jobs[index] = {**jobs[index], "title": title[:200], "status": "active"}
    return jobs


def _description(rng: Random, vacancy: Vacancy, city: City, skills: Sequence[str]) -> str:
    sentences = (rng.choice(vocabulary.OPENINGS), *rng.sample(vocabulary.DUTIES, 2))
    text = " ".join(sentences).format(
        company=vacancy.company.name,
        title=vacancy.role.title,
        city=city.name,
        skill=skills[0],
        other=skills[-1],
    )
    return f"<p>{text}</p>" if rng.random() < 0.2 else text


def _location(rng: Random, remote: str, city: City) -> str:
    if remote == "full":
        return rng.choice(REMOTE).format(country=city.country)
    spelling = draw(rng, SPELLINGS if city.region else SPELLINGS_WITHOUT_REGION)
    if remote != "hybrid":
        spelling = spelling.removeprefix("Hybrid - ")
    return spelling.format(city=city.name, region=city.region, country=city.country, code=city.code)


def _pay(rng: Random, vacancy: Vacancy, city: City) -> dict[str, object]:
    """Half tell their pay: as a range, or only one end of it."""
    if rng.random() < 0.45:
        return {"salary_currency": city.currency, "salary_period": "yearly"}
    factor = vocabulary.LEVEL_PAY[vacancy.level] * city.pay * rng.uniform(0.92, 1.1)
    period, divisor, step = "yearly", 1, 1000
    if vacancy.role.hourly:
        period, divisor, step = "hourly", 2080, 1
    elif city.currency in MONTHLY:
        period, divisor, step = "monthly", 12, 100
    low, high = (
        max(step, round(yearly * factor / divisor / step) * step)
        for yearly in (vacancy.role.low, vacancy.role.high)
    )
    told = rng.random()
    return {
        "salary_min": None if told > 0.95 else low,
        "salary_max": None if 0.8 < told <= 0.95 else high,
        "salary_currency": city.currency,
        "salary_period": period,
    }


def _posted(rng: Random, created: datetime) -> datetime | None:
    told = rng.random()
    if told < 0.15:
        return None
    return before(rng, created, timedelta(days=90 if told > 0.9 else 3)).replace(microsecond=0)


def _deadline(rng: Random, created: datetime) -> datetime | None:
    told = rng.random()
    if told < 0.02:
        return before(rng, created, timedelta(days=5))
    if told < 0.3:
        return created + timedelta(days=rng.randint(10, 45))
    return None
