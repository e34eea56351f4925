"""Where the relay is, how to be let in, and what is trusted."""

import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from jobraker_cli.delivery.limits import Limits
from jobraker_cli.errors import ConfigError
from jobraker_cli.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where the relay is and how to be let in; raises ConfigError when the parts do not agree.

    `ca_file` None: the system's trust store. `timeout_seconds` bounds each reply as a whole.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    ssl: bool = False
    ca_file: Path | None = None
    timeout_seconds: float = 30.0
    local_hostname: str | None = None
    verify: bool = True

    def __post_init__(self) -> None:
        if not self.host:
            raise ConfigError("EMAIL_HOST is not set: name the relay")
        if self.starttls and self.ssl:
            raise ConfigError("EMAIL_USE_TLS (STARTTLS) and EMAIL_USE_SSL exclude each other")
        if not self.verify and not self.is_loopback:
            raise ConfigError(f"the certificate of {self.host} must be verified: not a loopback")
        if self.username is None:
            return
        if not self.password:
            raise ConfigError("EMAIL_HOST_USER is set, but EMAIL_HOST_PASSWORD is not")
        if not (self.username.isascii() and self.password.isascii()):
            raise ConfigError("EMAIL_HOST_USER and EMAIL_HOST_PASSWORD must be ASCII")
        if not (self.starttls or self.ssl or self.is_loopback):
            raise ConfigError(
                f"the password would go to {self.host} in clear:"
                " set EMAIL_USE_TLS or EMAIL_USE_SSL, or unset EMAIL_HOST_USER"
            )

    @property
    def is_loopback(self) -> bool:
        """Whether the relay is on this machine, where nobody listens in."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"

    @property
    def where(self) -> str:
        """The relay as messages name it: host:port."""
        return f"{self.host}:{self.port}"

    @property
    def secrets(self) -> Mapping[str, str]:
        """What must never be shown, in the spellings a server may echo, and what stands for it."""
        if self.username is None or self.password is None:
            return {}
        login = f"\0{self.username}\0{self.password}".encode()
        spellings = b64encode(login).decode(), b64encode(self.password.encode()).decode()
        return dict.fromkeys((*spellings, self.password), "<password>")


def smtp_settings(settings: Settings) -> SmtpSettings:
    """The relay that the settings name; raises ConfigError when they do not agree."""
    return SmtpSettings(
        host=settings.email_host,
        port=settings.email_port,
        username=settings.email_host_user or None,
        password=settings.email_host_password or None,
        starttls=settings.email_use_tls,
        ssl=settings.email_use_ssl,
        ca_file=settings.email_ca_file,
        timeout_seconds=settings.email_timeout,
    )


def fallback(settings: Settings) -> tuple[SmtpSettings, Limits]:
    """The relay of EMAIL_FALLBACK_URL and its limits; timeout and CA are those of the first."""
    parts = urlsplit(settings.email_fallback_url)
    starttls, ssl_ = parts.scheme == "smtp+tls", parts.scheme in ("smtps", "smtp+ssl")
    given = dict(parse_qsl(parts.query))
    relay = SmtpSettings(
        host=parts.hostname or "",
        port=parts.port or (465 if ssl_ else 587 if starttls else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        starttls=starttls,
        ssl=ssl_,
        ca_file=settings.email_ca_file,
        timeout_seconds=settings.email_timeout,
    )
    return relay, Limits(
        per_second=float(given["per_second"]) if "per_second" in given else None,
        per_hour=int(given["per_hour"]) if "per_hour" in given else None,
        per_day=int(given["per_day"]) if "per_day" in given else None,
    )


def tls_context(settings: SmtpSettings) -> ssl.SSLContext | None:
    """The rules for TLS, None where none is asked for; raises ConfigError for a bad CA file."""
    if not (settings.starttls or settings.ssl):
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError(
            f"EMAIL_CA_FILE {settings.ca_file} is not a readable file of PEM certificates"
        ) from error
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
