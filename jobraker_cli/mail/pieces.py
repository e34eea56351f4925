"""What makes rendering fast: pieces that are rendered once, and calls without ceremony."""

from collections.abc import Callable, Sequence
from types import FunctionType, MethodType

from jinja2 import BytecodeCache, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup

from jobraker_cli.mail.mime import NAME_ENDS, Piece, piece

MOST_PIECES = 10_000  # kept at a time, in each language
_PLAIN = frozenset({FunctionType, MethodType})
_WANTS_CONTEXT = getattr(pass_context(lambda context: context), "jinja_pass_arg")  # noqa: B009


class Pieces:
    """What many mails show alike is rendered and encoded once: a macro's output for equal values.

    The macro must go by its values alone: nothing of one mail may stand in it. A template gets the
    name of the piece, which `mime` replaces; `named` holds all that may stand in a mail.
    """

    def __init__(self) -> None:
        self.named: dict[str, Piece] = {}
        self._names: dict[tuple[object, ...], tuple[str, tuple[object, ...]]] = {}
        self._count = 0

    def make_room(self) -> None:
        """Before a mail: forget the pieces where there are too many of them."""
        if len(self.named) > MOST_PIECES:
            self._names.clear()
            self.named.clear()

    def once(self, macro: Callable[..., str], *values: object) -> str:
        """What templates call as once(macro, value, ...)."""
        key = (getattr(macro, "name", macro), *map(_key, values))
        found = self._names.get(key)
        if found is None:
            # The values are kept with it, so that their ids stay theirs.
            found = self._names[key] = self._named(macro(*values)), values
        return found[0]

    def _named(self, rendered: str) -> str:
        self._count += 1
        name = f"{NAME_ENDS}{self._count}{NAME_ENDS}"
        self.named[name] = piece(rendered)
        return Markup(name) if isinstance(rendered, Markup) else name  # noqa: S704 - digits only

    def each(self, values: Sequence[object], macro: Callable[..., str], *more: object) -> str:
        """`values | once_each(macro, ...)`: once(macro, value, ...) of each, on lines of theirs."""
        names, what, keys = self._names, getattr(macro, "name", macro), tuple(map(_key, more))
        pieces = [
            found[0]
            if (found := names.get((what, _key(value), *keys)))
            else self.once(macro, value, *more)
            for value in values
        ]
        lines = "\n".join(pieces)
        safe = bool(pieces) and isinstance(pieces[0], Markup)
        return Markup(lines) if safe else lines  # noqa: S704 - names of pieces


def _key(value: object) -> object:
    """Texts by what they say, safe ones apart from those to be escaped; all else by identity."""
    kind = type(value)
    if kind is str:
        return value
    return (Markup, str(value)) if kind is Markup else id(value)


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
