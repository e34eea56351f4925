"""The fields of a job that keywords are looked for in, each a bit of a scope."""

from functools import lru_cache

TITLE, SKILLS_REQUIRED, SKILLS_PREFERRED, TECHNOLOGIES = 1, 2, 4, 8
COMPANY, REQUIREMENTS, DESCRIPTION = 16, 32, 64

SKILLS = SKILLS_REQUIRED | SKILLS_PREFERRED | TECHNOLOGIES
ANYWHERE = TITLE | SKILLS | COMPANY | REQUIREMENTS | DESCRIPTION

# How well keywords fit, best first: by the title alone, with the skills, with all other fields.
WIDENING = (TITLE, TITLE | SKILLS, ANYWHERE)
UNASKED = len(WIDENING)

FIELDS = {
    "title": TITLE,
    "skills_required": SKILLS_REQUIRED,
    "skills_preferred": SKILLS_PREFERRED,
    "technologies": TECHNOLOGIES,
    "company": COMPANY,
    "requirements": REQUIREMENTS,
    "description": DESCRIPTION,
}


@lru_cache(maxsize=100)
def scope_of(names: tuple[str, ...]) -> int:
    """The scope of these fields; ValueError names one that does not exist."""
    scope = 0
    for name in names:
        if name not in FIELDS:
            raise ValueError(f"{name!r} is no field that keywords can be looked for in")
        scope |= FIELDS[name]
    return scope


def labels(scope: int) -> list[str]:
    """The fields' names as people say them, best evidence first."""
    said = {
        "skills" if name.startswith("skills") else name: None
        for name, bit in FIELDS.items()
        if bit & scope
    }
    return list(said)
