"""Made-up people with accounts, profiles and job alerts; some of them odd, all plausible."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from jobraker_cli.demo.alerts import alerts_of
from jobraker_cli.demo.chance import before, new_id, some
from jobraker_cli.demo.columns import Row, row
from jobraker_cli.demo.interests import Interest

FIRST_NAMES = """Ada Amara Anil Beatriz Chidi Chloé Dagmar Diego Elif Emeka Fatima Felix Grace Hana
Henrik Ifeoma Ines Jonas Joy Kaito Katarzyna Lars Leila Liam Lucía Maja Marcus Mei Mohammed Nadia
Noah Olga Oluwaseun Priya Quentin Rosa Sanjay Sofia Tamar Thandiwe Tomás Uma Viktor Wanjiru Xin
Yara Yusuf Zofia""".split()  # noqa: SIM905 - a list reads no better
LAST_NAMES = """Adeyemi Andersson Baker Bianchi Chen Costa Dubois Eze Fischer García Haddad Ito
Jansen Kamau Khan Kowalska Lindqvist Lopes Mbeki Moreau Müller Nair Nakamura Novák Okafor O'Brien
Park Petrov Quispe Reddy Rossi Sato Schneider Silva Singh Tanaka Torres Usman Varga Weber Wójcik
Yamamoto Yılmaz Zhang""".split()  # noqa: SIM905 - a list reads no better

# First name, last name, address: what registration forms really let through.
ODD_PEOPLE = (
    ("", "", "no.name@example.org"),
    ("GRACE", "OKAFOR", "GRACE.OKAFOR@EXAMPLE.ORG"),
    ("Jürgen", "Groß", "juergen@bücher.example"),
    ("<b>Bobby</b>", "O'Tables", "bobby+jobs@example.org"),
    ("Ada\r\nBcc: spy@example.org", "Smith", "ada.smith@example.org"),
    ("李", "小龍", "li.xiaolong@mail.example.com"),
    ("محمد", "العربي", "mohammed.a@example.net"),
    ("{{7*7}}", "=?utf-8?q?x?=", "seven.times.seven@example.org"),
    ("Ann-Sophie Charlotte Wilhelmine " * 4, "von und zu Hohenfels", "annsophie@example.org"),
    ("  spaced  ", "\u202eevil", "spaced.out@sub.domain.example.com"),
)
DOMAINS = ("example.org", "example.com", "example.net", "mail.example.com", "post.example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who is on the board: rows of `users`, `user_profiles` and `job_alerts`."""

    users: tuple[Row, ...]
    user_profiles: tuple[Row, ...]
    job_alerts: tuple[Row, ...]


def build_people(
    rng: Random, moment: datetime, count: int, interests: Sequence[Interest]
) -> People:
    """`count` people who joined before `moment` and look for what `interests` say is on offer.

    One in thirty is inactive; some have no profile, some no alert. The first few have odd names
    or addresses.
    """
    users, profiles, alerts = [], [], []
    weights = [interest.weight for interest in interests]
    for number in range(count):
        user = _user(rng, moment, number)
        users.append(user)
        interest = rng.choices(interests, weights)[0] if interests else None
        if rng.random() < 0.8:
            profiles.append(_profile(rng, moment, user, interest))
        alerts += alerts_of(
            rng, moment, number=number, user=user, interest=interest, interests=interests
        )
    return People(users=tuple(users), user_profiles=tuple(profiles), job_alerts=tuple(alerts))


def _user(rng: Random, moment: datetime, number: int) -> Row:
    if number < len(ODD_PEOPLE):
        first, last, email = ODD_PEOPLE[number]
    else:
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        email = f"{_ascii(first)}.{_ascii(last)}.{number}@{rng.choice(DOMAINS)}"
    joined = before(rng, moment, timedelta(days=700))
    given = {
        "id": new_id(rng),
        "email": email,
        "password": "!" + f"{rng.getrandbits(160):040x}",  # Django's mark for "no password"
        "first_name": first[:150],
        "last_name": last[:150],
        "date_joined": joined,
        "is_active": number % 30 != 29,
        "is_verified": rng.random() < 0.2,
    }
    return row("users", joined, given)


def _ascii(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())


def _profile(rng: Random, moment: datetime, user: Row, interest: Interest | None) -> Row:
    salary_min = rng.choice((None, 30_000, 45_000, 60_000, 80_000))
    given = {
        "user_id": user["id"],
        "location": rng.choice(interest.places) if interest and interest.places else "",
        "current_title": interest.phrase.title()[:100] if interest else "",
        "experience_level": rng.choice(("entry", "mid", "senior")),
        "skills": some(rng, interest.skills, 4) if interest else [],
        "preferred_locations": some(rng, interest.places, 2) if interest else [],
        "job_types": rng.choice((["full_time"], ["part_time", "contract"], [])),
        "salary_min": salary_min,
        "salary_max": salary_min * 2 if salary_min else None,
        "remote_ok": rng.random() < 0.7,
    }
    return row("user_profiles", before(rng, moment, timedelta(days=300)), given)
