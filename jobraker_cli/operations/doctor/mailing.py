"""Would a mail be right: backend, addresses in it, the sender's domain and signature."""

from collections.abc import Iterator

from jobraker_cli.errors import ConfigError
from jobraker_cli.mail.address import split_mailbox
from jobraker_cli.operations.doctor.check import CheckResult, fail, ok, warn
from jobraker_cli.operations.doctor.dns import advice, is_example, system_resolver
from jobraker_cli.settings import Settings
from jobraker_cli.wiring import dkim_signer


def mail(settings: Settings) -> Iterator[CheckResult]:
    """The way out, and whether the links in the mails lead anywhere."""
    if settings.email_backend != "smtp":
        yield warn(
            "mail",
            f"EMAIL_BACKEND is {settings.email_backend}: no mail leaves this machine",
            "set EMAIL_HOST and its neighbours to send for real",
        )
        return
    from jobraker_cli.delivery.smtp_settings import smtp_settings, tls_context

    try:
        tls_context(smtp_settings(settings))
    except ConfigError as error:
        yield fail("mail", str(error), "correct the setting")
        return
    if settings.site_url == "https://jobs.example.com":
        yield warn(
            "mail",
            f"SITE_URL is {settings.site_url}, so the links in the mails lead nowhere",
            "set SITE_URL to the web application's address",
        )
        return
    yield ok("mail", f"smtp to {settings.email_host}:{settings.email_port}")


def sender_domain(settings: Settings, *, network: bool) -> Iterator[CheckResult]:
    """SPF and DMARC of the domain in From, and who signs with DKIM, when DNS is there."""
    domain = split_mailbox(settings.default_from_email)[1].rpartition("@")[2].lower()
    if is_example(domain):
        yield warn(
            "sender_domain",
            f"mails come from {domain}, which is nobody's domain",
            "set DEFAULT_FROM_EMAIL to an address of your own domain",
        )
    elif not network:
        yield warn("sender_domain", "DNS was not asked (--offline)", "run: jobraker doctor")
    else:
        signing = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain or domain}"
        own = signing if settings.dkim_private_key else ""
        yield from advice(domain, system_resolver(), signs_as=own)
    yield dkim(settings, domain)


def dkim(settings: Settings, domain: str) -> CheckResult:
    """Whether mails are signed here, and for the sender's domain, as DMARC wants it."""
    try:
        signer = dkim_signer(settings)
    except ConfigError as error:
        return fail("dkim", str(error), "correct the DKIM settings")
    if signer is None:
        return warn(
            "dkim",
            f"jobraker does not sign; the relay must, for d={domain}",
            "send a mail to yourself and look for dkim=pass in Authentication-Results",
        )
    if domain != signer.domain and not domain.endswith(f".{signer.domain}"):
        return warn(
            "dkim",
            f"mails from {domain} are signed for {signer.domain}, which DMARC does not count",
            "set DKIM_DOMAIN to the sender's domain",
        )
    return ok("dkim", f"signed here ({signer.algorithm}) as {signer.selector} of {signer.domain}")
