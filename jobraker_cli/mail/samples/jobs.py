"""Jobs as the payloads of samples hold them."""

from uuid import UUID

from jobraker_cli.mail.samples.strings import (
    ARABIC_COMPANY,
    ARABIC_TITLE,
    HEBREW_COMPANY,
    HEBREW_TITLE,
    HOSTILE,
    LONG_LINE,
    LONG_WORD,
)

Job = dict[str, object]

_USUAL = (
    ("Senior Python Developer", "Société Générale", "Berlin, Germany", "hybrid", "senior"),
    (
        "Backend Engineer (Python, PostgreSQL)",
        "Nordlicht Energie",
        "Hamburg, Germany",
        "full",
        "mid",
    ),
    ("Data Platform Engineer", "Kiezkauf", "Berlin, Germany", "no", "lead"),
    ("Machine Learning Engineer", "Example Robotics", "Remote, Europe", "full", "senior"),
    ("Werkstudent Data (m/w/d)", "Fjord Analytics", "Potsdam, Germany", "no", "entry"),
    ("Pharmacy Technician", "Linden-Apotheke", "Leipzig, Germany", "no", "mid"),
    ("Head of Engineering", "Quellwerk", "Berlin, Germany", "hybrid", "executive"),
    ("Site Reliability Engineer", "Brandenburger Bahn", "Berlin, Germany", "hybrid", "mid"),
    ("Python Trainer", "Lernhaus", "Berlin, Germany", "no", "senior"),
    ("Technical Writer", "Papierkram", "Berlin, Germany", "full", "mid"),
)


def job(number: int, **changes: object) -> Job:
    """A job with every fact."""
    usual: Job = {
        "id": str(UUID(int=number)),
        "title": "Senior Python Developer",
        "company": "Société Générale",
        "places": ["Berlin, Germany"],
        "remote": "hybrid",
        "job_type": "full_time",
        "experience_level": "senior",
        "salary_min": 68_000,
        "salary_max": 85_000,
        "salary_currency": "EUR",
        "salary_period": "yearly",
        "posted_at": "2026-08-11T07:00:00+00:00",
        "deadline": None,
        "reasons": ["title: python", "Berlin, Germany"],
    }
    return usual | changes


def usual(number: int) -> Job:
    """One of ten jobs that differ in what is known of them."""
    title, company, place, remote, level = _USUAL[(number - 1) % len(_USUAL)]
    return job(
        number,
        title=title,
        company=company,
        places=[place] if number % 4 != 3 else [place, "Wien", "Paris"],
        remote=remote,
        experience_level=level,
        reasons=[f"title: {title.split()[0].lower()}", "remote" if remote == "full" else place],
        job_type="full_time" if number % 3 else "part_time",
        salary_min=None if number % 4 == 1 else 48_000 + 2_000 * number,
        salary_max=None if number % 4 in {1, 2} else 60_000 + 2_500 * number,
        deadline="2026-08-28T12:00:00+00:00" if number % 3 == 1 else None,
    )


def long(number: int) -> Job:
    """A job whose every text is as long as the database lets it be."""
    return job(
        number,
        title=(LONG_LINE if number % 2 else f"{LONG_WORD * 5}")[:200],
        company=(f"{LONG_WORD} & " * 4)[:100],
        places=[f"{place}. {'Llanfairpwllgwyngyll ' * 4}" for place in range(9)],
        salary_min=1_234_567_890,
        salary_max=2_147_483_647,
        job_type="gig_work",
        deadline="2027-08-28T12:00:00+00:00",
        reasons=[LONG_LINE, LONG_WORD * 4, "title: python"],
    )


def bare(number: int) -> Job:
    """A job of which only the id is known."""
    return {"id": str(UUID(int=number)), "title": "" if number % 2 else "Nurse"}


def hostile(number: int) -> Job:
    """A job whose every text wants to be something else."""
    one, two, three = (HOSTILE[(number + step) % len(HOSTILE)] for step in range(3))
    return job(
        number + 1,
        title=one,
        company=two,
        places=[three],
        remote=one,
        job_type=two,
        experience_level=three,
        salary_currency=one,
        salary_period=two,
        posted_at=three,
        deadline=one,
        reasons=[one, two, three],
    )


def right_to_left(number: int) -> Job:
    """A job in Arabic or Hebrew."""
    arabic = number % 2 == 1
    return job(
        number,
        title=ARABIC_TITLE if arabic else HEBREW_TITLE,
        company=ARABIC_COMPANY if arabic else HEBREW_COMPANY,
        places=["القاهرة، مصر" if arabic else "תל אביב, ישראל"],
        salary_currency="EGP" if arabic else "ILS",
        salary_period="monthly",
        reasons=["title: python"],
    )
