"""Every expected failure, with the exit code it ends the program with.

The codes follow sysexits.h where it has one; design and README list them all.
"""


class JobrakerError(Exception):
    """What went wrong, in one sentence; the process ends with `exit_code`."""

    exit_code = 1


class UsageError(JobrakerError):
    """The command line asks for something that makes no sense (exit 2)."""

    exit_code = 2


class NotFoundError(JobrakerError):
    """What was named does not exist, or is not yours (exit 66)."""

    exit_code = 66


class UnreachableError(JobrakerError):
    """The database or the relay cannot be reached; messages wait (exit 69)."""

    exit_code = 69


class BusyError(JobrakerError):
    """Another run holds the lock (exit 75)."""

    exit_code = 75


class ConfigError(JobrakerError):
    """Settings, credentials, baseline or the shared tables are not as needed (exit 78)."""

    exit_code = 78


class TrippedError(JobrakerError):
    """A run is unlike the usual ones and waits for a person (exit 3)."""

    exit_code = 3


class MessageError(JobrakerError):
    """One message cannot be built or sent, ever; the others can (exit 3 if it was the only one)."""

    exit_code = 3
