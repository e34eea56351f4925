"""`jobraker templates`: list, check and look at the templates of mails."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command, Group
from jobraker_cli.cli.output import show_record, show_rows

if TYPE_CHECKING:
    from jobraker_cli.mail.proofs import Proof


@click.group(
    cls=Group,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker templates check            what is wrong with any of them, for CI\n"
        "  jobraker templates preview --open   every mail as its readers see it"
    ),
)
def templates() -> None:
    """Look at the templates of mails, ours and your own."""


@templates.command("list", epilog="\b\nExamples:\n  jobraker templates list --json")
def list_templates() -> None:
    """List every template, whose it is, and its sample cases."""
    from jobraker_cli.mail import samples
    from jobraker_cli.mail.kinds import KINDS
    from jobraker_cli.mail.languages import LANGUAGES
    from jobraker_cli.mail.templates import PARTS, overridden

    folder = session.loaded().settings.templates
    rows = [
        {
            "template": kind,
            "list_mail": found.list_mail,
            "yours": [part for part in PARTS if overridden(folder, f"{kind}.{part}")],
            "cases": list(samples.cases(kind)),
            "languages": list(LANGUAGES),
        }
        for kind, found in KINDS.items()
    ]
    show_rows(rows, ("template", "list_mail", "yours", "cases"), empty="")


_KIND = click.argument("names", metavar="[NAME]...", nargs=-1)
_LANGUAGE = click.option(
    "--language", "languages", multiple=True, metavar="TAG", help="Only this language."
)


@templates.command(
    epilog="\b\nExamples:\n  jobraker templates check\n  jobraker templates check job_alert --json"
)
@_KIND
@_LANGUAGE
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...], languages: tuple[str, ...]) -> None:
    """Render every sample of every template; exit 1 if anything is wrong.

    Wrong are undefined names, an HTML part above 90 KB, links that the text part lacks, pictures
    without alt text, a missing language, low contrast in light or dark mode, unbalanced tags.
    """
    found = list(_proofs(names, languages))
    bad = [proof for proof in found if proof.problems]
    record = {
        "checked": len(found),
        "failed": len(bad),
        "problems": [
            {
                "template": proof.kind,
                "case": proof.case,
                "language": proof.language,
                "problem": problem,
            }
            for proof in bad
            for problem in proof.problems
        ],
    }
    words = [f"{proof.name}: {problem}" for proof in bad for problem in proof.problems]
    ending = f"{len(bad)} of {len(found)} mails have problems" if bad else "all is well"
    show_record(record, [*words, f"{len(found)} mails checked: {ending}"])
    if bad:
        ctx.exit(1)


@templates.command(
    epilog=(
        "\b\nExamples:\n"
        "  jobraker templates preview --open\n"
        "  jobraker templates preview job_alert --language de --watch --out build/preview"
    )
)
@_KIND
@_LANGUAGE
@click.option("--open", "show", is_flag=True, help="Show the page in the browser.")
@click.option("--watch", is_flag=True, help="Make the page again whenever a template changes.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Folder for the page (default: a new temporary one).")  # fmt: skip
def preview(
    names: tuple[str, ...],
    languages: tuple[str, ...],
    show: bool,
    watch: bool,
    out: Path | None,
) -> None:
    """Make a page that shows every sample: light, dark, on a phone, as text, with its problems."""
    from jobraker_cli.demo.preview import write_preview
    from jobraker_cli.mail.templates import newest

    seen = newest(session.loaded().settings.templates)
    folder = (out or Path(tempfile.mkdtemp(prefix="jobraker-preview-"))).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    path = write_preview(folder, _proofs(names, languages))
    show_record({"page": str(path)}, [str(path)])
    if show:
        import webbrowser

        webbrowser.open(path.as_uri())
    if watch:
        _watch(folder, names, languages, seen)


def _watch(
    folder: Path, names: Sequence[str], languages: Sequence[str], seen: tuple[int, int]
) -> None:
    """Make the page anew whenever a template or a catalogue changes, until interrupted.

    `seen` is what `newest` gave before the page was made.
    """
    from threading import Event

    from jobraker_cli.demo.preview import write_preview
    from jobraker_cli.errors import JobrakerError
    from jobraker_cli.mail import languages as known
    from jobraker_cli.mail.templates import newest

    stop = Event()
    session.note("watching the templates; reload the page after a change, end with Ctrl-C")
    while not stop.wait(0.5):
        now = newest(session.loaded().settings.templates)
        if now == seen:
            continue
        seen = now
        known.catalogue.cache_clear()
        try:
            path = write_preview(folder, _proofs(names, languages))
        except JobrakerError as error:
            session.note(f"{error}; the page stays as it is")
        else:
            session.note(f"made again: {path}")


def _proofs(names: Sequence[str], languages: Sequence[str]) -> "Sequence[Proof]":
    from jobraker_cli import wiring
    from jobraker_cli.errors import NotFoundError
    from jobraker_cli.mail.kinds import KINDS
    from jobraker_cli.mail.languages import LANGUAGES
    from jobraker_cli.mail.proofs import proofs

    for given, known, what in ((names, KINDS, "template"), (languages, LANGUAGES, "language")):
        for name in given:
            if name not in known:
                raise NotFoundError(f"There is no {what} {name!r}; there are {', '.join(known)}")
    composer = wiring.sample_composer(session.loaded().settings)
    return list(proofs(composer, kinds=names, languages=languages))


def _kinds(name: str) -> Sequence[str]:
    """The templates that "all" or a name means."""
    from jobraker_cli.errors import NotFoundError
    from jobraker_cli.mail.kinds import KINDS

    if name == "all":
        return list(KINDS)
    if name not in KINDS:
        raise NotFoundError(f"There is no template {name!r}; there are all, {', '.join(KINDS)}")
    return [name]


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker test-email --type all --user-email you@example.com\n"
        "  jobraker test-email --type job_alert --language ar --user-email you@example.com"
    ),
)
@click.option("--type", "--test-type", "name", default="all", show_default=True, metavar="NAME",
    help="The template to send, or all of them.")  # fmt: skip
@click.option("--user-email", "address", required=True, metavar="ADDRESS", help="Where to.")
@click.option("--case", default="usual", show_default=True, help="Which sample; all for every one.")
@click.option("--language", metavar="TAG", help="The language (default: JOBRAKER_LOCALE).")
@click.pass_context
def test_email(
    ctx: click.Context, name: str, address: str, case: str, language: str | None
) -> None:
    """Send samples of the templates to an address, straight and without a row in the outbox."""
    from threading import Event

    from jobraker_cli import wiring
    from jobraker_cli.delivery.sample_mail import send_samples
    from jobraker_cli.errors import NotFoundError
    from jobraker_cli.mail import samples
    from jobraker_cli.mail.address import check_address, split_mailbox
    from jobraker_cli.mail.languages import LANGUAGES
    from jobraker_cli.wiring_delivery import transport

    settings = session.loaded().settings
    tag = language or settings.locale
    if tag not in LANGUAGES:
        raise NotFoundError(f"There is no language {tag!r}; there are {', '.join(LANGUAGES)}")
    chosen: list[tuple[str, str]] = []
    for kind in _kinds(name):
        found = samples.cases(kind)
        if case != "all" and case not in found:
            raise NotFoundError(
                f"There is no case {case!r} of {kind}; there are {', '.join(found)}"
            )
        chosen += [(kind, one) for one in (found if case == "all" else (case,))]
    sent = send_samples(
        wiring.sample_composer(settings),
        transport(settings, Event(), sys.stdout),
        chosen,
        sender=split_mailbox(settings.default_from_email)[1],
        recipient=check_address(address),
        language=tag,
        now=wiring.system_now(),
    )
    rows = [
        {"template": one.kind, "case": one.case, "state": one.state, "reply": one.reply}
        for one in sent
    ]
    show_rows(rows, ("template", "case", "state", "reply"), empty="")
    if any(one.state != "sent" for one in sent):
        ctx.exit(3)
