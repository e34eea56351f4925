"""The command `jobraker`: its options and the table of commands, each loaded when it is called."""

from collections.abc import Sequence
from importlib import import_module

import click

from jobraker_cli import __version__
from jobraker_cli.cli.options import Group

COMMANDS = {
    "init": ("setup:init", "Create or upgrade the ledger and take the baseline."),
    "demo": ("demo:demo", "Show everything at work on a board of its own, without network."),
    "run": ("run:run", "Run one scheduled task."),
    "plan": ("plan:plan", "Say whom a run would mail."),
    "tasks": ("tasks:tasks", "List every task: its schedule, last run, next due."),
    "runs": ("tasks:runs", "List what ran, the newest first."),
    "alerts": ("alerts:alerts", "Look at alerts, and explain what they match and what not."),
    "outbox": ("outbox:outbox", "Look at the ledger of messages."),
    "inbox": (
        "inbox:inbox",
        "Read what came back: bounces, complaints and unsubscribe mails.",
    ),
    "suppressions": (
        "suppressions:suppressions",
        "Look at the addresses that are never mailed, or change the list.",
    ),
    "unsubscribe": (
        "preferences:unsubscribe",
        "Unsubscribe the person whom a link's TOKEN names, from what it names.",
    ),
    "preferences": (
        "preferences:preferences",
        "Look at what a person chose about mail, or change it for them.",
    ),
    "templates": (
        "templates:templates",
        "Look at the templates of mails, ours and your own.",
    ),
    "test-email": ("templates:test_email", "Send samples of the templates to an address."),
    "chat": ("chat:chat", "Talk to an assistant that knows the board and the ledger."),
    "send": ("send:send", "Send one message now: a welcome, a password reset, a test."),
    "notifications": (
        "notifications:notifications",
        "Look at what people are shown in the application, live if need be.",
    ),
    "stats": (
        "stats:stats",
        "Count messages by kind, state, provider, domain and hour, and runs by outcome.",
    ),
    "prune": (
        "prune:prune",
        "Forget what is old, in small transactions.",
    ),
    "users": ("users:users", "Hand out or erase all that is kept of a person."),
    "doctor": (
        "doctor:doctor",
        "Check settings, database, ledger, rights, relay, DNS, templates, runs and messages.",
    ),
    "help": ("help:help", "Explain the exit codes, or all settings; or print the manual page."),
    "completion": (
        "help:completion",
        "Print the script that completes commands and options in a shell.",
    ),
    "config": ("setup:config", "Look at the settings."),
    "db": ("setup:db", "Look at the ledger's schema, or upgrade it."),
}


class Root(Group):
    """A group whose commands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(f"jobraker_cli.cli.{module}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their help from the table, so that `--help` imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a misspelled one."""
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            ctx.fail(f"No such command {name!r}.{_nearest(name, list(COMMANDS))}")
        return super().resolve_command(ctx, args)


def _nearest(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


@click.group(
    cls=Root,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker demo                         see everything at work, without network\n"
        "  jobraker init                         take the baseline of your database, once\n"
        "  jobraker run daily-alerts --dry-run   who would get what today\n"
        "  jobraker run daily-alerts             write it down and send it\n\n"
        "Settings come from flags, the environment and .env: see .env.example."
    ),
)
@click.version_option(__version__, prog_name="jobraker")
def root() -> None:
    """Mail a job board's people what is new to them: once, explained, written down."""
