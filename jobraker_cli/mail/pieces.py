"""What makes rendering fast: pieces that are rendered once, and calls without ceremony."""

from collections.abc import Callable, Sequence
from types import FunctionType, MethodType

from jinja2 import BytecodeCache, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup

from jobraker_cli.mail.mime import JOINED

MOST_PIECES = 10_000  # kept at a time, in each language
_PLAIN = frozenset({FunctionType, MethodType})
_WANTS_CONTEXT = getattr(pass_context(lambda context: context), "jinja_pass_arg")  # noqa: B009


class Pieces:
    """What many mails show alike is rendered once: what comes of a macro and the same values.

    The macro must go by its values alone: nothing of one mail may stand in it. What comes of it is
    one long line, see `mime`.
    """

    def __init__(self) -> None:
        self._rendered: dict[tuple[object, ...], tuple[str, tuple[object, ...]]] = {}

    def once(self, macro: Callable[..., str], *values: object) -> str:
        """What templates call as once(macro, value, ...)."""
        key = (getattr(macro, "name", macro), *[v if type(v) is str else id(v) for v in values])
        found = self._rendered.get(key)
        if found is None:
            if len(self._rendered) >= MOST_PIECES:
                self._rendered.clear()
            # The values are kept with it, so that their ids stay theirs.
            found = self._rendered[key] = macro(*values).replace("\n", JOINED), values
        return found[0]

    def each(self, values: Sequence[object], macro: Callable[..., str], *more: object) -> str:
        """`values | once_each(macro, ...)`: once(macro, value, ...) of each, on lines of theirs."""
        pieces = [self.once(macro, value, *more) for value in values]
        lines = "\n".join(pieces)
        safe = bool(pieces) and isinstance(pieces[0], Markup)
        return Markup(lines) if safe else lines  # noqa: S704 - of macros that escaped it


class PlainContext(Context):
    """A context that calls macros and functions without asking much what they are."""

    @internalcode
    def call(self, called: Callable[..., object], /, *values: object, **named: object) -> object:
        """Call something from a template."""
        kind = type(called)
        if kind is Macro:
            values = (self.eval_ctx, *values)
        elif kind not in _PLAIN or named.get("_loop_vars") or named.get("_block_vars"):
            return super().call(called, *values, **named)
        else:
            wants = getattr(called, "jinja_pass_arg", None)
            if wants is _WANTS_CONTEXT:
                values = (self, *values)
            elif wants is not None:
                return super().call(called, *values, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*values, **named)


class Compiled(BytecodeCache):
    """Templates that were compiled for one language serve all: their words are looked up late."""

    def __init__(self) -> None:
        self._code: dict[str, object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code if it was compiled before."""
        bucket.code = self._code.get(bucket.key)  # type: ignore[assignment]

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        self._code[bucket.key] = bucket.code
