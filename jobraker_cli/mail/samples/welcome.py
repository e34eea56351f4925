"""Welcomes to look at."""

from jobraker_cli.mail.samples.strings import HOSTILE, LONG_WORD

CASES = {
    "usual": {"name": "Ada", "done": ["resume"]},
    "long": {"name": f"{LONG_WORD[:38]}", "done": []},
    "empty": {},
    "hostile": {"name": HOSTILE[2], "done": list(HOSTILE)},
    "rtl": {"name": "نور", "done": ["profile"]},
    "one": {"name": "Ada", "done": ["profile", "resume", "alert"]},
    "many": {"name": "Ada", "done": ["profile", "resume", "alert", "application"]},
}
