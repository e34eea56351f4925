"""Which addresses can be mailed, and under which name they are suppressed."""

import re
from contextlib import suppress
from functools import lru_cache

from jobraker_cli.errors import MessageError
from jobraker_cli.mail.clean import clean_line

_PLAIN_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_LONGEST = 254
_WHOLE = re.compile(r"[^\s<>,;:@\"]+@[^\s<>,;:@\"]+")


def check_address(text: str) -> str:
    """The one address to use: the domain in lower case and as A-labels, the local part as written.

    Raises MessageError with a reason that never quotes the address: reasons are logged.
    """
    address = text.strip(" ")
    _refuse_at_sight(address)
    local, _, domain = address.rpartition("@")
    if (
        _PLAIN_LOCAL.fullmatch(local) and len(address) < _LONGEST // 2
    ):  # what nearly all are: only the domain needs a look
        return f"{local}@{_domain(domain)}"
    return _validated(address)


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str:
    """The domain in lower case and as A-labels; raises MessageError if no mail can go there."""
    return _validated(f"a@{domain}").removeprefix("a@")


def _validated(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # it takes long to load

    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        # The library's sentence may quote parts of the address, so it is not kept as the cause.
        raise MessageError("the address is not a valid e-mail address") from None
    if checked.ascii_email is None:
        raise MessageError("the address is not ASCII before the @, which needs SMTPUTF8")
    return checked.ascii_email


def _refuse_at_sight(address: str) -> None:
    if not address:
        raise MessageError("there is no address")
    if not _WHOLE.fullmatch(address):
        raise MessageError("the address is not exactly one plain address such as name@example.org")


def normalized(address: str) -> str:
    """The spelling that suppression keys are made of: equal for every way to write one address."""
    if not address.isascii():
        with suppress(MessageError):  # what cannot be mailed can still be listed
            address = check_address(address)
    return address.strip().lower()


def split_mailbox(text: str) -> tuple[str, str]:
    """The cleaned display name (perhaps empty) and the address of "Name <a@b>" or "a@b".

    Raises MessageError when there is no single ASCII address: it must not be guessed.
    """
    name, bracket, rest = text.strip().rpartition("<")
    address = rest.removesuffix(">") if bracket else rest
    plain = address.isascii() and address.isprintable() and _WHOLE.fullmatch(address)
    if not plain or rest.endswith(">") != bool(bracket):
        raise MessageError("a mailbox is not written in ASCII as name@host or Name <name@host>")
    return clean_line(name.strip().strip('"'), 100), address
