"""Sample cases of every kind of mail: a module `samples/KIND.py` with CASES, by their names.

They are what `templates check`, `templates preview` and `test-email` render. Each kind has a case
for every name in NAMES; "hostile" holds what strangers write into a job board's database.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec

from jobraker_cli.model import Letter

Payload = Mapping[str, object]

NAMES = ("usual", "long", "empty", "hostile", "rtl", "one", "many")
USER = "7d0a7b52-6b0e-4d5c-9b1d-0c8f3a1f2b3c"
WRITTEN = datetime(2026, 8, 12, 9, 0, tzinfo=UTC)


def cases(kind: str) -> Mapping[str, Payload]:
    """The payloads of a kind by the name of the case; none where nobody wrote any."""
    module = f"{__name__}.{kind}"
    if not kind.isidentifier() or find_spec(module) is None:
        return {}
    found: Mapping[str, Payload] = import_module(module).CASES
    return found


def letter(
    kind: str,
    case: str,
    *,
    site_url: str,
    recipient: str,
    domain: str,
    locale: str,
    written: datetime = WRITTEN,
) -> Letter:
    """The row that a sample would have in the outbox; links in it lead to the site."""
    payload = json.dumps(cases(kind)[case]).replace("{site}", site_url)
    name = f"sample-{kind.replace('_', '-')}-{case}-{locale}-{written:%Y%m%d%H%M%S%f}"
    return Letter(
        id=name,
        kind=kind,
        user_id=USER,
        recipient=recipient,
        payload=payload,
        message_id=f"<{name}@{domain}>",
        created_at=written,
        locale=locale,
    )
