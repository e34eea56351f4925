"""Is the relay there, with TLS and login; no mail is sent."""

from collections.abc import Iterator
from dataclasses import replace

from jobraker_cli.errors import JobrakerError
from jobraker_cli.operations.doctor.check import CheckResult, failed, ok, warn
from jobraker_cli.settings import Settings

PATIENCE_SECONDS = 5.0


def relay(settings: Settings, *, network: bool) -> Iterator[CheckResult]:
    """Connect, encrypt, log in and take leave, as a run would before its first message."""
    if not network:
        yield warn("relay", "not asked (--offline)", "run: jobraker doctor")
        return
    from jobraker_cli.delivery.smtp_connection import opened
    from jobraker_cli.delivery.smtp_settings import smtp_settings, tls_context

    try:
        asked = smtp_settings(settings)
        asked = replace(asked, timeout_seconds=min(asked.timeout_seconds, PATIENCE_SECONDS))
        opened(asked, tls_context(asked), None).leave()
    except JobrakerError as error:
        yield failed("relay", error, "until then messages wait; nothing is lost")
        return
    encrypted = "with TLS" if asked.starttls or asked.ssl else "without TLS"
    login = "logged in" if asked.username else "without login"
    yield ok("relay", f"{asked.where} answers, {encrypted}, {login}")
