"""The checks of `doctor`, each a value: what was looked at, how it is, what to do."""

from jobraker_cli.operations.doctor.check import CheckResult
from jobraker_cli.operations.doctor.examine import Examination, examine

__all__ = ["CheckResult", "Examination", "examine"]
