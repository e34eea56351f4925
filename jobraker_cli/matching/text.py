"""Words: how a title, a skill or a keyword is read before anything is compared."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal

from jobraker_cli.matching.lexicon import (
    COMPOUNDS,
    ELISIONS,
    FUSED,
    GRADES,
    IRREGULAR_PLURALS,
    RANKS,
    SINGULAR_IN_S,
    SPELLINGS,
)

GAP = "  "  # stands between texts that are not neighbours; no phrase holds it

# Thai, Lao, Burmese, Khmer, kana, Han: written without spaces, so that each character is a word.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_INDIC = r"\u0900-\u0dff"  # vowel signs belong to the word, though they are no letters
_SYMBOLIC = r"""
      [a-z](?:\.[a-z])+(?![a-z0-9])               # U.S., D.C.
    | (?<![a-z0-9]{4})\.net(?![a-z0-9])           # .NET, ASP.NET, but not slideshare.net
    | [a-z](?:\+\+|\#|\+(?![a-z0-9+]))            # C++, C#, A+
    | [a-z]\ ?&\ ?[a-z](?![a-z0-9&+\#])           # R&D, R & D
    | [a-z]\ and\ [a-z](?![a-z0-9&+\#'.-])        # R and D
    | [a-z0-9]&[a-z0-9]{1,4}(?![a-z0-9])          # S&OP
    | [a-z0-9]{2,4}&[a-z0-9](?![a-z0-9])          # AT&T, FP&A
    | [cehktux]-[a-z0-9]+                         # e-commerce, C-level, X-ray
    | &
"""
_ASCII_TOKEN = re.compile(_SYMBOLIC + r"| [a-z0-9]+(?:'[a-z]+)*", re.VERBOSE)
_ANY_TOKEN = re.compile(
    rf"{_SYMBOLIC} | (?:[^\W_{_UNSPACED}{_INDIC}]|[{_INDIC}])+(?:'[^\W\d_{_UNSPACED}]+)*"
    rf"| [{_UNSPACED}]",
    re.VERBOSE,
)

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\u0060\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2122\u2120\u00ae\u00a9\u200b\u2044", " "),
        "\u266f": "#",
    }
)
_LIGATURES = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)
# Accents, vowel points, invisible marks; but kana's voicing marks stay: they make other letters.
_ACCENTS = re.compile(
    "[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u200c-\u200f\u202a-\u202e\u2060-\u2069"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+"
)
_ACRONYM_PLURAL = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})s(?![A-Za-z0-9])")  # RNs, VPs
_ACRONYM_LENGTH = 3  # with its s
_PIECE = (
    256  # characters normalized at once: sorting a run of marks takes time square in its length
)
KEPT_LENGTH = 40  # what is longer is compared as written, and kept out of the cache


def fold(text: str) -> str:
    """The text without case, accents, ligatures and typographic variants of a character."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", _normalized("NFKD", text.translate(_LOOKALIKES)))
    return _normalized("NFC", plain.casefold().translate(_LIGATURES))


def _normalized(form: Literal["NFC", "NFKD"], text: str) -> str:
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return "".join(unicodedata.normalize(form, piece) for piece in pieces)


def tokens(text: str) -> list[str]:
    """The text's words as written, folded; symbols that belong to a word stay with it."""
    folded = fold(_ACRONYM_PLURAL.sub(r"\1", without_entities(text)))
    return (_ASCII_TOKEN if folded.isascii() else _ANY_TOKEN).findall(folded)


def terms(text: str) -> list[str]:
    """The words that are compared: plurals folded, one spelling for one thing."""
    chunks = without_entities(text).split()
    return joined(" ".join(map(_CHUNKS.__getitem__, chunks)).split())


def without_entities(text: str) -> str:
    """The text with HTML's names of characters ("&amp;") read as these."""
    if "&" not in text or ";" not in text:
        return text
    from html import unescape  # its table takes 2 ms, and few texts need it

    return unescape(text)


def reading(text: str) -> str:
    """The words that are compared, with a space between each two."""
    return " ".join(terms(text))


def chunk_words(chunk: str) -> Sequence[str]:
    """How what stands between two spaces reads, before words are joined."""
    plain = chunk.rstrip(".,")
    if len(plain) > _ACRONYM_LENGTH and plain.isascii() and plain.isalnum():
        return _words(plain.lower())  # it is one token, as most are
    return [word for token in tokens(chunk) for word in _words(token)]


class _Chunks(dict[str, str]):
    """What stands between two spaces, and how it reads; the short ones are kept."""

    _MOST = 100_000

    def __missing__(self, chunk: str) -> str:
        read = " ".join(chunk_words(chunk))
        if len(chunk) <= KEPT_LENGTH:
            if len(self) >= self._MOST:
                self.clear()
            self[chunk] = read
        return read


_CHUNKS = _Chunks()
_LETTERS = re.compile(r"(?<= )([a-z]) and ([a-z])(?= )")
_FUSING = frozenset("go" if "go" in pair else pair[0] for pair in FUSED)  # each pair has one


def joined(words: list[str]) -> list[str]:
    """Words that belong together as one: "r and d" is R&D, "go to" is no Go."""
    if "and" in words:
        words = _LETTERS.sub(r"\1&\2", f" {' '.join(words)} ").split()
    if _FUSING.isdisjoint(words):
        return words
    read: list[str] = []
    for word in words:
        fused = FUSED.get((read[-1], word)) if read else None
        if fused is None:
            read.append(word)
        else:
            read[-1] = fused
    return read


def _words(written: str) -> tuple[str, ...]:
    return _word(written) if len(written) <= KEPT_LENGTH else (written,)


@lru_cache(maxsize=50_000)
def _word(written: str) -> tuple[str, ...]:
    if written == "&":
        return ("and",)
    first, *rest = written.split("'")
    if rest and first in ELISIONS:
        return (first, *_word("".join(rest)))
    joined = _without_joints(first + "".join(part for part in rest if part != "s"))
    if len(joined) > 3 and joined.endswith("js"):  # NodeJS is Node.js
        return (*_word(joined[:-2]), "js")
    word = singular(joined)
    return SPELLINGS.get(word, (word,))


def _without_joints(written: str) -> str:
    if written == ".net" or written.isalnum():
        return written
    return written.replace(" and ", "&").replace(" ", "").replace(".", "").replace("-", "")


def singular(word: str) -> str:
    """One form for a word and its English plural; not always the one that dictionaries have."""
    word = IRREGULAR_PLURALS.get(word, word)
    if len(word) < 4 or not word.isascii() or word in SINGULAR_IN_S:
        return word
    if word.endswith("sis"):  # analysis, analyses
        return word[:-2]
    if word[-1] == "s" and word[-2] != "s" and not _ends_in_singular_us(word):
        word = word[:-1]
    if word.endswith(("che", "oe", "se", "she", "xe", "ze")) and len(word) > 3:
        return word[:-1]
    if word.endswith("ie") and len(word) > 3:  # agencies, movies
        return word[:-2] + "y"
    return word[:-2] + "an" if word.endswith("men") and len(word) > 4 else word


def _ends_in_singular_us(word: str) -> bool:
    return word.endswith("us") and (len(word) > 4 or word[0] in "aeiou" or word[1] in "aeiou")


_TOGETHER = {
    singular(word): (singular(one), singular(other)) for word, (one, other) in COMPOUNDS.items()
}
_APART = {pair: word for word, pair in _TOGETHER.items()}
_COMPOUNDING = frozenset([*_TOGETHER, *(first for first, _ in _APART)])
_COMPOUND = re.compile(rf"(?<= )(?:{'|'.join(_TOGETHER)})(?= )")
_MOST_SPELLINGS = 8


def spellings(words: list[str]) -> list[list[str]]:
    """The words, with "full stack" also as "fullstack" and the other way round.

    As they stand first; at most 8 in all, of many such words the last are left as they are.
    """
    if _COMPOUNDING.isdisjoint(words):
        return [words]
    found: list[list[str]] = [[]]
    at = 0
    while at < len(words):
        ways = _ways(words[at], *words[at + 1 : at + 2])
        if len(ways) * len(found) > _MOST_SPELLINGS:
            ways = ways[:1]
        if len(ways) > 1:
            found = [[*before, *way] for way in ways for before in found]
        else:
            for before in found:
                before.extend(ways[0])
        at += len(ways[0])
    return found


def _ways(word: str, following: str = "") -> list[tuple[str, ...]]:
    """How a word and the one after it may be written, if they are one; else the word alone."""
    if word in _TOGETHER:
        return [(word,), _TOGETHER[word]]
    if (word, following) in _APART:
        return [(word, following), (_APART[word, following],)]
    return [(word,)]


def apart(text: str) -> str:
    """The words of a text, each with a space on each side, with "fullstack" as "full stack"."""
    return _COMPOUND.sub(lambda found: " ".join(_TOGETHER[found[0]]), text)


_SEGMENT = re.compile(r"\s-|-\s|[|;:/()\[\]{}\u2013\u2014\u2022\uff08\uff09]")
_COMMA = re.compile(r"[,\uff0c](?!\d)")
_SEGMENTS, _COMMAS, _BASE_WORDS = 8, 3, 12


def inversions(text: str) -> Iterator[list[str]]:
    """How "Engineer, Software" also reads: "software engineer"; ranks stay in front.

    Bounded: the first 8 segments, 3 commas in each, names of up to 12 words.
    """
    if not _COMMA.search(text):
        return
    for segment in _SEGMENT.split(text, maxsplit=_SEGMENTS)[:_SEGMENTS]:
        first, *others = _COMMA.split(segment, maxsplit=_COMMAS + 1)[: _COMMAS + 1]
        base = terms(first)
        if 0 < len(base) <= _BASE_WORDS:
            yield from _turned(base, list(filter(None, map(terms, others))))


def _turned(base: list[str], others: list[list[str]]) -> Iterator[list[str]]:
    """A name with each of what follows it in front, then with all, the last first."""
    ranks = next((n for n, word in enumerate(base[:-1]) if word not in RANKS), len(base) - 1)
    for ahead in [[one] for one in others] + ([others[::-1]] if len(others) > 1 else []):
        grade = [words[-1] for words in ahead if words[-1] in GRADES]
        named = chain.from_iterable(words[:-1] if words[-1] in GRADES else words for words in ahead)
        yield [*base[:ranks], *named, *base[ranks:], *grade]


def further_readings(title: str) -> Iterator[list[str]]:
    """How a title reads beside its words as they stand: turned round, "RNs" as who types "rns"."""
    yield from inversions(title)
    if _ACRONYM_PLURAL.search(title):
        yield terms(title.lower())
