"""Made-up job alerts: mostly what people type, and every shape the web application has let in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from jobraker_cli.demo.chance import before, draw, new_id
from jobraker_cli.demo.columns import Row, row
from jobraker_cli.demo.interests import Interest

FREQUENCIES = {"daily": 60, "weekly": 16, "immediate": 14, "monthly": 10}
HOW_MANY = {1: 58, 2: 28, 3: 9, 0: 5}

# Shapes of the keywords column that came in through the API; {} stands for the person's own phrase.
ODD_KEYWORDS: tuple[object, ...] = (
    None,
    42,
    {"any": ["thing"]},
    [["nested"]],
    ["  ", "", "{}"],
    ["{}", 7, None, True],
    ["(({} AND"],
    ["{} OR (manager AND NOT senior)"],
    ["title:{} -intern"],
    ['"{}" OR "no such phrase anywhere"'],
    ["<script>alert(1)</script>", "{}"],
    "",
    [],
)
HOPELESS = ("lighthouse keeper", "falconer", "glass harmonica tuner", "royal taster")
ODD_NAMES = (
    "<b>Jobs</b> & more",
    "=?utf-8?q?My_alert?=",
    "東京の仕事 🚀",
    "{{7*7}}",
    "My alert\r\nBcc: spy@example.org",
)


def alerts_of(
    rng: Random,
    moment: datetime,
    *,
    number: int,
    user: Row,
    interest: Interest | None,
    interests: Sequence[Interest],
) -> list[Row]:
    """The alerts of person `number`: none for a few, else one to three around their interest.

    Every eighth person brings one of the odd shapes; every 17th looks for what nobody offers.
    """
    alerts: list[Row] = []
    for _ in range(max(1, draw(rng, HOW_MANY)) if number % 8 == 3 else draw(rng, HOW_MANY)):
        wanted = interest or Interest(phrase="engineer", weight=1, skills=(), places=())
        if alerts and rng.random() < 0.7 and interests:
            wanted = rng.choice(interests)
        alerts.append(_alert(rng, moment, user, wanted, interests))
    if alerts and number % 8 == 3 and interest:
        alerts[0] = _made_odd(alerts[0], number // 8, interest)
    elif number % 17 == 16:
        hopeless = HOPELESS[number // 17 % len(HOPELESS)]
        alerts = [{**alert, "keywords": [hopeless], "name": hopeless} for alert in alerts]
    return alerts


def _alert(
    rng: Random, moment: datetime, user: Row, wanted: Interest, interests: Sequence[Interest]
) -> Row:
    made = before(rng, moment, timedelta(days=400))
    location = _location(rng, wanted.places)
    low = rng.choice((20_000, 30_000, 40_000)) if rng.random() < 0.12 else None
    given = {
        "id": new_id(rng),
        "user_id": user["id"],
        "keywords": _keywords(rng, wanted, interests),
        "location": location,
        "job_type": draw(rng, {"": 88, "full_time": 9, "part_time": 3}),
        "experience_level": draw(rng, {"": 88, "mid": 8, "senior": 3, "entry": 1}),
        "remote_only": rng.random() < 0.05,
        "min_salary": low,
        "max_salary": low * 5 if low and rng.random() < 0.4 else None,
        "frequency": draw(rng, FREQUENCIES),
        "email_notifications": rng.random() >= 0.06,
        "push_notifications": rng.random() < 0.1,
        "is_active": rng.random() >= 0.06,
        "last_run": before(rng, moment, timedelta(days=30)) if rng.random() < 0.5 else None,
    }
    given["name"] = _name(wanted, given["keywords"], location)
    return row("job_alerts", made, given)


def _name(wanted: Interest, keywords: object, location: str) -> str:
    """What its owner calls an alert: what they look for, and where."""
    word = _last_word(wanted)
    sought = word.capitalize() if keywords == [word] else wanted.phrase
    return f"{sought}{' in ' + location if location else ''}"[:100]


def _last_word(wanted: Interest) -> str:
    return wanted.phrase.casefold().rsplit(" ", 1)[-1]


def _keywords(rng: Random, wanted: Interest, interests: Sequence[Interest]) -> object:
    phrase, last_word = wanted.phrase.casefold(), _last_word(wanted)
    kin = [other.phrase for other in interests if other.phrase.casefold().endswith(last_word)]
    kin = [other for other in kin if other != wanted.phrase]
    choices: dict[str, tuple[int, object]] = {
        "phrase": (30, [phrase]),
        "as written": (8, [wanted.phrase]),
        "kin": (24, [phrase, *rng.sample(kin, min(2, len(kin)))]),
        "word": (18, [last_word]),
        "plain": (6, phrase),
        "skill": (10, [*wanted.skills[:2], phrase]),
        "none": (2, []),
    }
    return choices[draw(rng, {name: weight for name, (weight, _) in choices.items()})][1]


def _location(rng: Random, places: Sequence[str]) -> str:
    """Mostly anywhere; else a place where such work is offered, whole or one end of its name."""
    if not places or rng.random() < 0.55:
        return "Remote" if rng.random() < 0.05 else ""
    whole = rng.choice(places)
    ends = [part.strip() for part in (whole, *whole.split(",")) if len(part.strip()) > 2]
    return rng.choice(ends or [whole])[:100]


def _made_odd(alert: Row, number: int, interest: Interest) -> Row:
    """The alert with the next odd shape of keywords, wide open otherwise, and an odd name."""
    odd = ODD_KEYWORDS[number % len(ODD_KEYWORDS)]
    if isinstance(odd, list):
        phrase = interest.phrase
        odd = [text.replace("{}", phrase) if isinstance(text, str) else text for text in odd]
    name = ODD_NAMES[number % len(ODD_NAMES)]
    return {**alert, "keywords": odd, "name": name, "location": "", "remote_only": False}
