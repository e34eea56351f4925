"""Are the settings readable by their owner only, and are the secret keys set and strong."""

from collections.abc import Iterator

from jobraker_cli.operations.doctor.check import CheckResult, fail, ok, warn
from jobraker_cli.settings import Loaded, Settings

SHORTEST_KEY = 16


def settings_checks(loaded: Loaded) -> Iterator[CheckResult]:
    """The settings could be read; may others read the file that holds them."""
    given = sum(source not in ("default", "not set") for source in loaded.sources.values())
    yield ok("settings", f"{given} given, the others at their defaults")
    path = loaded.env_file
    if path is None:
        yield ok("env_file", "no .env file is used")
        return
    mode = path.stat().st_mode & 0o777
    fix = f"run: chmod 600 {path}"
    if mode & 0o002:
        yield fail("env_file", f"{path} (mode {mode:o}) can be changed by anybody", fix)
    elif loaded.warnings and mode & 0o004:
        yield fail("env_file", f"{path} (mode {mode:o}) holds secrets that anybody can read", fix)
    elif loaded.warnings or mode & 0o020:
        yield warn("env_file", f"{path} (mode {mode:o}) is open to its group", fix)
    else:
        yield ok("env_file", f"{path}, mode {mode:o}")


def secret_key(settings: Settings) -> Iterator[CheckResult]:
    """The key that signs unsubscribe links."""
    key = settings.secret_key
    if not key:
        yield warn(
            "secret_key",
            "unsubscribe links are signed with a key kept in the ledger",
            "set JOBRAKER_SECRET_KEY before going live",
        )
    elif len(key) < SHORTEST_KEY or len(set(key)) < 6:
        yield warn(
            "secret_key",
            f"JOBRAKER_SECRET_KEY can be guessed ({len(key)} characters)",
            "make one with: openssl rand -hex 32 (links in mails that went out stop working)",
        )
    else:
        yield ok("secret_key", "JOBRAKER_SECRET_KEY is set")
