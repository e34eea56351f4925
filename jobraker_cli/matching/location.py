"""Where a job can be done and where an alert wants it done, remote work included."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobraker_cli.matching.places import Area, alert_area, is_wide, job_area, word_runs
from jobraker_cli.matching.places_text import choices
from jobraker_cli.matching.text import fold, tokens
from jobraker_cli.model import Job

# How well a job's place fits, best first; the last is for an alert that names none.
EXACT, REGION, REMOTE, UNASKED = range(4)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A job's places: `sites` where it is done, `region` from where it can be done if it is remote.

    A remote job without a region can be done from anywhere.
    """

    remote: bool
    sites: Area
    region: Area


@dataclass(frozen=True, slots=True)
class Spot:
    """One of the places an alert wants; no area means anywhere, `remote` that it must be remote."""

    area: Area
    remote: bool


# "Remote sensing" is a field, a remote site is far away, and "not remote" is not remote.
_REMOTE = (
    r"(?<!\bno )(?<!\bnot )(?<!\bnon )\bremote(?:ly)?\b(?! (?:access|areas?|communit\w+|control\w*|"
    r"desktop|diagnostics?|hands|infrastructure|monitoring|operated|patients?|pilots?|piloted|"
    r"sensing|sensors?|sites?)\b)"
    r"|\bwork(?:ing)? (?:from|at) home?\b|\bwfh\b|\bhome ?based\b|\bhomeoffice\b|\btelecommut\w+"
    r"|\btelework\w*|\bremoto\b|\bremota\b|\bteletrabajo\b|\bteletravail\b"
)
_ASKS_REMOTE = re.compile(_REMOTE + r"|\bwork from anywhere\b")
_SAYS_REMOTE = re.compile(_REMOTE + r"|\banywhere\b")
# "Automation Anywhere" is a product: in a title the word needs company.
_TITLE_SAYS_REMOTE = re.compile(_REMOTE + r"|\b(?:work|from|based) anywhere\b|\banywhere in\b")

_HINTS = ("remot", "home", "wfh", "tele", "anywhere")

# What stands beside a place without being one: "Remote-Friendly (Travel Required)".
_NO_PLACE = re.compile(
    r"\b(?:100\s?%\s?|(?:fully|no[nt]?)[\s-]+)?remote(?:ly)?\b(?:[\s-]*(?:friendly|first)\b)?"
    r"|\b(?:work(?:ing)?[\s-]+(?:from|at)[\s-]+(?:home|anywhere)|home[\s-]?based)\b"
    r"|\b(?:anywhere|everywhere|worldwide|global(?:ly)?|wfh)\b"
    r"|\b(?:remot[oa]|teletrabajo|t[eé]l[eé]travail)\b"
    r"|\b(?:telecommut|telework)\w*|\b(?:hybrid|on-?site|off-?site|hq|n/a|virtual)\b"
    r"|\b(?:(?:select|all|\d+|multiple|various)\s+)?"
    r"(?:locations?|roles?|positions?|opportunit(?:y|ies))\b"
    r"|\btravel[\s-]+required\b|\b(?:any|only|within|based)\b|\d+\s?%"
    r"|\b(?:[ECMP][SD]?T|CES?T|GMT|UTC|IST|BST|(?<!US\s)Eastern|Central|Mountain|Pacific)[\s-]+"
    r"(?:(?:standard|daylight)\s+)?(?:hours?|time(?:[\s-]?zones?)?|zones?)\b"
    r"|(?-i:\b(?:in|the|from)\b(?=\s+[^\W\d]))",  # but not "columbus, in"
    re.IGNORECASE,
)
# What is left of "LA - Remote" and "Remote, LA"; alone LA is a city.
_STATE = re.compile(r"\s*(?:([A-Z]{2})\s+-|,\s*([A-Z]{2}))\s*")
# The eastern states, where a border keeps "US, East" from being their name.
_DIRECTION = re.compile(
    r"\b(USA?|U\.S\.|United States)\s*[-,(]\s*((?:East|West)(?:ern)?|Central|South(?:ern)?)"
    r"(?=\s*(?:$|[-,()]))",
    re.IGNORECASE,
)
_ANY_PLACE = re.compile(r"\b(?:any|anywhere|everywhere|worldwide|global(?:ly)?)\b")
_LONGEST = 300  # characters of a title or location that are read here; columns hold 200 and 100


def remote_evidence(job: Job) -> str:
    """What says that the job can be done remotely, "" if nothing does. Hybrid alone does not."""
    if _location_says_remote(job.location):
        return f"the location says {_quoted(job.location)}"
    if _title_says_remote(job.title):
        return f"the title says {_quoted(job.title)}"
    if job.remote_type == "full":
        return "its remote type is full"
    return "it is marked as remote" if job.is_remote else ""


@lru_cache(maxsize=50_000)
def _location_says_remote(location: str) -> bool:
    return bool(_SAYS_REMOTE.search(_plain(location)))


def _title_says_remote(title: str) -> bool:
    folded = fold(title[:_LONGEST])
    for hint in _HINTS:  # most titles have none of it
        if hint in folded:
            return bool(_TITLE_SAYS_REMOTE.search(_plain(title)))
    return False


def _quoted(text: str) -> str:
    return '"' + " ".join(text[:_LONGEST].split()) + '"'


def _plain(text: str) -> str:
    return " ".join(tokens(text[:_LONGEST]))


def whereabouts(job: Job) -> Whereabouts:
    """The job's places: the location text wins over the columns, whose country is US by default."""
    places = _places(job.location)
    if not (places.sites or places.region):
        area = _columns(job)
        sites = Area(area.own, area.within | places.sites.within)
        places = Whereabouts(places.remote, sites, area)
    return Whereabouts(bool(remote_evidence(job)), places.sites, places.region)


def _columns(job: Job) -> Area:
    country = job.country.strip()
    if len(country) == 2:  # DE is Delaware, if nothing says that it is a country
        country = "" if country.upper() == "US" else f"country {country}"
    city, state = job.city.strip(), job.state.strip()
    if state and not (city or country):
        state = f"state {state}"
    return job_area(", ".join(filter(None, [city, state, country])))


@lru_cache(maxsize=50_000)
def _places(location: str) -> Whereabouts:
    """The parts that say remote are the region if any does, else all of them are."""
    sites: list[str] = []
    remote: list[str] = []
    for part, is_remote in _marked(location, _SAYS_REMOTE):
        (remote if is_remote else sites).append(part)
    site = job_area(";".join(map(_bare, sites)))
    # every word counts when an alert's text is looked for in it, also "Hybrid"
    searched = Area(site.own, site.within | word_runs(";".join(sites)))
    if not remote:
        return Whereabouts(False, searched, site)
    regions = [_bare(part) for part in remote]
    bounded = all(map(job_area, regions))  # "Remote; London" is open to the world
    return Whereabouts(True, searched, job_area(";".join(regions)) if bounded else Area())


def _marked(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    """The parts of a text, and whether each is remote, as both are in "Remote - US or Canada"."""
    for choice in choices(text):
        remote = [bool(pattern.search(_plain(part))) for part in choice]
        shared = any(
            said and job_area(_bare(part)) for part, said in zip(choice, remote, strict=True)
        )
        for part, said in zip(choice, remote, strict=True):
            yield part, said or (shared and is_wide(job_area(_bare(part))))


def _bare(part: str) -> str:
    bare = _DIRECTION.sub(r"US \2", _NO_PLACE.sub(" ", part))
    state = _STATE.fullmatch(bare)
    return state.expand(r"state \1\2") if state else bare


@lru_cache(maxsize=50_000)
def wanted_spots(text: str) -> tuple[Spot, ...]:
    """The places an alert's text wants, any of which will do; () if anywhere will."""
    spots = []
    for part, remote in _marked(text, _ASKS_REMOTE):
        area = alert_area(_bare(part))
        if not area and not remote:
            if _ANY_PLACE.search(_plain(part)):
                return ()
            area = alert_area(part)
        if area or remote:
            spots.append(Spot(area, remote))
    return tuple(spots)


def fit(spots: Sequence[Spot], place: Whereabouts) -> int | None:
    """How well a job's place fits the best of the wanted ones; None if it fits none."""
    fits = [found for spot in spots if (found := _fit(spot, place)) is not None]
    return min(fits, default=None)


def _fit(spot: Spot, place: Whereabouts) -> int | None:
    if spot.remote and not place.remote:
        return None
    if not spot.area or spot.area.own & place.sites.own:
        return EXACT
    if spot.area.own & place.sites.within:
        return REGION
    if place.remote and can_be_done_from(spot.area, place.region):
        return REMOTE
    return None


def can_be_done_from(area: Area, region: Area) -> bool:
    """Whether a remote job's region contains the area or lies in it; none is the whole world."""
    return not region or bool(area.own & region.within or area.within & region.own)
