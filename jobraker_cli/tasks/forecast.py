"""What a planned run means in numbers: whom it mails, where, and how long that takes. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from jobraker_cli.tasks.report import PlannedMessage

# Domains of the large mailbox providers; each judges all mail of a sender as one.
_PROVIDERS = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": ("outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk"),
    "Yahoo": ("yahoo.com", "ymail.com", "aol.com", "yahoo.co.uk", "yahoo.de", "yahoo.es"),
    "Apple": ("icloud.com", "me.com", "mac.com"),
    "GMX and Web.de": ("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de"),
    "Proton": ("proton.me", "protonmail.com", "pm.me"),
}
_PROVIDER_OF = {domain: name for name, domains in _PROVIDERS.items() for domain in domains}
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How many messages may leave in a second, an hour and a day; 0 is no bound."""

    per_second: float = 0
    per_hour: int = 0
    per_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Counts of the messages that would be sent; the largest first."""

    planned: int
    by_kind: Mapping[str, int]
    by_alert: Mapping[str, int]
    by_domain: Mapping[str, int]
    by_provider: Mapping[str, int]
    eta_seconds: int | None


def forecast(messages: Sequence[PlannedMessage], quotas: Quotas) -> Forecast:
    """The numbers of a plan; `eta_seconds` is None where no quota bounds the sending."""
    domains = [domain_of(message.to) for message in messages]
    return Forecast(
        planned=len(messages),
        by_kind=_counted(message.kind for message in messages),
        by_alert=_counted(alert for message in messages for alert in message.alerts),
        by_domain=_counted(domains),
        by_provider=_counted(_PROVIDER_OF.get(domain, OTHER) for domain in domains),
        eta_seconds=eta(len(messages), quotas),
    )


def domain_of(address: str) -> str:
    """The domain of an address, in small letters."""
    return address.rpartition("@")[2].lower()


def eta(messages: int, quotas: Quotas) -> int | None:
    """The seconds until the last of so many messages has left; None where nothing bounds it.

    Quotas of an hour and a day are spent at once, then the next hour or day is waited for.
    """
    waits = []
    if quotas.per_second:
        waits.append(ceil(messages / quotas.per_second))
    for quota, period in ((quotas.per_hour, 3600), (quotas.per_day, 86_400)):
        if quota:
            waits.append(max(0, ceil(messages / quota) - 1) * period)
    return max(waits) if waits else None


def _counted(names: Iterable[str]) -> Mapping[str, int]:
    found = Counter(names)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
