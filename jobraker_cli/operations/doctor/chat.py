"""Is the chat's model server there; no tokens are spent."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from jobraker_cli.errors import ConfigError, UnreachableError
from jobraker_cli.operations.doctor.check import CheckResult, failed, ok, warn
from jobraker_cli.settings import Settings

PATIENCE_SECONDS = 5.0
MOST_BYTES = 1_000_000
_PUBLIC = "https://api.openai.com/v1"


def chat(settings: Settings, *, network: bool) -> Iterator[CheckResult]:
    """Ask the server for its list of models: is it there, does it take the key."""
    if not settings.openai_api_key and not settings.openai_base_url:
        fix = "set OPENAI_API_KEY or OPENAI_BASE_URL for `jobraker chat`; nothing else needs it"
        yield warn("chat", "no model server is set", fix)
        return
    if not network:
        yield warn("chat", "not asked (--offline)", "run: jobraker doctor")
        return
    url = settings.openai_base_url or _PUBLIC
    host = urlsplit(url).netloc.rpartition("@")[2]
    try:
        models = _models(url, settings.openai_api_key)
    except urllib.error.HTTPError as error:
        error.close()
        yield from _refusal(host, error.code)
    except (OSError, ValueError, http.client.HTTPException) as error:
        gone = UnreachableError(f"the model server {host} cannot be reached")
        yield failed("chat", gone, f"check OPENAI_BASE_URL ({type(error).__name__})")
    else:
        known = not models or settings.openai_model in models
        if known:
            yield ok("chat", f"{host} answers")
        else:
            detail = f"{host} answers, but does not name the model {settings.openai_model}"
            yield warn("chat", detail, "set OPENAI_MODEL to one that it has")


def _refusal(host: str, code: int) -> Iterator[CheckResult]:
    if code in (401, 403):
        refused = ConfigError(f"the model server {host} refuses the key ({code})")
        yield failed("chat", refused, "check OPENAI_API_KEY")
    elif code >= 500:
        down = UnreachableError(f"the model server {host} answers with {code}")
        yield failed("chat", down, "look at the server; the mails do not need it")
    else:  # a compatible server need not have a list of models
        yield ok("chat", f"{host} answers ({code} for its list of models)")


def _models(url: str, key: str) -> list[str]:
    """The names of the server's models; none where its list is of another form."""
    headers = {"Authorization": f"Bearer {key or 'no-key'}", "User-Agent": "jobraker"}
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("no web address")
    request = urllib.request.Request(f"{url.rstrip('/')}/models", headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        document = json.loads(answer.read(MOST_BYTES))
    listed = document.get("data") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return []
    return [str(one["id"]) for one in listed if isinstance(one, dict) and "id" in one]
