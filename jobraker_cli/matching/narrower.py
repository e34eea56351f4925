"""What an alert that finds very much may ask beside: what a share of the jobs found has."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from jobraker_cli.matching.criteria import choice
from jobraker_cli.matching.fields import TITLE
from jobraker_cli.matching.lexicon import FILLERS
from jobraker_cli.matching.prepared import PreparedJob
from jobraker_cli.matching.query import is_malformed, read_entry
from jobraker_cli.matching.text import reading, terms, without_entities
from jobraker_cli.model import Alert

FEW, A_LOT = 0.02, 0.5  # of what an alert finds: a condition that leaves this share is telling
WORD = "word"
_WORDS_TRIED = 10
_LONGEST = 200  # characters of a query that is typed for one more word
_FORM = re.compile(r"[^\s/|\\,;:()\[\]{}<>\"“”„«»]+")


class Narrower(NamedTuple):
    """A condition more: its kind, the change in words, and the alert with it."""

    kind: str
    change: str
    alert: Alert


class Traits:
    """What the jobs have that an alert finds."""

    def __init__(self, alert: Alert) -> None:
        self._alert = alert
        self._jobs = 0
        self._remote = 0
        self._levels: Counter[str] = Counter()
        self._types: Counter[str] = Counter()
        self._forms: Counter[str] = Counter()

    def note(self, job: PreparedJob) -> None:
        """Take in a job that is found."""
        self._jobs += 1
        self._remote += job.place.remote
        self._levels[choice(job.job.experience_level)] += 1
        self._types[choice(job.job.job_type)] += 1
        self._forms.update(set(_forms(job.job.title)))

    def narrower(self) -> Iterator[Narrower]:
        """What leaves a share of the jobs that is worth saying, as far as titles and columns tell.

        Of each kind the most frequent; of words some.
        """
        alert = self._alert
        if not alert.experience_level.strip():
            for level in self._telling(self._levels)[:1]:
                narrowed = replace(alert, experience_level=level)
                yield Narrower("level", f"only the level {_spoken(level)}", narrowed)
        if not alert.job_type.strip():
            for kind in self._telling(self._types)[:1]:
                narrowed = replace(alert, job_type=kind)
                yield Narrower("type", f"only the type {_spoken(kind)}", narrowed)
        if not alert.remote_only and self._telling({"remote": self._remote}):
            yield Narrower("remote", "remote only", replace(alert, remote_only=True))
        for word in self._words()[:_WORDS_TRIED]:
            query = _with_word(alert.keywords, word)
            if query:
                yield Narrower(WORD, f"the keyword {query}", replace(alert, keywords=(query,)))

    def _telling(self, counts: Mapping[str, int]) -> list[str]:
        """Those that a telling share of the jobs has, the most frequent first."""
        some = [(-count, one) for one, count in counts.items() if one]
        return [one for count, one in sorted(some) if FEW < -count / self._jobs <= A_LOT]

    def _words(self) -> list[str]:
        """The words of titles that tell, each as it is written most."""
        own = FILLERS.union(word for entry in self._alert.keywords for word in terms(entry))
        counts: Counter[str] = Counter()
        written: dict[str, str] = {}
        for form, count in sorted(self._forms.items(), key=lambda one: (-one[1], one[0])):
            words = reading(form)
            if len(words) > 1 and not own.issuperset(words.split()):
                counts[words] += count
                written.setdefault(words, form)
        return [written[words] for words in self._telling(counts)]


def _forms(title: str) -> Iterator[str]:
    """The words of a title as people write them, in small letters."""
    for form in _FORM.findall(without_entities(title).lower()):
        yield form.lstrip("-–—'*!?").rstrip("-–—'*!?.")


def _with_word(keywords: tuple[str, ...], word: str) -> str:
    """One query for all keywords and one more word; empty if it would be none or is very long."""
    entries = [" ".join(entry.split()) for entry in keywords]
    wanted = [entry for entry in entries if not read_entry(entry, TITLE).only_excludes]
    excluding = [f"({entry})" for entry in entries if entry not in wanted]
    query = " AND ".join([f"({' OR '.join(wanted)})"] * bool(wanted) + [word, *excluding])
    senseless = any(map(is_malformed, (*entries, query)))
    return "" if senseless or len(query) > _LONGEST else query


def _spoken(value: str) -> str:
    return value.replace("_", " ")
