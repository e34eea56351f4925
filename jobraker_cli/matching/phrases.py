"""Finding all phrases of all alerts in a text at once."""

from collections.abc import Iterable, Sequence


class Phrases:
    """Distinct phrases as one automaton over words (Aho and Corasick, 1975).

    One pass over a text finds every phrase in it, in time linear in the text and the phrases found.
    A phrase is known by its number, above 0.
    """

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self.numbers: dict[tuple[str, ...], int] = {}
        self._codes: dict[str, int] = {}
        self._step: dict[tuple[int, int], int] = {}
        levels: list[list[tuple[int, int, int]]] = []  # by depth: parent, word, child
        for phrase in phrases:
            if phrase and phrase not in self.numbers:
                self.numbers[phrase] = self._add(phrase, levels)
        self._link(levels)

    def _add(self, phrase: tuple[str, ...], levels: list[list[tuple[int, int, int]]]) -> int:
        node = 0
        for depth, word in enumerate(phrase):
            code = self._codes.setdefault(word, len(self._codes))
            child = self._step.get((node, code))
            if child is None:
                child = self._step[node, code] = len(self._step) + 1
                if depth == len(levels):
                    levels.append([])
                levels[depth].append((node, code, child))
            node = child
        return node

    def _link(self, levels: list[list[tuple[int, int, int]]]) -> None:
        """Where to go on when no step follows, and which phrases end where."""
        ends = set(self.numbers.values())
        size = len(self._step) + 1
        self._back, self._end, self._next_end = [0] * size, [0] * size, [0] * size
        for level in levels:
            for parent, code, child in level:
                back = self._follow(self._back[parent], code) if parent else 0
                self._back[child] = back
                self._next_end[child] = self._end[back]
                self._end[child] = child if child in ends else self._end[back]

    def _follow(self, node: int, code: int) -> int:
        step, back = self._step, self._back
        while (found := step.get((node, code))) is None and node:
            node = back[node]
        return found or 0

    def find(self, words: Sequence[str]) -> set[int]:
        """The numbers of the phrases whose words stand side by side in `words`."""
        found: set[int] = set()
        codes, end, next_end = self._codes, self._end, self._next_end
        node = 0
        for word in words:
            code = codes.get(word)
            if code is None:
                node = 0
                continue
            node = self._follow(node, code)
            ended = end[node]
            while ended and ended not in found:
                found.add(ended)
                ended = next_end[ended]
        return found
