"""What many alerts ask, in columns: equal keywords and equal other conditions are held once."""

from array import array
from collections.abc import Iterable

from jobraker_cli.matching.criteria import Wish
from jobraker_cli.model import Alert


class Asked:
    """The questions of many alerts: number n asks for `keywords[said[n]]` and `limits[within[n]]`.

    A limit is a wish without its keywords and the floor above which intakes are new.
    """

    def __init__(self) -> None:
        self.keywords: dict[tuple[str, ...], int] = {}
        self.limits: dict[tuple[Wish, int], int] = {}
        self.said = array("I")
        self.within = array("I")

    def __len__(self) -> int:
        return len(self.said)

    def add(self, keywords: tuple[str, ...], limits: tuple[Wish, int]) -> None:
        """Take in what one alert asks."""
        self.said.append(self.keywords.setdefault(keywords, len(self.keywords)))
        self.within.append(self.limits.setdefault(limits, len(self.limits)))


def asked_by(alerts: Iterable[Alert]) -> Asked:
    """What some alerts ask, in their order."""
    asked = Asked()
    for one in alerts:
        asked.add(one.keywords, limits_of(one))
    return asked


def limits_of(alert: Alert) -> tuple[Wish, int]:
    """What an alert asks beside its keywords."""
    wish = Wish(
        (),
        alert.location,
        alert.job_type,
        alert.experience_level,
        alert.remote_only,
        alert.min_salary,
        alert.max_salary,
    )
    return wish, alert.floor
