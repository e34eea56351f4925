"""The languages that mails are written in: their catalogues, direction and numbers.

A language is a catalogue `locale/TAG/LC_MESSAGES/jobraker.mo` in the package and an entry here. The
separators of numbers are those of Unicode's CLDR; days and months are in the catalogues.
"""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

DOMAIN = "jobraker"
SOURCE = "en"  # what the templates and the code are written in; it needs no catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: its tag (ISO 639-1), its own name, and how it is written.

    `group` stands between thousands, `comma` between the items of a list.
    """

    tag: str
    name: str
    direction: str = "ltr"
    group: str = ","
    comma: str = ", "


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "en": Language(tag="en", name="English"),
        "de": Language(tag="de", name="Deutsch", group="."),
        "es": Language(tag="es", name="Español", group="."),
        "ar": Language(tag="ar", name="العربية", direction="rtl", comma="، "),
    }
)


def language_of(preference: object, default: str) -> str:
    """The tag that mails are written in for a preference such as "de", "de_AT" or "es-MX".

    It is `default` where nothing is preferred, or a language that there is no catalogue of.
    """
    if not isinstance(preference, str):
        return default
    if preference in LANGUAGES:
        return preference
    tag = re.split(r"[-_.@]", preference.strip().lower(), maxsplit=1)[0]
    return tag if tag in LANGUAGES else default


def folder() -> Path:
    """Where the catalogues are, in a checkout as in an installed package."""
    return Path(str(files("jobraker_cli") / "locale"))


@cache
def catalogue(tag: str) -> gettext.NullTranslations:
    """The translations of a language; those of the source language leave everything as it is."""
    if tag == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, folder(), languages=[tag])
