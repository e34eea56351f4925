"""From an outbox row to the bytes of its mail: view, templates, headers, MIME."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from jobraker_cli.errors import ConfigError, MessageError
from jobraker_cli.mail import mime, wording
from jobraker_cli.mail.brand import Brand, SigningKey, checked
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.headers import headers
from jobraker_cli.mail.kinds import KINDS, MailKind
from jobraker_cli.mail.links import Links
from jobraker_cli.model import Letter

_PARTS = ("subject.txt", "txt", "html")
# What a template can raise beside TemplateError: it is a program, an operator's own perhaps.
_TEMPLATE_FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A mail ready to leave: `content` is the message as it goes to DATA, the rest is in it."""

    subject: str
    text: str
    html: str
    content: bytes


class Composer:
    """Makes mails; the same letter always makes the same bytes.

    `templates` is a folder of an operator's own templates, searched before the package's. They see
    `mail` (the view of the kind), `brand`, `subject` (not in the subject's own template), `site`,
    `date`, `manage_url`, `unsubscribe_url` (list mail only) and the function `count`. Raises
    ConfigError for settings or templates that no mail can be made with.
    """

    def __init__(
        self, *, brand: Brand, key: SigningKey, timezone: ZoneInfo, templates: Path | None = None
    ) -> None:
        self._brand = checked(brand)
        self._key = key
        self._timezone = timezone
        self._templates = _compiled(templates)

    def compose(self, letter: Letter) -> Composed:
        """The mail of an outbox row. Raises MessageError if this one cannot be built, ever."""
        letter, kind, links, variables = self._opened(letter)
        subject = self._subject(kind, variables)
        variables["subject"] = subject
        text = self._render(kind, "txt", variables)
        html = self._render(kind, "html", variables)
        content = mime.build(headers(letter, kind, subject, links), text, html)
        return Composed(subject=subject, text=text, html=html, content=content)

    def subject(self, letter: Letter) -> str:
        """The subject line alone, for listings. Raises MessageError as `compose` does."""
        _, kind, _, variables = self._opened(letter)
        return self._subject(kind, variables)

    def _opened(self, letter: Letter) -> tuple[Letter, MailKind, Links, dict[str, object]]:
        kind = KINDS.get(letter.kind)
        if kind is None:
            raise MessageError(f"there is no kind of mail named {clean_line(letter.kind, 40)!r}")
        # Databases give the same moment in different zones; a retry must have the same bytes.
        letter = replace(letter, created_at=letter.created_at.astimezone(UTC))
        links = Links(
            brand=self._brand, key=self._key, user_id=letter.user_id, issued_at=letter.created_at
        )
        return letter, kind, links, self._variables(letter, kind, links)

    def _variables(self, letter: Letter, kind: MailKind, links: Links) -> dict[str, object]:
        year = letter.created_at.astimezone(self._timezone).year
        day = partial(wording.day, timezone=self._timezone, year=year)
        variables: dict[str, object] = {
            "mail": kind.view(_payload(letter), links, day),
            "brand": self._brand,
            "site": urlsplit(self._brand.site_url).netloc,
            "date": day(letter.created_at),
            "manage_url": links.manage,
        }
        if kind.list_mail:
            variables["unsubscribe_url"] = links.unsubscribe(kind.scope)
        return variables

    def _subject(self, kind: MailKind, variables: dict[str, object]) -> str:
        return clean_line(self._render(kind, "subject.txt", variables))

    def _render(self, kind: MailKind, part: str, variables: dict[str, object]) -> str:
        try:
            return self._templates[kind.name, part].render(variables)
        except _TEMPLATE_FAULTS as error:
            why = clean_line(f"{type(error).__name__}: {error}")
            raise MessageError(f"template {kind.name}.{part} failed: {why}") from error


def _compiled(folder: Path | None) -> Mapping[tuple[str, str], Template]:
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"the folder of mail templates does not exist: {folder}")
    own = Path(str(files("jobraker_cli") / "templates"))
    # The sandbox is for templates that are not ours: it adds half to the time of every mail.
    environment = (Environment if folder is None else ImmutableSandboxedEnvironment)(
        loader=FileSystemLoader([own] if folder is None else [folder, own]),
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["count"] = wording.count
    try:
        return {
            (kind, part): environment.get_template(f"emails/{kind}.{part}")
            for kind in KINDS
            for part in _PARTS
        }
    except (TemplateError, UnicodeDecodeError) as error:
        raise ConfigError(f"a mail template cannot be used: {error}") from error


def _payload(letter: Letter) -> Mapping[str, object]:
    try:
        payload = json.loads(letter.payload)
    except (ValueError, RecursionError) as error:
        raise MessageError("the payload is not JSON") from error
    if not isinstance(payload, dict):
        raise MessageError("the payload is not a JSON object")
    return payload
