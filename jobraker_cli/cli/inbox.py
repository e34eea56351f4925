"""`jobraker inbox process`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Group
from jobraker_cli.cli.output import show_record
from jobraker_cli.errors import UsageError

if TYPE_CHECKING:
    from jobraker_cli.tasks.app import App
    from jobraker_cli.tasks.returns import Returns

_EXAMPLES = (
    "\b\nExamples:\n"
    "  jobraker inbox process                          the Maildir of INBOX_MAILDIR\n"
    "  jobraker inbox process --maildir ~/Maildir\n"
    "  jobraker inbox process --mbox /var/mail/bounces\n"
    "  jobraker inbox process - < message.eml          one mail, as a mail server pipes it"
)


@click.group(cls=Group, epilog=_EXAMPLES)
def inbox() -> None:
    """Read what came back: bounces, complaints and unsubscribe mails."""


@inbox.command("process", epilog=_EXAMPLES)
@click.argument("stdin", metavar="[-]", required=False, type=click.Choice(["-"]))
@click.option("--maildir", type=click.Path(path_type=Path), help="Read the new mails of a Maildir.")
@click.option("--mbox", type=click.Path(path_type=Path), help="Read the mails of an mbox.")
def process(stdin: str | None, maildir: Path | None, mbox: Path | None) -> None:
    """Obey bounces, complaints and unsubscribe mails, each once; other mail is passed over.

    What was read in a Maildir is filed under cur. An mbox stays as it is; reading it again
    changes nothing.
    """
    from jobraker_cli.tasks.returns import OUTCOMES
    from jobraker_cli.tasks.runner import require_baseline

    if sum(source is not None for source in (stdin, maildir, mbox)) > 1:
        raise UsageError("Name one source: --maildir DIR, --mbox FILE or -")
    app = session.app()
    require_baseline(app)
    found = _read(app, stdin, maildir or app.settings.inbox_maildir, mbox)
    record = {"read": found.read, **{name: found.counts[name] for name in OUTCOMES}}
    words = ", ".join(f"{count} {name}" for name, count in record.items() if count)
    show_record(record, [words or "Nothing to read."])


def _read(app: "App", stdin: str | None, maildir: Path | None, mbox: Path | None) -> "Returns":
    from jobraker_cli.errors import NotFoundError
    from jobraker_cli.mail.reports import LARGEST
    from jobraker_cli.tasks import mailboxes, returns

    found = returns.Returns()

    def obey(content: bytes) -> None:
        found.counts[returns.obey(app, content)] += 1

    if stdin is not None:
        content = sys.stdin.buffer.read(LARGEST)
        while sys.stdin.buffer.read(LARGEST):  # whoever writes into the pipe may write on
            pass
        obey(content)
    elif mbox is not None:
        if not mbox.is_file():
            raise NotFoundError(f"There is no mbox {mbox}")
        with mbox.open("rb") as stream:
            mailboxes.read_mbox(stream, obey)
    elif maildir is not None:
        mailboxes.read_maildir(maildir, obey)
    else:
        raise UsageError("Say what to read: --maildir DIR, --mbox FILE or -, or set INBOX_MAILDIR")
    return found
