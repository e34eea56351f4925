"""The manual page, made of what the commands say of themselves."""

from collections.abc import Iterator

import click

from jobraker_cli.cli.help import EXIT_CODES
from jobraker_cli.cli.root import root
from jobraker_cli.settings import catalogue

_LEAD = "\\&"  # keeps a line that begins with a dot from being a request


def page() -> str:
    """jobraker(1) in roff's man macros."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield '.TH JOBRAKER 1 "" "jobraker" "User Commands"'
    yield ".ad l"
    yield from (".SH NAME", "jobraker \\- mail a job board's people what is new to them")
    yield from (
        ".SH SYNOPSIS",
        ".B jobraker",
        "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGS\\fR]...",
    )
    yield from (".SH DESCRIPTION", _text(root.help or ""))
    context = click.Context(root, info_name="jobraker")
    yield ".SH OPTIONS"
    yield from _options(root, context)
    yield ".SH COMMANDS"
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        if command is not None:
            yield from _command(command, context, name)
    yield from (".SH ENVIRONMENT", "The same names are read from the file .env.")
    for one in catalogue():
        default = f" (default: {one['default']})" if one["default"] else ""
        yield from (".TP", f".B {_text(one['name'])}", _text(f"{one['about']}{default}."))
    yield ".SH EXIT STATUS"
    for code, meaning, remedy in EXIT_CODES:
        yield from (".TP", f".B {code}", _text(f"{meaning}{f'; {remedy}' if remedy else ''}."))


def _command(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    """One command and those below it."""
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, click.Group) and not command.invoke_without_command:
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _command(found, context, below)
        return
    words = " ".join(piece for piece in command.collect_usage_pieces(context) if piece)
    yield f".SS {_text(f'{context.command_path} {words}')}"
    for paragraph in (command.help or "").replace("\b\n", "").split("\n\n"):
        yield from (_text(" ".join(paragraph.split())), ".PP")
    yield from _options(command, context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _command(found, context, below)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and not (isinstance(parameter, click.Option) and parameter.hidden):
            yield from (".TP", f".B {_text(record[0])}", _text(record[1]))


def _text(words: str) -> str:
    r"""Words on one line: backslashes doubled, hyphens that may be copied, no request."""
    line = " ".join(words.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"{_LEAD}{line}" if line[:1] in (".", "'") else line
