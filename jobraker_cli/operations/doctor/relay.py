"""Is the relay there, with TLS and login; no mail is sent."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from jobraker_cli.errors import JobrakerError
from jobraker_cli.operations.doctor.check import CheckResult, failed, ok, warn
from jobraker_cli.settings import Settings

if TYPE_CHECKING:
    from jobraker_cli.delivery.smtp_settings import SmtpSettings

PATIENCE_SECONDS = 5.0
MESSAGES_WAIT = "until then messages wait; nothing is lost"


def relay(settings: Settings, *, network: bool) -> Iterator[CheckResult]:
    """Connect, encrypt, log in and take leave, as a run would before its first message.

    The same with the relay that stands in, where there is one.
    """
    if not network:
        yield warn("relay", "not asked (--offline)", "run: jobraker doctor")
        return
    from jobraker_cli.delivery.smtp_settings import fallback, smtp_settings

    yield _asked("relay", lambda: smtp_settings(settings), MESSAGES_WAIT)
    if settings.email_fallback_url:
        yield _asked("fallback_relay", lambda: fallback(settings)[0], "check EMAIL_FALLBACK_URL")


def _asked(name: str, named: "Callable[[], SmtpSettings]", fix: str) -> CheckResult:
    from jobraker_cli.delivery.smtp_opening import opened
    from jobraker_cli.delivery.smtp_settings import tls_context

    try:
        asked = named()
        asked = replace(asked, timeout_seconds=min(asked.timeout_seconds, PATIENCE_SECONDS))
        opened(asked, tls_context(asked), None).leave()
    except JobrakerError as error:
        return failed(name, error, fix)
    encrypted = "with TLS" if asked.starttls or asked.ssl else "without TLS"
    login = "logged in" if asked.username else "without login"
    return ok(name, f"{asked.where} answers, {encrypted}, {login}")
