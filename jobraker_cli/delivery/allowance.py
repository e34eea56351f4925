"""What the settings allow the first relay: how much mail, in all and to recipient domains."""

from jobraker_cli.delivery.limits import Limits
from jobraker_cli.delivery.quota import Quota
from jobraker_cli.settings import Settings


def allowance(settings: Settings) -> Quota:
    """The limits of the way that mail takes first, under the name that its mail is counted by."""
    name = settings.email_backend
    if name == "smtp":
        name = f"{settings.email_host}:{settings.email_port}"
    return Quota(
        provider=name,
        limits=Limits(
            per_second=settings.email_rate_per_second,
            per_hour=settings.email_rate_per_hour,
            per_day=settings.email_rate_per_day,
        ),
        domains={
            domain: Limits(per_second=second, per_hour=hour, per_day=day)
            for domain, second, hour, day in settings.email_domain_rates
        },
    )
