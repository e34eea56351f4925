"""What a conversation and a model exchange: turns in, pieces of a reply out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jobraker_cli.errors import JobrakerError, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the model asks for; `arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of the conversation as the model reads it.

    `role` is system, user, assistant or tool; `calls` are an assistant's, `call_id` is a tool's.
    """

    role: str
    content: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as the model reads it; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that the server counted for one call."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Text:
    """Some characters of the reply, as they came; not yet fit for a terminal."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a call. `finish` is the server's reason, None when the stream was cut."""

    finish: str | None
    calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None


class Model(Protocol):
    """A chat model: the one at OPENAI_BASE_URL, or the scripted one of `--demo`."""

    name: str

    def stream(
        self, turns: Sequence[Turn], tools: Sequence[ToolSpec], *, reply_tokens: int
    ) -> Iterator[Text | End]:
        """The pieces of a reply, an End last; JobrakerError says in a sentence what failed."""
        ...


class ContextLengthError(UsageError):
    """The conversation is longer than the model can read (exit 2)."""


class PartialReplyError(JobrakerError):
    """The reply was cut short; what came of it is kept (exit 3)."""

    exit_code = 3


class LimitError(JobrakerError):
    """A limit of the chat is reached; the sentence says when it is possible again (exit 75)."""

    exit_code = 75
