"""Where the jobs of a run can be done, as sets; jobs in the same places are looked at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from jobraker_cli.matching.bits import Widening
from jobraker_cli.matching.kept import Kept
from jobraker_cli.matching.location import Spot, Whereabouts
from jobraker_cli.matching.postings import bits

_OCTETS = 32 << 20

_Index = dict[str, list[int]]


class Sites:
    """Which jobs, by their number, are at a place, in it, or can be done from it."""

    def __init__(self, places: Sequence[Whereabouts]) -> None:
        self._size = len(places)
        numbers: dict[Whereabouts, int] = {}
        jobs: list[list[int]] = []
        for job, place in enumerate(places):
            number = numbers.setdefault(place, len(numbers))
            if number == len(jobs):
                jobs.append([])
            jobs[number].append(job)
        self._jobs = [np.array(found) for found in jobs]
        distinct = list(numbers)
        remote = [number for number, place in enumerate(distinct) if place.remote]
        self._at = _index((n, place.sites.own) for n, place in enumerate(distinct))
        self._in = _index((n, place.sites.within) for n, place in enumerate(distinct))
        self._from_in = _index((n, distinct[n].region.within) for n in remote)
        self._from_all = _index((n, distinct[n].region.own) for n in remote)
        self.remote = self._set(remote)
        self._anywhere = self._set([n for n in remote if not distinct[n].region])
        self._widenings: Kept[Sequence[Spot], Widening] = Kept(_OCTETS)

    def widening(self, spots: Sequence[Spot]) -> Widening:
        """The jobs in a wanted place, with those in its region, with those done from there."""
        found = self._widenings.get(spots)
        if found is None:
            exact = region = remote = 0
            for spot in spots:
                one = self._spot(spot)
                exact, region, remote = exact | one[0], region | one[1], remote | one[2]
            found = exact, exact | region, exact | region | remote
            self._widenings.keep(spots, found, 3 * self._size // 8)
        return found

    def _spot(self, spot: Spot) -> tuple[int, int, int]:
        if not spot.area:
            return self.remote, 0, 0
        own, within = spot.area.own, spot.area.within
        exact, region = self._any(self._at, own), self._any(self._in, own)
        if spot.remote:
            exact, region = exact & self.remote, region & self.remote
        remote = self._any(self._from_in, own) | self._any(self._from_all, within)
        return exact, region, remote | self._anywhere

    def _any(self, index: _Index, keys: Iterable[str]) -> int:
        return self._set({place for key in keys for place in index.get(key, ())})

    def _set(self, places: Iterable[int]) -> int:
        listed = list(places)
        if not listed:
            return 0
        return bits(np.concatenate([self._jobs[place] for place in listed]), self._size)


def _index(keyed: Iterable[tuple[int, Iterable[str]]]) -> _Index:
    """Under each key the places that have it."""
    index: defaultdict[str, list[int]] = defaultdict(list)
    for place, keys in keyed:
        for key in keys:
            index[key].append(place)
    return dict(index)
