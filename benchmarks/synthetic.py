"""Jobs and alerts as boards have them: words, places and phrases by Zipf's law, from a seed.

Plain words only, so that other engines read them as jobraker does. Written as lines of tab-
separated columns, to be streamed by whoever is measured.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random

PHRASES = 60_000
_ROLES = """
engineer developer manager nurse teacher driver analyst assistant consultant designer accountant
technician administrator director supervisor coordinator specialist officer representative
executive architect scientist electrician plumber mechanic chef cook cleaner receptionist clerk
carer therapist pharmacist physician surgeon dentist paralegal lawyer solicitor recruiter
trainer instructor lecturer researcher buyer planner scheduler inspector surveyor welder
machinist operator packer picker bartender waiter barista cashier merchandiser editor writer
copywriter translator photographer producer animator illustrator stylist trader broker
underwriter actuary auditor controller bookkeeper economist statistician tester
"""
_FIELDS = """
software data product project sales marketing finance account customer support web mobile cloud
security network systems python java php react frontend backend devops machine mechanical
electrical civil structural chemical process quality safety health care community primary
secondary school maths music sports fitness retail store fashion beauty food restaurant hotel
travel events construction property estate facilities maintenance logistics supply transport
delivery truck bus train aviation marine legal compliance risk tax audit payroll recruitment
training content digital social media brand creative graphic video game research clinical
medical dental laboratory pharmacy energy solar wind oil gas nuclear environmental water waste
agriculture farm garden policy charity insurance banking investment credit mortgage treasury
procurement operations production manufacturing automotive aerospace telecom hardware embedded
firmware database sql oracle linux
"""
_RANKS = """
senior junior lead principal head chief graduate trainee apprentice intern deputy regional
national global temporary freelance night weekend field
"""
_SKILLS = """
excel kubernetes docker aws azure terraform ansible git agile scrum tableau spark hadoop kafka
redis postgresql mongodb javascript typescript rust kotlin swift angular django flask spring
matlab autocad photoshop figma negotiation leadership mentoring budgeting forecasting
"""
_COMMON = """
the to of a in for with you will be we our is on your are this work team experience role skill
working have an or from by at that including within all company strong ability join opportunity
"""
_CITIES = """
Berlin, Hamburg, Munich, Cologne, Frankfurt, Stuttgart, Paris, Lyon, Marseille, Toulouse,
Nantes, Madrid, Barcelona, Valencia, Seville, Rome, Milan, Naples, Turin, Vienna, Graz, Zurich,
Geneva, Basel, Brussels, Antwerp, Amsterdam, Rotterdam, Utrecht, Copenhagen, Aarhus, Stockholm,
Gothenburg, Oslo, Bergen, Helsinki, Tampere, Warsaw, Krakow, Prague, Brno, Budapest, Bucharest,
Sofia, Athens, Lisbon, Porto, Dublin, Cork, London, Manchester, Leeds, Glasgow, Edinburgh,
Bristol, Liverpool, Chicago, Houston, Dallas, Boston, Seattle, Denver, Atlanta, Miami,
Philadelphia, Detroit, Toronto, Montreal, Vancouver, Calgary, Mexico City, Bogota, Lima, Sydney,
Melbourne, Brisbane, Perth, Auckland, Tokyo, Osaka, Seoul, Taipei, Singapore, Bangkok, Jakarta,
Manila, Mumbai, Chennai, Hyderabad, Pune, Dubai, Nairobi, Lagos, Cairo, Casablanca, Istanbul,
Ankara, Kyiv, Riga, Vilnius, Tallinn
"""
ROLES, FIELDS, RANKS = _ROLES.split(), _FIELDS.split(), _RANKS.split()
SKILLS, COMMON = _SKILLS.split(), _COMMON.split()
CITIES = " ".join(_CITIES.split()).split(", ")
TYPES = ("full_time", "part_time", "contract", "temporary", "internship")
TYPE_SHARES = (60, 15, 15, 6, 4)


def zipf(size: int, exponent: float = 1.0) -> list[float]:
    """Cumulative weights of ranks, as `Random.choices` takes them."""
    return list(accumulate(1 / rank**exponent for rank in range(1, size + 1)))


class Board:
    """Makes the jobs and alerts of one imagined board."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        syllables = [one + other for one in "bcdfghjklmnprstvwz" for other in "aeiou"]
        made = {"".join(self._random.choices(syllables, k=2 + n % 4)) for n in range(20_000)}
        known = {*ROLES, *FIELDS, *RANKS, *SKILLS}
        # For jobraker "sale" and "sales" are one word, and so are "bus" and "buse".
        known |= {word.removesuffix("s") for word in known} | {f"{word}e" for word in known}
        words = sorted(made - known)[:8000]
        self._random.shuffle(words)
        self._words = [*COMMON, *words]
        self._phrases = self._distinct_phrases()

    def _distinct_phrases(self) -> list[str]:
        """Titles that people look for, the likeliest first."""
        found: dict[str, None] = {}
        roles, fields = zipf(len(ROLES), 0.7), zipf(len(FIELDS), 0.7)
        kinds: list[Callable[[str, str, str, str], str]] = [
            lambda role, _field, _rank, _skill: role,
            lambda _role, field, _rank, _skill: field,
            lambda _role, _field, _rank, skill: skill,
            lambda role, field, _rank, _skill: f"{field} {role}",
            lambda role, _field, rank, _skill: f"{rank} {role}",
            lambda role, field, rank, _skill: f"{rank} {field} {role}",
        ]
        choices = self._random.choices
        while len(found) < PHRASES:
            made = zip(
                choices(kinds, (12, 8, 5, 45, 10, 20), k=20_000),
                choices(ROLES, cum_weights=roles, k=20_000),
                choices(FIELDS, cum_weights=fields, k=20_000),
                choices(RANKS, k=20_000),
                choices(SKILLS, k=20_000),
                strict=True,
            )
            found.update(dict.fromkeys(kind(*parts) for kind, *parts in made))
        return list(found)[:PHRASES]

    def jobs(self, count: int) -> Iterator[tuple[str, ...]]:
        """Title, description of some 250 words, city, type, yearly pay ("0": not said)."""
        random, choices = self._random, self._random.choices
        words, places = zipf(len(self._words)), zipf(len(CITIES), 0.9)
        roles, fields = zipf(len(ROLES), 0.7), zipf(len(FIELDS), 0.7)
        for _ in range(count):
            [role] = choices(ROLES, cum_weights=roles)
            about = choices(FIELDS, cum_weights=fields, k=8)
            title = f"{about[0]} {role}"
            if random.random() < 0.5:
                title = f"{random.choice(RANKS)} {title}"
            text = choices(self._words, cum_weights=words, k=max(60, int(random.gauss(225, 50))))
            for extra in (title, role, *about, *choices(SKILLS, k=5), f"{about[1]} {role}"):
                text.insert(random.randrange(len(text)), extra)
            text[12::14] = [f"{word}." for word in text[12::14]]
            pay = 0 if random.random() < 0.15 else random.randrange(20, 120) * 1000
            [city], [kind] = choices(CITIES, cum_weights=places), choices(TYPES, TYPE_SHARES)
            yield title.title(), " ".join(text), city, kind, str(pay)

    def alerts(self, count: int, block: int = 50_000) -> Iterator[tuple[str, ...]]:
        """Phrases (with "|" between them), city, type, least pay; "" and "0" are not asked."""
        random, choices = self._random, self._random.choices
        phrases, places = zipf(len(self._phrases)), zipf(len(CITIES), 0.9)
        for done in range(0, count, block):
            size = min(block, count - done)
            wanted = iter(choices(self._phrases, cum_weights=phrases, k=3 * size))
            columns = zip(
                choices((1, 2, 3), (60, 25, 15), k=size),
                choices(CITIES, cum_weights=places, k=size),
                choices(TYPES, TYPE_SHARES, k=size),
                strict=True,
            )
            for number, city, kind in columns:
                yield (
                    "|".join(dict.fromkeys(next(wanted) for _ in range(number))),
                    city if random.random() < 0.6 else "",
                    kind if random.random() < 0.3 else "",
                    str(random.randrange(4, 20) * 5000 if random.random() < 0.25 else 0),
                )


def write(path: Path, lines: Iterator[Sequence[str]]) -> None:
    """Write rows as tab-separated lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines("\t".join(line) + "\n" for line in lines)
