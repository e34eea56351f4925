"""Parsers of settings: a text in, a value out; ValueError says what is wrong and what to write."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from jobraker_cli.model import APPLICATION_STATUSES

DJANGO_BACKENDS = {
    "django.core.mail.backends.smtp.EmailBackend": "smtp",
    "django.core.mail.backends.console.EmailBackend": "console",
    "django.core.mail.backends.filebased.EmailBackend": "file",
    "django.core.mail.backends.locmem.EmailBackend": "memory",
    "django.core.mail.backends.dummy.EmailBackend": "memory",
}
BACKENDS = ("smtp", "console", "file", "memory")
LOCALES = ("ar", "de", "en", "es")
MATCH_FIELDS = (
    "title",
    "company",
    "skills_required",
    "skills_preferred",
    "technologies",
    "requirements",
    "description",
)
DATABASE_SCHEMES = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "postgresql+psycopg2": "postgresql+psycopg2",
    "pgsql": "postgresql+psycopg2",
    "psql": "postgresql+psycopg2",
    "sqlite": "sqlite",
}
YES = {"1", "true", "t", "yes", "y", "on"}
NO = {"0", "false", "f", "no", "n", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs, in US dollars per million tokens; "*" is any other model."""

    model: str
    input: Decimal
    output: Decimal


def text(value: str) -> str:
    """The value as it is."""
    return value


def yes_or_no(value: str) -> bool:
    """true, 1, yes, on or their opposites."""
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise ValueError("is neither true nor false; write true or false")


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from `low` to `high`, both included."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,18}", value):
            raise ValueError(f"is not a whole number; write one from {low} to {high}")
        if not low <= int(value) <= high:
            raise ValueError(f"is out of range; write a whole number from {low} to {high}")
        return int(value)

    return parse


def seconds(value: str) -> float:
    """Seconds above 0, up to a day."""
    try:
        number = float(value)
    except ValueError:
        raise ValueError("is not a number of seconds; write for example 30") from None
    if not 0 < number <= 86_400:
        raise ValueError("is out of range; write seconds above 0 and up to 86400")
    return number


def ratio(value: str) -> float:
    """A number from 1 up, or 0 for none."""
    try:
        number = float(value)
    except ValueError:
        raise ValueError("is not a number; write for example 3") from None
    if number != 0 and not 1 <= number <= 1_000_000:
        raise ValueError("is out of range; write a number from 1 up, or 0 to turn it off")
    return number


def rate(value: str) -> float:
    """Something a second: above 0, up to 100,000, fractions allowed."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 100_000:
        raise ValueError("is no rate; write a number above 0, for example 14 or 0.5")
    return number


count = whole_number(1, 1_000_000_000)
"""A parser of how many, from 1."""

DomainRate = tuple[str, int | None, int | None, int | None]
"""A domain with the most mails a second, an hour and a day; None is no limit."""
_PER = {"second": 0, "s": 0, "hour": 1, "h": 1, "day": 2, "d": 2}


def domain_rates(value: str) -> tuple[DomainRate, ...]:
    """The limits of domains: gmail.com=10/second, gmail.com=500/hour, example.org=2000/day."""
    found: dict[str, list[int | None]] = {}
    for part in value.split(","):
        parsed = re.fullmatch(r"\s*([a-z0-9.-]+)\s*=\s*([1-9]\d{0,8})/(\w+)\s*", part.lower())
        if parsed is None or parsed[3] not in _PER:
            raise ValueError(
                "is not understood; write for example gmail.com=500/hour (or /second, /day)"
            )
        found.setdefault(parsed[1], [None, None, None])[_PER[parsed[3]]] = int(parsed[2])
    return tuple((domain, second, hour, day) for domain, (second, hour, day) in found.items())


RELAY_SCHEMES = ("smtp", "smtp+tls", "smtps", "smtp+ssl")
_RELAY_LIMITS = {"per_second": rate, "per_hour": count, "per_day": count}


def relay_url(value: str) -> str:
    """A relay as a URL; its limits may stand in it as a query."""
    try:
        parts = urlsplit(value)
        limits = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        usable = parts.scheme in RELAY_SCHEMES and parts.hostname and (parts.port is None or True)
        for name, text_ in limits.items():
            _RELAY_LIMITS[name](text_)
    except (ValueError, KeyError):
        usable = False
    if not usable:
        raise ValueError(
            "is no relay; write smtp+tls://user:password@host:587 (STARTTLS), smtps:// or smtp://,"
            " with ?per_second=, per_hour= and per_day= where it has limits"
        )
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """A parser that accepts one of `choices`, in any case."""

    def parse(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"is not known; write one of {', '.join(choices)}")
        return value.lower()

    return parse


def backend(value: str) -> str:
    """A mail backend, also by Django's dotted name."""
    known = DJANGO_BACKENDS.get(value, value.lower())
    if known not in BACKENDS:
        raise ValueError(
            f"is not a backend jobraker has; write one of {', '.join(BACKENDS)} "
            "(Django's dotted names of these work too)"
        )
    return known


def database_url(value: str) -> str:
    """A database URL in the spellings of Django's helpers, as SQLAlchemy writes it."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme.lower() not in DATABASE_SCHEMES:
        raise ValueError(
            "does not begin with postgresql:// or sqlite:///; write for example "
            "postgresql://user:password@host:5432/name or sqlite:////var/lib/board.db"
        )
    if scheme.lower() == "sqlite" and not rest.startswith("/"):
        raise ValueError(
            "has too few slashes; write sqlite:///relative.db or sqlite:////absolute.db"
        )
    if scheme.lower() != "sqlite" and rest.rpartition("@")[0].count("@"):
        raise ValueError("has an @ in the user or password; write it as %40")
    return f"{DATABASE_SCHEMES[scheme.lower()]}://{rest}"


def time_zone(value: str) -> ZoneInfo:
    """A time zone of the IANA database."""
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone; write a name such as UTC or Europe/Berlin") from None


def color(value: str) -> str:
    """A colour, in small letters."""
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", value):
        raise ValueError("is not a colour; write for example #0c6b5b")
    return value.lower()


def locale(value: str) -> str:
    """The tag of a language that mails can be written in."""
    if value.lower() not in LOCALES:
        raise ValueError(f"is no language that mails are written in; write {_or(LOCALES)}")
    return value.lower()


def sql_expression(value: str) -> str:
    """One SQL expression over the table users, without what could end it."""
    if len(value) > 1000 or re.search(r";|--|/\*|[\x00-\x1f]", value) or not _balanced(value):
        raise ValueError("is not one SQL expression over users; write for example users.locale")
    return value


def _balanced(expression: str) -> bool:
    """Whether every parenthesis outside quotes is closed, and none too many."""
    depth = 0
    for character in re.sub(r"'[^']*'|\"[^\"]*\"", "", expression):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def _or(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def web_address(value: str) -> str:
    """An http or https address without a trailing slash."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        raise ValueError("is not a web address; write for example https://jobs.example.com")
    return value.rstrip("/")


def ping_address(value: str) -> str:
    """An https address; http on this machine only, for the address is a secret."""
    loopback = r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s#]*)?"
    if not re.fullmatch(rf"https://[^\s/?#@]+(/[^\s#]*)?|{loopback}", value):
        raise ValueError("is not an https address; write for example https://hc.example.com/KEY")
    return value


def job_address(value: str) -> str:
    """The pattern of a job's address, with {id} and perhaps {site}."""
    if "{id}" not in value or not re.match(r"(https?://[^\s/]+|\{site\})/", value):
        raise ValueError("has no {id} or no host; write for example {site}/jobs/{id}")
    return value


def sender(value: str) -> str:
    """One address, with or without a name."""
    if not re.search(r"[^\s@<>]+@[^\s@<>]+", value) or re.search(r"[\r\n]", value):
        raise ValueError(
            'is not an address; write alerts@example.com or "Name <alerts@example.com>"'
        )
    return value


def bounce_address(value: str) -> str:
    """One bare address, short enough before the @ to take a tag (RFC 5321 4.5.3.1.1: 64 octets)."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,10}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value):
        raise ValueError(
            "is not an address with at most 10 letters before the @, which a tag is added to; "
            "write for example bounces@example.com"
        )
    return value


def dns_name(value: str) -> str:
    """A name in DNS, in lower case."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*", value):
        raise ValueError("is not a name in DNS; write for example mail or mail.example.com")
    return value.lower()


def match_fields(value: str) -> tuple[str, ...]:
    """Names of job fields, separated by commas."""
    names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    unknown = [name for name in names if name not in MATCH_FIELDS]
    if unknown or not names:
        raise ValueError(f"names no such field; write some of {', '.join(MATCH_FIELDS)}")
    return names


def statuses(value: str) -> tuple[str, ...]:
    """Statuses of applications, separated by commas; `other` for all unknown ones."""
    names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    known = (*APPLICATION_STATUSES, "other")
    if names == ("none",):
        return ()
    if not names or any(name not in known for name in names):
        raise ValueError(f"names no such status; write none, or some of {', '.join(known)}")
    return names


def addresses(value: str) -> str:
    """Addresses without names, separated by single commas."""
    found = [one.strip() for one in value.split(",") if one.strip()]
    if not all(re.fullmatch(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+", one) for one in found):
        raise ValueError("is not one address or several with commas; write ops@example.com")
    return ",".join(found)


def currency(value: str) -> str:
    """Three letters, in capitals."""
    if not re.fullmatch(r"[A-Za-z]{3}", value):
        raise ValueError("is not a currency; write three letters such as USD")
    return value.upper()


def path(value: str) -> Path:
    """A path; ~ is the home directory."""
    return Path(value).expanduser()


def list_id(value: str) -> str:
    """A List-Id: letters, digits, dots and hyphens."""
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,200}", value):
        raise ValueError("is not a list id; write for example alerts.jobs.example.com")
    return value


def dollars(value: str) -> Decimal:
    """An amount from 0 to a million."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError("is not an amount; write for example 0.50") from None
    if not (amount.is_finite() and 0 <= amount <= 1_000_000):
        raise ValueError("is out of range; write an amount from 0 to 1000000")
    return amount


def prices(value: str) -> tuple[Price, ...]:
    """Models with what a million tokens cost: name=in/out, separated by commas."""
    found = []
    for entry in filter(None, (one.strip() for one in value.split(","))):
        name, equals, amounts = entry.rpartition("=")
        parts = amounts.split("/")
        if not (name.strip() and equals and len(parts) == 2):
            raise ValueError("is no list of prices; write for example gpt-4o-mini=0.15/0.60")
        found.append(Price(model=name.strip(), input=dollars(parts[0]), output=dollars(parts[1])))
    return tuple(found)
