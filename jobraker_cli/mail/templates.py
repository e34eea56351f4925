"""The templates of mails: compiled once, in the reader's language, an operator's before ours."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from gettext import NullTranslations
from importlib.resources import files
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    meta,
    pass_context,
)
from jinja2.runtime import Context, new_context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from jobraker_cli.errors import ConfigError
from jobraker_cli.mail.clean import clean_line
from jobraker_cli.mail.languages import LANGUAGES, SOURCE, Language, catalogue
from jobraker_cli.mail.pieces import Compiled, Pieces, PlainCalls, PlainContext

PARTS = ("subject.txt", "txt", "html")
ORIGINALS = "jobraker"  # "jobraker/emails/base.html" is ours, whatever an operator put before it


class Templates:
    """The templates `emails/KIND.PART`, compiled at their first use in a language.

    `folder` holds an operator's own, `emails/NAME` or just `NAME`. They are searched first and run
    in a sandbox, which adds half to the time of every mail. `shared` is what all templates see,
    macros too. Raises ConfigError for a folder that does not exist.
    """

    def __init__(self, folder: Path | None, shared: Mapping[str, object]) -> None:
        if folder is not None and not folder.is_dir():
            raise ConfigError(f"the folder of mail templates does not exist: {folder}")
        self.folder = folder
        self._shared = shared
        self._compiled = Compiled()
        self.pieces: Callable[[str], Pieces] = cache(lambda tag: Pieces())
        self._environment: Callable[[str], Environment] = cache(self._made)
        self.get: Callable[[str, str, str], Template] = cache(self._template)
        self._seen: Callable[[str], dict[str, object]] = cache(self._globals)

    def render(self, name: str, part: str, tag: str, variables: Mapping[str, object]) -> str:
        """A part of a kind's mail in a language, with the names of pieces in it.

        As Template.render, without merging and looking over the globals anew for every part.
        """
        template = self.get(name, part, tag)
        environment, seen = template.environment, {**self._seen(tag), **variables}
        context = new_context(environment, template.name, template.blocks, seen, shared=True)
        return environment.concat(template.root_render_func(context))

    def _globals(self, tag: str) -> dict[str, object]:
        return dict(self._environment(tag).globals)

    def check(self) -> None:
        """Read every file of the operator's; ConfigError, with file and line, for a mistake."""
        if self.folder is None:
            return
        environment = self._environment(SOURCE)
        for path in sorted(self.folder.rglob("*.*")):
            if path.suffix in (".html", ".txt") and path.is_file():
                _read(environment, path, path.relative_to(self.folder).as_posix())

    def _template(self, kind: str, part: str, tag: str) -> Template:
        """The template of a kind's part in a language; ConfigError if no mail can be made of it."""
        try:
            return self._environment(tag).get_template(f"emails/{kind}.{part}")
        except (TemplateError, UnicodeDecodeError) as error:
            why = clean_line(f"{type(error).__name__}: {error}")
            raise ConfigError(f"a mail template cannot be used: {kind}.{part}: {why}") from error

    def _made(self, tag: str) -> Environment:
        kind = Environment if self.folder is None else ImmutableSandboxedEnvironment
        environment = kind(
            loader=_loader(self.folder),
            autoescape=lambda name: name is None or not name.endswith(".txt"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=self._compiled,
        )
        environment.context_class = PlainContext
        if kind is Environment:
            environment.code_generator_class = PlainCalls
        # Asked for by each template that extends or imports another, at every rendering.
        environment.get_template = cache(environment.get_template)  # type: ignore[method-assign]
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals.update(self._shared)
        _speak(environment, LANGUAGES[tag])
        pieces = self.pieces(tag)
        environment.globals["once"] = pieces.once
        environment.filters["once_each"] = pieces.each
        return environment


def _read(environment: Environment, path: Path, name: str) -> None:
    try:
        tree = environment.parse(path.read_text(encoding="utf-8"), name)
    except TemplateSyntaxError as error:
        why = clean_line(error.message or "")
        raise ConfigError(
            f"a mail template cannot be used: {path}, line {error.lineno}: {why}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"a mail template cannot be read: {path}: {error}") from error
    if {name, f"emails/{name}"} & set(meta.find_referenced_templates(tree)):
        plain = name.removeprefix("emails/")
        raise ConfigError(
            f"a mail template cannot be used: {path} extends itself; ours is "
            f'"{ORIGINALS}/emails/{plain}"'
        )


def _loader(folder: Path | None) -> BaseLoader:
    own = FileSystemLoader(Path(str(files("jobraker_cli") / "templates")))
    originals = PrefixLoader({ORIGINALS: own})
    if folder is None:
        return ChoiceLoader([own, originals])
    theirs = FileSystemLoader(folder)
    return ChoiceLoader([theirs, PrefixLoader({"emails": theirs}), own, originals])


def _speak(environment: Environment, language: Language) -> None:
    """Give the templates the language's words, numbers and direction."""
    words = catalogue(language.tag)
    install = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext)

    def number(value: int) -> str:
        return f"{value:,}".replace(",", language.group)

    environment.globals.update(
        gettext=_gettext(words),
        ngettext=_ngettext(words, number),
        number=number,
        lang=language.tag,
        dir=language.direction,
        start="right" if language.direction == "rtl" else "left",
        end="left" if language.direction == "rtl" else "right",
    )


def _gettext(words: NullTranslations) -> Callable[..., str]:
    """What templates call as gettext; values are escaped where the template does that."""

    @cache
    def translated(message: str, escapes: bool) -> str:
        form = words.gettext(message)
        return Markup(form) if escapes else form  # noqa: S704 - ours

    @cache
    def plain(message: str, escapes: bool) -> str:
        return translated(message, escapes) % {}

    @lru_cache(maxsize=1_024, typed=True)  # most of what is said has the same values in all mails
    def said(message: str, escapes: bool, **values: object) -> str:
        return translated(message, escapes) % values

    @pass_context
    def gettext(context: Context, message: str, **values: object) -> str:
        escapes = bool(context.eval_ctx.autoescape)
        if not values:
            return plain(message, escapes)
        try:
            return said(message, escapes, **values)
        except TypeError:  # a value that cannot be a key, or that does not fit
            return translated(message, escapes) % values

    return gettext


def _ngettext(words: NullTranslations, number: Callable[[int], str]) -> Callable[..., str]:
    """What templates call as ngettext; values are escaped where the template does that."""

    def counted(count: int, singular: str, plural: str, escapes: bool, **values: object) -> str:
        form = words.ngettext(singular, plural, count)
        text = Markup(form) if escapes else form  # noqa: S704 - ours
        return text % {"num": number(count), **values}

    said_of = lru_cache(maxsize=1_024, typed=True)(counted)

    @pass_context
    def ngettext(context: Context, singular: str, plural: str, count: int, **values: object) -> str:
        escapes = bool(context.eval_ctx.autoescape)
        try:
            return said_of(count, singular, plural, escapes, **values)
        except TypeError:
            return counted(count, singular, plural, escapes, **values)

    return ngettext


def overridden(folder: Path | None, name: str) -> bool:
    """Whether an operator's folder has a template of this name."""
    return folder is not None and any(
        (place / name).is_file() for place in (folder, folder / "emails")
    )


def newest(folder: Path | None) -> tuple[int, int]:
    """When a template or a catalogue was last changed, and how many there are."""
    ours = (Path(str(files("jobraker_cli") / name)) for name in ("templates", "locale"))
    times = []
    for place in (*ours, *([folder] if folder else [])):
        for path in place.rglob("*.*"):
            with suppress(FileNotFoundError):  # an editor's own, gone again
                times.append(path.stat().st_mtime_ns)
    return max(times, default=0), len(times)
