"""Password resets to look at. The link must lead to SITE_URL, so it is the site's own."""

from jobraker_cli.mail.samples.strings import HOSTILE, LONG_WORD

_LINK = {"reset_url": "{site}/reset/b6c1d2e3f4", "expires_at": "2026-08-12T10:00:00+00:00"}

CASES = {
    "usual": {"name": "Ada", **_LINK},
    "long": {"name": LONG_WORD[:38], **_LINK, "reset_url": "{site}/reset/" + "b6c1d2e3f4" * 40},
    "empty": {"reset_url": "{site}/reset/b6c1d2e3f4"},
    "hostile": {"name": HOSTILE[2], "reset_url": _LINK["reset_url"], "expires_at": HOSTILE[3]},
    "rtl": {"name": "נועה", **_LINK},
    "one": {"name": "", **_LINK},
    "many": {"name": "Ada", **_LINK, "expires_at": "2027-01-01T00:00:00+00:00"},
}
