"""What makes rendering fast: pieces that are rendered once, and calls without ceremony."""

from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any

from jinja2 import BytecodeCache, nodes, pass_context
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup

from jobraker_cli.mail.mime import NAME_ENDS, Piece, piece

MOST_PIECES = 10_000  # kept at a time, in each language
_BY_VALUE = frozenset({str, Markup, int})
_CALLED_PLAINLY = frozenset({"once", "gettext", "ngettext"})
_PLAIN = frozenset({FunctionType, MethodType})
_WANTS_CONTEXT = getattr(pass_context(lambda context: context), "jinja_pass_arg")  # noqa: B009


class Pieces:
    """What many mails show alike is rendered and encoded once: a macro's output for equal values.

    It stands on lines of its own, so that it has no line break at its end.

    The macro must go by its values alone: nothing of one mail may stand in it. A template gets the
    name of the piece, which `mime` replaces; `named` holds all that may stand in a mail.
    """

    def __init__(self) -> None:
        self.named: dict[str, Piece] = {}
        self._names: dict[object, dict[object, tuple[str, tuple[object, ...]]]] = {}
        self._count = 0

    def make_room(self) -> None:
        """Before a mail: forget the pieces where there are too many of them."""
        if len(self.named) > MOST_PIECES:
            self._names.clear()
            self.named.clear()

    @pass_context
    def once(self, _: object, macro: Callable[..., str], *values: object) -> str:
        """What templates call as once(macro, value, ...)."""
        return self._once(self._of(macro, values[1:]), macro, *values)

    def each(self, values: Sequence[object], macro: Callable[..., str], *more: object) -> str:
        """`values | once_each(macro, ...)`: once(macro, value, ...) of each, on lines of theirs."""
        names = self._of(macro, more)
        pieces = [
            found[0]
            if (found := names.get(_key(value)))
            else self._once(names, macro, value, *more)
            for value in values
        ]
        lines = "\n".join(pieces)
        safe = bool(pieces) and isinstance(pieces[0], Markup)
        return Markup(lines) if safe else lines  # noqa: S704 - names of pieces

    def _of(
        self, macro: Callable[..., str], more: tuple[object, ...]
    ) -> dict[object, tuple[str, tuple[object, ...]]]:
        """The pieces of a macro with these values after the first, by its first value."""
        what: object = getattr(macro, "name", macro)
        if more:
            what = (what, *map(_key, more))
        found = self._names.get(what)
        if found is None:
            found = self._names[what] = {}
        return found

    def _once(
        self,
        names: dict[object, tuple[str, tuple[object, ...]]],
        macro: Callable[..., str],
        *values: object,
    ) -> str:
        key = _key(values[0]) if values else None
        found = names.get(key)
        if found is None:
            # The values are kept with it, so that their ids stay theirs.
            found = names[key] = self._named(macro(*values).rstrip("\n")), values
        return found[0]

    def _named(self, rendered: str) -> str:
        self._count += 1
        name = f"{NAME_ENDS}{self._count}{NAME_ENDS}"
        self.named[name] = piece(rendered)
        return Markup(name) if isinstance(rendered, Markup) else name  # noqa: S704 - digits only


def _key(value: object) -> object:
    """Texts and numbers by what they say, safe texts apart; all else by identity."""
    kind = type(value)
    if kind not in _BY_VALUE:
        return id(value)
    return value if kind is str else (kind, str(value))


class PlainCalls(CodeGenerator):
    """Compiles the calls that templates make most to plain calls of Python."""

    def visit_Call(  # type: ignore[override]  # noqa: N802 - as Jinja names it
        self, node: nodes.Call, frame: Frame, **options: Any
    ) -> None:
        """One call in a template."""
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name not in _CALLED_PLAINLY or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, **options)
            return
        self.visit(node.node, frame)
        self.write("(context")
        for value in (*node.args, *node.kwargs):
            self.write(", ")
            self.visit(value, frame)
        self.write(")")


class PlainContext(Context):
    """A context that calls macros and functions without asking much what they are."""

    @internalcode
    def call(self, called: Callable[..., object], /, *values: object, **named: object) -> object:
        """Call something from a template."""
        kind = type(called)
        if kind is Macro:
            named.pop("_loop_vars", None)
            named.pop("_block_vars", None)
            return called(self.eval_ctx, *values, **named)
        if kind not in _PLAIN or named.get("_loop_vars") or named.get("_block_vars"):
            return super().call(called, *values, **named)
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
