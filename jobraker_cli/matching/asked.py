"""What many alerts ask, in columns: equal ones are held once."""

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

from jobraker_cli.matching.criteria import Wish, wish_of
from jobraker_cli.model import Alert

Key = TypeVar("Key")
Words = TypeVar("Words")
Rest = TypeVar("Rest")


class Keywords(NamedTuple):
    """Sets of keywords, one after the other, and how many each has."""

    words: Sequence[str]
    sizes: Sequence[int]


class Asked(Generic[Words, Rest]):
    """The questions of many alerts: number n asks for `words[said[n]]` and `rests[within[n]]`.

    `read_words` makes keywords of all words, `read_rest` a limit of the rest, each once: a wish
    without its keywords, and the floor above which intakes are new.
    """

    def __init__(
        self,
        read_words: Callable[[Collection[Words]], Keywords],
        read_rest: Callable[[Rest], tuple[Wish, int]],
    ) -> None:
        self._read_words = read_words
        self._read_rest = read_rest
        self._words: _Numbers[Words] = _Numbers()
        self._rests: _Numbers[Rest] = _Numbers()
        self.said = array("I")
        self.within = array("I")

    def extend(self, words: Iterable[Words], rests: Iterable[Rest]) -> None:
        """Take in what some alerts ask: of each the words and the rest."""
        self.said.extend(map(self._words.__getitem__, words))
        self.within.extend(map(self._rests.__getitem__, rests))

    @property
    def keywords(self) -> Keywords:
        """The distinct sets of keywords."""
        return self._read_words(self._words)

    @property
    def limits(self) -> list[tuple[Wish, int]]:
        """The distinct limits."""
        return list(map(self._read_rest, self._rests))


class _Numbers(dict[Key, int]):
    def __missing__(self, key: Key) -> int:
        number = self[key] = len(self)
        return number


def each(read: Callable[[Words], Sequence[str]]) -> Callable[[Iterable[Words]], Keywords]:
    """Makes keywords of words, one set at a time."""

    def read_all(words: Iterable[Words]) -> Keywords:
        sets = list(map(read, words))
        return Keywords(list(chain.from_iterable(sets)), list(map(len, sets)))

    return read_all


def asked_by(alerts: Sequence[Alert]) -> Asked[tuple[str, ...], tuple[Any, ...]]:
    """What some alerts ask, in their order."""
    return asked_for([(wish_of(one), one.floor) for one in alerts])


def asked_for(wishes: Sequence[tuple[Wish, int]]) -> Asked[tuple[str, ...], tuple[Any, ...]]:
    """What some wishes ask, each with the floor above which intakes are new; in their order."""
    asked: Asked[tuple[str, ...], tuple[Any, ...]] = Asked(
        each(lambda words: words), lambda rest: (Wish((), *rest[:-1]), rest[-1])
    )
    asked.extend(
        (wish.keywords for wish, _ in wishes), ((*wish[1:], floor) for wish, floor in wishes)
    )
    return asked
