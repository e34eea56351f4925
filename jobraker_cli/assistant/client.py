"""A model behind OpenAI's Chat Completions, streamed. The SDK is imported at the first call."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from jobraker_cli.assistant.faults import in_a_sentence
from jobraker_cli.assistant.model import End, Text, ToolCall, ToolSpec, Turn, Usage
from jobraker_cli.errors import ConfigError
from jobraker_cli.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

CONNECT_SECONDS = 10
_MOST_CALLS = 32  # in one reply; a server that asks for more is not answered
_LONGEST_ARGUMENTS = 100_000  # characters


def load_sdk() -> None:
    """Import the SDK, which takes half a second: while the person types."""
    import openai
    import openai.resources.chat.completions  # noqa: F401 - what the first call would import


class OpenAIModel:
    """The model that OPENAI_MODEL names at OPENAI_BASE_URL (any compatible server)."""

    def __init__(self, settings: Settings) -> None:
        require_settings(settings)
        self.name = settings.openai_model
        self._settings = settings
        self._opened: OpenAI | None = None

    def stream(
        self, turns: Sequence[Turn], tools: Sequence[ToolSpec], *, reply_tokens: int
    ) -> Iterator[Text | End]:
        """The reply's text as it comes, then its end; nothing is sent before the first `next`."""
        request: dict[str, Any] = {
            "model": self.name,
            "messages": [_message(turn) for turn in turns],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": reply_tokens,
        }
        if tools:
            request["tools"] = [_tool(tool) for tool in tools]
        with in_a_sentence(self._settings):
            stream = self._client().chat.completions.create(**request)
            reading = _Reading()
            with stream:
                for chunk in stream:
                    text = reading.take(chunk)
                    if text:
                        yield Text(text)
        yield reading.end()

    def close(self) -> None:
        """Let go of the connections."""
        if self._opened is not None:
            self._opened.close()

    def _client(self) -> "OpenAI":
        if self._opened is None:
            import httpx2
            from openai import OpenAI

            settings = self._settings
            self._opened = OpenAI(
                api_key=settings.openai_api_key or "no-key",
                base_url=settings.openai_base_url or "https://api.openai.com/v1",
                timeout=httpx2.Timeout(settings.openai_timeout, connect=CONNECT_SECONDS),
                max_retries=settings.openai_max_retries,
            )
        return self._opened


def require_settings(settings: Settings) -> None:
    """Raise ConfigError where nothing says which server to ask."""
    if not settings.openai_api_key and not settings.openai_base_url:
        raise ConfigError(
            "The chat has no model to ask; set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of "
            "your own, or try: jobraker chat --demo"
        )


class _Reading:
    """Puts the chunks of one stream together: tool calls come in pieces, usage comes last."""

    def __init__(self) -> None:
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._calls: dict[int, list[str]] = {}

    def take(self, chunk: Any) -> str:
        """The text of a chunk; ValueError for one that is none of the protocol's."""
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = Usage(
                input_tokens=int(usage.prompt_tokens or 0),
                output_tokens=int(usage.completion_tokens or 0),
            )
        choices = getattr(chunk, "choices", None)
        if choices is None and usage is None:
            raise ValueError("a chunk has no choices")
        text = ""
        for choice in choices or ():
            self._finish = choice.finish_reason or self._finish
            delta = choice.delta
            if delta is None:
                continue
            text += delta.content or getattr(delta, "refusal", None) or ""
            for call in delta.tool_calls or ():
                self._piece(call)
        return text

    def _piece(self, call: Any) -> None:
        index = call.index if isinstance(call.index, int) else len(self._calls)
        known = self._calls.setdefault(index, ["", "", ""])
        if len(self._calls) > _MOST_CALLS:
            raise ValueError("the reply asks for too many tools at once")
        known[0] = call.id or known[0]
        if call.function is not None:
            known[1] += call.function.name or ""
            known[2] += call.function.arguments or ""
        if len(known[2]) > _LONGEST_ARGUMENTS:
            raise ValueError("a tool's arguments do not end")

    def end(self) -> End:
        """How the stream ended; without the server's reason it was cut."""
        calls = tuple(
            ToolCall(id=known[0] or f"call_{index}", name=known[1], arguments=known[2])
            for index, known in sorted(self._calls.items())
        )
        return End(finish=self._finish, calls=calls if self._finish else (), usage=self._usage)


def _message(turn: Turn) -> dict[str, Any]:
    if turn.role == "tool":
        return {"role": "tool", "content": turn.content, "tool_call_id": turn.call_id}
    said: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.calls:
        said["content"] = turn.content or None
        said["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in turn.calls
        ]
    return said


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": function}
