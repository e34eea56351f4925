"""What can go wrong at the model's server, each as one sentence with what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobraker_cli.assistant.model import ContextLengthError
from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError
from jobraker_cli.settings import Settings

if TYPE_CHECKING:
    from openai import APIError, APIStatusError

_CONTEXT = ("context_length", "context length", "context size", "maximum context", "context window")
_AGAIN = "your text is kept: try again later"


@contextmanager
def in_a_sentence(settings: Settings) -> Iterator[None]:
    """Turn the SDK's errors into the expected ones, with their exit codes."""
    import openai

    try:
        yield
    except openai.APIError as error:
        raise _expected(error, settings) from error
    except openai.OpenAIError as error:
        raise ConfigError(f"The model server cannot be asked: {_words(error)}") from error
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # What the SDK and our reading raise for a chunk that is not JSON, or not of the protocol.
        raise UnreachableError(
            f"{_server(settings)} sent a reply that cannot be read ({_words(error)}); "
            "is OPENAI_BASE_URL the address of a Chat Completions server?"
        ) from error


def _expected(error: "APIError", settings: Settings) -> JobrakerError:
    import openai

    server = _server(settings)
    if isinstance(error, openai.APITimeoutError):
        return UnreachableError(
            f"{server} said nothing for {settings.openai_timeout:g} seconds; {_AGAIN}, "
            "or raise OPENAI_TIMEOUT"
        )
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__ or error
        if type(cause).__name__ in ("RemoteProtocolError", "ReadError"):
            return UnreachableError(f"{server} broke the connection ({_words(cause)}); {_AGAIN}")
        return UnreachableError(
            f"{server} cannot be reached ({_words(cause)}); is it running? {_AGAIN.capitalize()}"
        )
    if isinstance(error, openai.APIStatusError):
        return _by_status(error, settings)
    words = _words(error)
    if any(sign in words.lower() for sign in _CONTEXT):
        return _too_long(settings)
    return UnreachableError(f"{server} reported an error in its reply ({words}); {_AGAIN}")


def _by_status(error: "APIStatusError", settings: Settings) -> JobrakerError:
    server, code, words = _server(settings), error.status_code, _words(error)
    if code in (400, 413, 422) and any(sign in words.lower() for sign in _CONTEXT):
        return _too_long(settings)
    if code in (401, 403):
        return ConfigError(f"{server} refuses the key ({code}: {words}); check OPENAI_API_KEY")
    if code == 404:
        return ConfigError(
            f"{server} does not know the model {settings.openai_model!r} or the address "
            f"(404: {words}); check OPENAI_MODEL and OPENAI_BASE_URL"
        )
    if code == 429:
        after = error.response.headers.get("retry-after", "")
        when = f"try again in {after} seconds" if after.isdecimal() else "try again in a while"
        return UnreachableError(
            f"{server} has no room for us now (429: {words}); your text is kept: {when}"
        )
    if code >= 500 or code in (408, 409):
        return UnreachableError(f"{server} has trouble of its own ({code}: {words}); {_AGAIN}")
    return ConfigError(
        f"{server} does not take the request ({code}: {words}); check OPENAI_MODEL, "
        "CHAT_REPLY_TOKENS and what the server supports"
    )


def _too_long(settings: Settings) -> JobrakerError:
    return ContextLengthError(
        f"The conversation is longer than {settings.openai_model} can read; shorten the message, "
        "begin a new session (/new), or lower CHAT_CONTEXT_TOKENS"
    )


def _server(settings: Settings) -> str:
    return f"The model server {settings.openai_base_url or 'https://api.openai.com/v1'}"


def _words(error: BaseException) -> str:
    """The server's own words on one line, bounded; an HTML page is not quoted."""
    body = getattr(error, "body", None)
    said = str(body.get("message") or "") if isinstance(body, dict) else ""
    words = " ".join((said or str(error)).split())
    return type(error).__name__ if not words or "<html" in words.lower() else words[:200]
