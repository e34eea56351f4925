"""Commands: parse, call one function, show its report. Errors become exit codes here, once."""

import os
import re
import sys
import traceback

from jobraker_cli.errors import ConfigError, JobrakerError, UsageError
from jobraker_cli.tuning import tune


def main() -> None:
    """Run the command line and exit with its code."""
    tune()
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for good
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for good
    sys.exit(_run())


def _run() -> int:
    import click

    try:
        return _invoke()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted", 130)
    except BrokenPipeError:
        # Whoever read our output has enough of it; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the one place that makes sentences and exit codes of them
        return say_failure(error)


def _invoke() -> int:
    """Parse and call; not by click's `main`, which makes an error of a broken pipe."""
    import click

    from jobraker_cli.cli.root import root

    completing = os.environ.get("_JOBRAKER_COMPLETE")  # noqa: TID251 - the shell asks this way
    if completing:
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, "jobraker", "_JOBRAKER_COMPLETE", completing)
    if any("\ud800" <= letter <= "\udfff" for word in sys.argv for letter in word):
        raise UsageError("The command line is not text in UTF-8")
    try:
        with root.make_context("jobraker", sys.argv[1:]) as context:
            root.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return 0


def say_failure(error: Exception, about: str = "") -> int:
    """Say what went wrong, on one line and with a traceback as far as -v asks; its exit code."""
    from jobraker_cli.cli.session import verbosity

    task = f"{about}: " if about else ""
    expected = _expected(error)
    if verbosity() > 1 or (expected is None and verbosity()):
        lines = traceback.format_exception(error, chain=True)
        sys.stderr.write(_without_secrets(_without_rows("".join(lines))))
    if expected is None:
        what = _without_rows(str(error)).strip().partition("\n")[0]
        words = f"{task}this is a bug in jobraker ({type(error).__name__}: {what})"
        return _say(f"{words}; run it again with -v and report what it prints", 1)
    return _say(f"{task}{expected}", expected.exit_code)


def _expected(error: Exception) -> JobrakerError | None:
    if isinstance(error, JobrakerError):
        return error
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return ConfigError(f"{where}{error.strerror or error}; check the path, rights and space")
    if type(error).__module__.startswith("sqlalchemy"):
        from jobraker_cli.store.engine import translate

        return translate(error)
    return None


def _say(words: str, code: int) -> int:
    from jobraker_cli.mail.clean import terminal_line

    sys.stderr.write(f"jobraker: {terminal_line(_without_secrets(words))}\n")
    return code


def _without_rows(text: str) -> str:
    """A database's error without the row that it quotes, and without addresses."""
    text = re.sub(r"(?m)^DETAIL:.*\n?", "", text)
    return re.sub(r"[^\s'\"<>(),:]+@[^\s'\"<>(),:]+", "<address>", text)


def _without_secrets(text: str) -> str:
    from jobraker_cli.cli.session import secrets

    for secret in secrets():
        text = text.replace(secret, "********")
    return text
