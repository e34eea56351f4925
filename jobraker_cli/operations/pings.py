"""Pings: a web address is told that a run began, ended well, or did not.

The form is that of dead man's switches such as healthchecks: POST to URL/start, URL, URL/fail,
with the summary as the body. Nobody waits long for it, and nothing depends on it.
"""

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

PATIENCE_SECONDS = 3.0
MOST_BYTES = 10_000
_SUFFIX: Mapping[str, str] = MappingProxyType({"start": "/start", "success": "", "fail": "/fail"})


def send(url: str, signal: str, body: str) -> str:
    """Tell `url` of a signal (start, success, fail); "" or one sentence on why it failed."""
    request = urllib.request.Request(  # noqa: S310 - the setting takes https and loopback only
        target(url, signal),
        data=body.encode()[:MOST_BYTES],
        headers={"Content-Type": "application/json", "User-Agent": "jobraker"},
        method="POST",
    )
    try:
        with _opener().open(request, timeout=PATIENCE_SECONDS) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        error.close()
        return f"the ping ({signal}) was answered with {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"the ping ({signal}) did not get through: {type(error).__name__}"
    return ""


def target(url: str, signal: str) -> str:
    """Where a signal goes: the suffix is put behind the path, before a query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + _SUFFIX[signal]))


def _opener() -> urllib.request.OpenerDirector:
    """One that follows no redirect: the address is a secret, and this one was checked."""
    return urllib.request.build_opener(_NoRedirect())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Nowhere."""
