"""From an outbox row to the bytes of its mail: view, templates, headers, MIME."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import TemplateError

from jobraker_cli.errors import MessageError
from jobraker_cli.mail import mime
from jobraker_cli.mail.brand import Brand, SigningKey, checked
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.headers import headers
from jobraker_cli.mail.kinds import KINDS, MailKind
from jobraker_cli.mail.languages import SOURCE, language_of
from jobraker_cli.mail.links import Links
from jobraker_cli.mail.payloads import parsed
from jobraker_cli.mail.pieces import Pieces
from jobraker_cli.mail.templates import PARTS, Templates
from jobraker_cli.mail.wording import Words
from jobraker_cli.model import Letter

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
    `mail` (the view of the kind), `brand`, `accent` (its colours), `subject` (not in the subject's
    own template), `site`, `date`, `scope`, `manage_url`, `unsubscribe_url` (list mail only),
    `lang`, `dir`, `start` and `end` (the sides of a line), gettext's functions and `number`.
    `locale` is the language of letters that name none; `sign` is given the finished bytes and the
    letter's time, and gives them back signed. Raises ConfigError for settings that no mail can be
    made with.
    """

    def __init__(
        self,
        *,
        brand: Brand,
        key: SigningKey,
        timezone: ZoneInfo,
        templates: Path | None = None,
        locale: str = SOURCE,
        sign: Callable[[bytes, datetime], bytes] | None = None,
    ) -> None:
        self._brand = checked(brand)
        self._key = key
        self._timezone = timezone
        self._locale = locale
        self._sign = sign
        self._site = urlsplit(self._brand.site_url).netloc
        self._words: dict[tuple[str, int], Words] = {}
        # The mails of a run were written at one moment.
        self._worded: Callable[[str, datetime], tuple[Words, str]] = lru_cache(64)(self._wording)
        self._templates = Templates(templates, {"accent": self._brand.accent})
        if templates is not None:  # an operator hears of a mistake before anything is claimed
            self._templates.check()

    @property
    def site_url(self) -> str:
        """The address of the web application."""
        return self._brand.site_url

    def prepare(self) -> None:
        """Compile the templates of the usual language now, for all who share this composer."""
        for name in KINDS:
            for part in PARTS:
                self._templates.get(name, part, self._locale)

    def compose(self, letter: Letter) -> Composed:
        """The mail of an outbox row. Raises MessageError if this one cannot be built, ever."""
        opened = self._opened(letter)
        subject, text, html = self._rendered(opened)
        return Composed(
            subject=subject,
            text=mime.whole(text, opened.pieces.named),
            html=mime.whole(html, opened.pieces.named),
            content=self._content(opened, subject, text, html),
        )

    def content(self, letter: Letter) -> bytes:
        """The bytes of the mail alone, as `compose` makes them. Raises MessageError as it does."""
        opened = self._opened(letter)
        return self._content(opened, *self._rendered(opened))

    def subject(self, letter: Letter) -> str:
        """The subject line alone, for listings. Raises MessageError as `compose` does."""
        return self._subject(self._opened(letter))

    def _opened(self, letter: Letter) -> "_Opened":
        kind = KINDS.get(letter.kind)
        if kind is None:
            raise MessageError(f"there is no kind of mail named {clean_line(letter.kind, 40)!r}")
        # Databases give the same moment in different zones; a retry must have the same bytes.
        if letter.created_at.tzinfo is not UTC:
            letter = replace(letter, created_at=letter.created_at.astimezone(UTC))
        links = Links(
            brand=self._brand, key=self._key, user_id=letter.user_id, issued_at=letter.created_at
        )
        locale = language_of(letter.locale, self._locale)
        pieces = self._templates.pieces(locale)
        pieces.make_room()
        return _Opened(
            letter=letter,
            kind=kind,
            links=links,
            locale=locale,
            variables=self._variables(letter, kind, links, locale),
            pieces=pieces,
        )

    def _variables(
        self, letter: Letter, kind: MailKind, links: Links, locale: str
    ) -> dict[str, object]:
        words, day = self._worded(locale, letter.created_at)
        variables: dict[str, object] = {
            "mail": kind.view(_payload(letter), links, words),
            "brand": self._brand,
            "site": self._site,
            "date": day,
            "scope": kind.scope,
            "manage_url": links.manage,
        }
        if kind.list_mail:
            variables["unsubscribe_url"] = links.unsubscribe(kind.scope)
        return variables

    def _wording(self, locale: str, written: datetime) -> tuple[Words, str]:
        """What a mail is worded with, and its day."""
        year = written.astimezone(self._timezone).year
        if (locale, year) not in self._words:
            self._words[locale, year] = Words.of(locale, self._timezone, written)
        words = self._words[locale, year]
        day = words.day(written)
        return words, day[:1].upper() + day[1:]  # it begins a line; Spanish days are written small

    def _rendered(self, opened: "_Opened") -> tuple[str, str, str]:
        """Subject, text and HTML, the latter two with the names of pieces in them."""
        opened.variables["subject"] = subject = self._subject(opened)
        return subject, self._render(opened, "txt"), self._render(opened, "html")

    def _content(self, opened: "_Opened", subject: str, text: str, html: str) -> bytes:
        letter = opened.letter
        lines = headers(letter, opened.kind, subject, opened.links)
        content = mime.build(lines, text, html, opened.pieces.named)
        return content if self._sign is None else self._sign(content, letter.created_at)

    def _subject(self, opened: "_Opened") -> str:
        return clean_line(mime.whole(self._render(opened, "subject.txt"), opened.pieces.named))

    def _render(self, opened: "_Opened", part: str) -> str:
        name = opened.kind.name
        try:
            return self._templates.render(name, part, opened.locale, opened.variables)
        except _TEMPLATE_FAULTS as error:
            why = clean_line(f"{type(error).__name__}: {error}")
            raise MessageError(f"template {name}.{part} failed: {why}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A letter with all that its templates need."""

    letter: Letter
    kind: MailKind
    links: Links
    locale: str
    variables: dict[str, object]
    pieces: Pieces


def _payload(letter: Letter) -> Mapping[str, object]:
    try:
        payload = parsed(letter.payload)
    except (ValueError, RecursionError) as error:
        raise MessageError("the payload is not JSON") from error
    if not isinstance(payload, dict):
        raise MessageError("the payload is not a JSON object")
    return payload
