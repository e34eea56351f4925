"""A conversation: a question in, events of the reply out, everything kept as it comes."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobraker_cli.assistant.archive import Archive
from jobraker_cli.assistant.context import fitting, size_of, tokens_of
from jobraker_cli.assistant.draft import Draft
from jobraker_cli.assistant.limits import Meter
from jobraker_cli.assistant.model import (
    ContextLengthError,
    End,
    Model,
    PartialReplyError,
    Text,
    Turn,
)
from jobraker_cli.assistant.titles import title_of
from jobraker_cli.assistant.toolbox import Toolbox
from jobraker_cli.errors import JobrakerError, UsageError
from jobraker_cli.settings import Settings
from jobraker_cli.store.chat_usage import Used

_HISTORY = 200  # messages that are read back for the model, before the budget of tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUsed:
    """The assistant looked something up; `note` says it for a person."""

    name: str
    arguments: Mapping[str, Any]
    rows: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The whole reply, the last event of a turn. `finish` is the server's word for why it ended."""

    text: str
    finish: str
    used: Used
    tools: tuple[ToolUsed, ...]


Event = Text | ToolUsed | Reply


@dataclass(slots=True, kw_only=True)
class _Exchange:
    """One question on its way to its reply."""

    history: Sequence[Turn]
    current: list[Turn]
    draft: Draft
    used: Used
    tools: list[ToolUsed]


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """One user's conversation in one session.

    `clock` gives the time, `timer` measures seconds. A turn's events are read to the end, or the
    iterator is closed: then what came of the reply is kept as partial.
    """

    settings: Settings
    archive: Archive
    model: Model
    meter: Meter
    toolbox: Toolbox
    instructions: str
    clock: Callable[[], datetime]
    timer: Callable[[], float]
    session_id: str | None = None
    untitled: bool = True
    last_text: str = ""
    last_used: Used = Used()  # noqa: RUF009 - frozen

    def say(self, text: str) -> Iterator[Event]:
        """Ask; UsageError or LimitError before anything is kept, other errors after the text is."""
        text = text.replace("\x00", "").strip()
        most = self.settings.chat_message_length
        if not text:
            raise UsageError("The message is empty; write a question")
        if len(text) > most:
            raise UsageError(
                f"The message has {len(text):,} characters, {most:,} are allowed; shorten it"
            )
        self.last_text = text
        return self._turn(text)

    def retry(self) -> Iterator[Event]:
        """Ask the last question again, without writing it down twice."""
        if not self.last_text and self.session_id is not None:
            said = self.archive.messages(self.session_id, _HISTORY)
            self.last_text = next((m.content for m in reversed(said) if m.role == "user"), "")
        if not self.last_text:
            raise UsageError("There is nothing to send again yet")
        return self._turn(self.last_text)

    def _turn(self, text: str) -> Iterator[Event]:
        history, asked = self._history(text)
        current = [Turn(role="user", content=text)]
        usage_id = self._reserve(history, current, 0)
        if self.session_id is None:
            self.session_id = self.archive.begin()
        if not asked:
            self.archive.add(self.session_id, "user", text, {})
        self.last_used = Used()
        draft = Draft(self.archive, self.session_id, self.model.name, self.timer)
        exchange = _Exchange(history=history, current=current, draft=draft, used=Used(), tools=[])
        try:
            yield from self._rounds(exchange, usage_id)
        except BaseException:  # also Ctrl-C and a closed iterator: what came is kept
            draft.keep(partial=True)
            raise
        finally:
            if self.untitled:
                self.archive.name(self.session_id, title_of(text, draft.text))
                self.untitled = False

    def _history(self, text: str) -> tuple[list[Turn], bool]:
        """What was said before, and whether this question waits there for its answer already."""
        said = [] if self.session_id is None else self.archive.messages(self.session_id, _HISTORY)
        turns = [
            Turn(role=one.role, content=one.content)
            for one in said
            if one.role in ("user", "assistant") and one.content.strip()
        ]
        waits = [one for one in turns if one.role == "user"][-1:] == [
            Turn(role="user", content=text)
        ]
        answered = bool(said) and said[-1].role == "assistant" and not said[-1].partial
        if not waits or answered:
            return turns, False
        while turns.pop().role != "user":
            pass  # a partial answer to it
        return turns, True

    def _rounds(self, exchange: _Exchange, usage_id: str) -> Iterator[Event]:
        """Calls of the model until it asks for no more tools, CHAT_TOOL_ROUNDS of them at most."""
        draft = exchange.draft
        finish = ""
        for number in range(self.settings.chat_tool_rounds + 1):
            if number:
                usage_id = self._reserve(exchange.history, exchange.current, number)
            may_call = number < self.settings.chat_tool_rounds
            end = yield from self._call(exchange, usage_id, may_call=may_call)
            finish = _finish(end)
            if not (end.calls and may_call):
                break
            yield from self._look_up(exchange, end)
        draft.finish = finish
        draft.usage = {
            "input_tokens": exchange.used.input_tokens,
            "output_tokens": exchange.used.output_tokens,
        }
        if not draft.text:
            raise PartialReplyError(f"The model said nothing ({finish}); ask in other words")
        draft.keep(partial=False)
        yield Reply(text=draft.text, finish=finish, used=exchange.used, tools=tuple(exchange.tools))

    def _look_up(self, exchange: _Exchange, end: End) -> Iterator[Event]:
        """Use the tools that the model asks for, one after the other."""
        draft = exchange.draft
        exchange.current.append(Turn(role="assistant", content=draft.section, calls=end.calls))
        draft.new_section()
        for call in end.calls:
            outcome = self.toolbox.call(call.name, call.arguments)
            used = ToolUsed(
                name=outcome.name,
                arguments=outcome.arguments,
                rows=outcome.rows,
                note=outcome.note,
            )
            exchange.tools.append(used)
            draft.tools.append({"name": used.name, "rows": used.rows})
            exchange.current.append(Turn(role="tool", content=outcome.content, call_id=call.id))
            yield used

    def _call(
        self, exchange: _Exchange, usage_id: str, *, may_call: bool
    ) -> Generator[Event, None, End]:
        """One call; a conversation that is too long for the model is trimmed once more."""
        budget = self.settings.chat_context_tokens
        try:
            return (yield from self._stream(exchange, usage_id, budget, may_call))
        except ContextLengthError:
            pass
        return (yield from self._stream(exchange, usage_id, budget // 2, may_call))

    def _stream(
        self, exchange: _Exchange, usage_id: str, budget: int, may_call: bool
    ) -> Generator[Event, None, End]:
        draft = exchange.draft
        sent = self._sent(exchange.history, exchange.current, budget)
        tools = self.toolbox.specs if may_call else ()
        end, begun = None, False
        try:
            for piece in self.model.stream(
                sent, tools, reply_tokens=self.settings.chat_reply_tokens
            ):
                if isinstance(piece, End):
                    end, begun = piece, True
                    break
                begun = True
                draft.add(piece.text)
                yield piece  # shown first, then saved
                draft.save_now_and_then()
        except JobrakerError as error:
            if not draft.text or isinstance(error, PartialReplyError):
                raise
            raise PartialReplyError(
                f"What came of the reply is kept as partial. {error}"
            ) from error
        finally:
            used = self._used(end, sent, draft.section) if begun else Used()
            exchange.used = self.last_used = _sum(exchange.used, used)
            self.meter.settle(usage_id, used)
        return end or End(finish=None)

    def _used(self, end: End | None, sent: Sequence[Turn], said: str) -> Used:
        """What the call used by the server's own count, else by ours."""
        if end is not None and end.usage is not None:
            return self.meter.priced(end.usage.input_tokens, end.usage.output_tokens)
        return self.meter.priced(size_of(sent), tokens_of(said))

    def _sent(self, history: Sequence[Turn], current: Sequence[Turn], budget: int) -> list[Turn]:
        instructions = Turn(role="system", content=self.instructions)
        return fitting(instructions, history, current, budget - self.toolbox.tokens)

    def _reserve(self, history: Sequence[Turn], current: Sequence[Turn], number: int) -> str:
        sent = self._sent(history, current, self.settings.chat_context_tokens)
        return self.meter.reserve(
            self.clock(),
            session_id=self.session_id,
            round_number=number,
            input_tokens=size_of(sent) + self.toolbox.tokens,
        )


def _finish(end: End) -> str:
    """Why the call ended; without the server's own word for it the stream was cut."""
    if end.finish is None:
        raise PartialReplyError(
            "The reply was cut short by the server; what came of it is kept as partial"
        )
    return end.finish


def _sum(one: Used, other: Used) -> Used:
    return Used(
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost_micros=one.cost_micros + other.cost_micros,
    )
