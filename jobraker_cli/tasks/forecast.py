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
class Allowance:
    """How much mail may go in any `span` seconds, to a domain or ('') in all.

    `spent` is what went already and in how many seconds it counts no more.
    """

    domain: str
    span: int
    most: int
    spent: Sequence[tuple[float, int]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The bounds of a sending; `waiting` messages go before those that are planned."""

    per_second: float | None = None
    allowances: Sequence[Allowance] = ()
    waiting: int = 0


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
    by_domain = _counted(domains)
    return Forecast(
        planned=len(messages),
        by_kind=_counted(message.kind for message in messages),
        by_alert=_counted(alert for message in messages for alert in message.alerts),
        by_domain=by_domain,
        by_provider=_counted(_PROVIDER_OF.get(domain, OTHER) for domain in domains),
        eta_seconds=eta(by_domain, quotas),
    )


def domain_of(address: str) -> str:
    """The domain of an address, in small letters."""
    return address.rpartition("@")[2].lower()


def eta(by_domain: Mapping[str, int], quotas: Quotas) -> int | None:
    """The seconds until the last of these messages has left; None where nothing bounds it.

    What may go at once goes at once, in all and to each domain; the rest when room comes free.
    """
    total = quotas.waiting + sum(by_domain.values())
    waits = [
        _last(by_domain.get(one.domain, 0) if one.domain else total, one)
        for one in quotas.allowances
    ]
    if quotas.per_second:
        waits.append(ceil(total / quotas.per_second))
    return max(waits) if waits else None


def _last(messages: int, allowance: Allowance) -> int:
    """In how many seconds the last of so many messages may go."""
    counting = sorted(allowance.spent)
    used, now = sum(number for _, number in counting), 0.0
    while True:
        going = min(messages, max(0, allowance.most - used))
        messages -= going
        if not messages:
            return ceil(now)
        if going:
            counting.append((now + allowance.span, going))
        now, freed = counting.pop(0)
        used += going - freed


def _counted(names: Iterable[str]) -> Mapping[str, int]:
    found = Counter(names)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
