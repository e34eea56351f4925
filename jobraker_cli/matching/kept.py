"""Memory of what was worked out, bounded by the room it takes."""

from typing import TypeVar

_ENTRY = 200  # octets that a key and its value take beside what the value says


Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(dict[Key, Value]):
    """Values by key; when they take more than a number of octets, it starts afresh."""

    def __init__(self, octets: int) -> None:
        super().__init__()
        self._most = self._left = octets

    def keep(self, key: Key, value: Value, octets: int) -> None:
        """Remember a value that takes about so many octets."""
        self._left -= octets + _ENTRY
        if self._left < 0:
            self.clear()
            self._left = self._most - octets - _ENTRY
        self[key] = value
