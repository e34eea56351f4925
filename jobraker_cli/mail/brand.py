"""Who writes: the job board's name and addresses, and the key that its links are signed with."""

import re
from dataclasses import dataclass, field, replace

from jobraker_cli.errors import ConfigError, MessageError
from jobraker_cli.mail.address import split_mailbox
from jobraker_cli.mail.clean import clean_line, safe_url
from jobraker_cli.mail.color import Accent, accent

_ANY_ID = "0-any-id-0"  # braces are refused in addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The job board as its mails present it.

    `color` is #rgb or #rrggbb, `logo_url` the address of a picture or empty. The e-mail addresses
    are "Name <a@b>" or "a@b"; `support_email` and `unsubscribe_mailto` may be empty.
    `list_id` is a bare name such as alerts.example.com; `job_url` holds `{id}`.
    """

    company_name: str
    site_url: str
    from_email: str
    support_email: str
    list_id: str
    unsubscribe_mailto: str
    job_url: str
    color: str = "#0c6b5b"
    logo_url: str = ""

    @property
    def accent(self) -> Accent:
        """The colour of links and buttons, made readable."""
        return accent(self.color)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A secret with the name that signatures made with it carry."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", self.id):
            raise ConfigError("a signing key's id is not made of 1 to 32 letters, digits, - and _")
        if not self.secret:
            raise ConfigError(f"the secret of signing key {self.id} is empty")


def checked(brand: Brand) -> Brand:
    """The brand ready for use: cleaned name, no slash after the site, a From with a name.

    Raises ConfigError naming what cannot be used: such mail must not even be begun.
    """
    site_url = _web("SITE_URL", brand.site_url).rstrip("/")
    if "{id}" not in brand.job_url:
        raise ConfigError("JOB_URL does not say where {id} goes")
    job_url = _web("JOB_URL", brand.job_url.replace("{id}", _ANY_ID)).replace(_ANY_ID, "{id}")
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", brand.list_id):
        raise ConfigError("LIST_ID is not a name such as alerts.example.com")
    company_name = clean_line(brand.company_name, 80) or clean_line(site_url.partition("//")[2])
    name, address = _mailbox("DEFAULT_FROM_EMAIL", brand.from_email)
    return replace(
        brand,
        company_name=company_name,
        site_url=site_url,
        from_email=f"{name or company_name} <{address}>",
        support_email=_bare("SUPPORT_EMAIL", brand.support_email),
        unsubscribe_mailto=_bare("UNSUBSCRIBE_MAILTO", brand.unsubscribe_mailto),
        job_url=job_url,
        logo_url=_web("LOGO_URL", brand.logo_url) if brand.logo_url else "",
    )


def _web(setting: str, url: str) -> str:
    safe = safe_url(url)
    if safe is None:
        raise ConfigError(f"{setting} is not a web address such as https://jobs.example.com")
    return safe


def _bare(setting: str, mailbox: str) -> str:
    return _mailbox(setting, mailbox)[1] if mailbox else ""


def _mailbox(setting: str, mailbox: str) -> tuple[str, str]:
    try:
        return split_mailbox(mailbox)
    except MessageError as error:
        raise ConfigError(f"{setting} is not written as name@host or Name <name@host>") from error
