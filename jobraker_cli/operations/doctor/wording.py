"""Can every mail be worded: the templates with samples, and the language of a person."""

from collections.abc import Iterator
from threading import Thread

from sqlalchemy import select

from jobraker_cli.errors import ConfigError
from jobraker_cli.mail.languages import LANGUAGES, language_of
from jobraker_cli.mail.proofs import Proof, proofs
from jobraker_cli.operations.doctor.check import CheckResult, fail, misset, ok, warn
from jobraker_cli.store import locales
from jobraker_cli.store.engine import reading
from jobraker_cli.store.shared import users
from jobraker_cli.tasks.app import App

PATIENCE_SECONDS = 10.0
_CHECK = "see: jobraker templates check"


def templates(app: App, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[CheckResult]:
    """Every template with its samples, in the board's language, the operator's own first."""
    folder = app.settings.templates
    try:
        composer = app.composer()
    except ConfigError as error:
        yield misset("templates", error)
        return
    made: list[Proof] = []
    tag = app.settings.locale
    work = Thread(target=lambda: made.extend(proofs(composer, languages=[tag])), daemon=True)
    work.start()
    work.join(patience_seconds)  # a template may loop for ever
    if work.is_alive():
        yield fail("templates", f"rendering takes longer than {patience_seconds:g} s", _CHECK)
        return
    whose = f", own ones in {folder}" if folder else ""
    yield _judged(made, whose)


def _judged(made: list[Proof], whose: str) -> CheckResult:
    broken = [one for one in made if one.mail is None]
    flawed = [one for one in made if one.mail is not None and one.problems]
    for found, verdict in ((broken, fail), (flawed, warn)):
        if found:
            detail = f"{found[0].name}: {found[0].problems[0]}"
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            return verdict("templates", f"{detail}{more}{whose}", _CHECK)
    return ok("templates", f"{len(made)} samples rendered{whose}")


def languages(app: App) -> Iterator[CheckResult]:
    """What JOBRAKER_LOCALE_SQL says of one person, where it is set."""
    expression, default = app.settings.locale_sql, app.settings.locale
    if not expression:
        return
    fix = "write for example users.locale; until then no mail can be planned"
    with reading(app.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL statement_timeout = 5000")
        one = list(connection.execute(select(users.c.id).limit(1)).scalars())
        try:
            said = locales.preferences(connection, expression, one)
        except ConfigError as error:
            yield fail("languages", str(error).partition(";")[0], fix)
            return
    if not said:
        yield ok("languages", "nobody is there yet to ask JOBRAKER_LOCALE_SQL about")
        return
    (preference,) = said.values()
    tag = language_of(preference, "")
    if tag:
        yield ok("languages", f"one person asked about: {LANGUAGES[tag].name}")
    elif preference is None or preference == "":
        yield ok("languages", f"one person asked about prefers none, and gets {default}")
    else:
        yield warn(
            "languages",
            f"JOBRAKER_LOCALE_SQL says {str(preference)[:20]!r} of one person, for which there is "
            f"no catalogue; they get {default}",
            f"it must give a tag such as {', '.join(LANGUAGES)}",
        )
