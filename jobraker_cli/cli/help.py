"""`jobraker help TOPIC` and `jobraker completion SHELL`."""

import click

from jobraker_cli.cli.options import Command
from jobraker_cli.cli.output import show_rows

# Code, meaning, what to do: the README's table says the same (a test holds them equal).
EXIT_CODES = (
    (0, "done, or nothing to do", ""),
    (1, "a bug in jobraker, or a check of cases found a miss", "run it again with -v, report it"),
    (2, "the command line makes no sense", "read the line it prints; --help"),
    (3, "some messages failed for good or are uncertain", "jobraker outbox list --state dead"),
    (66, "what was named does not exist, or is not yours", "look for its id with a list command"),
    (69, "the database, the relay or the chat's server cannot be reached", "wait, or: doctor"),
    (
        75,
        "another run of this task is at work; nothing was done",
        "nothing; if it stays: doctor",
    ),
    (78, "settings, credentials, baseline or tables are not as needed", "jobraker doctor"),
    (130, "interrupted; what was not sent waits", "run it again"),
)
TOPICS = ("exit-codes", "environment", "man")


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n  jobraker help exit-codes\n  jobraker help environment",
)
@click.argument("topic", type=click.Choice(TOPICS), required=False)
def help(topic: str | None) -> None:
    """Explain the exit codes, or all settings; or print the manual page.

    `jobraker help man | man -l -` reads it; a packager puts it to the other pages.
    """
    if topic == "exit-codes":
        columns = ("code", "means", "what_to_do")
        show_rows([dict(zip(columns, row, strict=True)) for row in EXIT_CODES], columns, empty="")
    elif topic == "environment":
        _environment()
    elif topic == "man":
        from jobraker_cli.cli.manual import page

        click.echo(page(), nl=False)
    else:
        from jobraker_cli.cli.root import root

        click.echo(root.get_help(click.Context(root, info_name="jobraker")))
        click.echo(f"\nTopics: jobraker help {'|'.join(TOPICS)}")


def _environment() -> None:
    from jobraker_cli.settings import catalogue

    rows = [
        {"variable": one["name"], "default": one["default"], "meaning": one["about"]}
        for one in catalogue()
    ]
    show_rows(rows, ("variable", "default", "meaning"), empty="")


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker completion bash > /etc/bash_completion.d/jobraker\n"
        "  jobraker completion zsh > ~/.zfunc/_jobraker\n"
        "  jobraker completion fish > ~/.config/fish/completions/jobraker.fish"
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands and options in a shell."""
    from click.shell_completion import get_completion_class

    from jobraker_cli.cli.root import root

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click has these three
    made = kind(root, {}, "jobraker", "_JOBRAKER_COMPLETE")
    click.echo(made.source_template % made.source_vars())
