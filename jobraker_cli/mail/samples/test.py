"""Test messages to look at."""

from jobraker_cli.mail.samples.strings import HOSTILE, LONG_WORD

CASES = {
    "usual": {"name": "Ada"},
    "long": {"name": LONG_WORD[:38]},
    "empty": {},
    "hostile": {"name": HOSTILE[2]},
    "rtl": {"name": "نور"},
    "one": {"name": "A"},
    "many": {"name": "Ada Grace Hedy"},
}
