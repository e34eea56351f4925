"""What of a conversation the model reads: the instructions, then the newest turns that fit."""

from collections.abc import Sequence
from dataclasses import replace

from jobraker_cli.assistant.model import Turn

_PER_TURN = 4  # tokens that frame a message
_CUT = " [cut]"


def tokens_of(text: str) -> int:
    """About how many tokens a text has: four bytes each, so a Chinese character is nearly one."""
    return (len(text.encode("utf-8", "replace")) + 3) // 4


def size_of(turns: Sequence[Turn]) -> int:
    """About how many tokens these turns have together."""
    return sum(
        _PER_TURN + tokens_of(turn.content) + sum(tokens_of(c.arguments) for c in turn.calls)
        for turn in turns
    )


def fitting(
    instructions: Turn, history: Sequence[Turn], current: Sequence[Turn], budget: int
) -> list[Turn]:
    """The instructions, the newest of the history within a budget of tokens, the current turn.

    The question stays whole; what tools told is cut where it alone exceeds the budget.
    """
    room = budget - size_of([instructions])
    results = [turn for turn in current if turn.role == "tool"]
    fixed = size_of([turn for turn in current if turn.role != "tool"])
    if results and size_of(results) + fixed > room:
        each = max(50, (room - fixed) // len(results) - _PER_TURN)
        current = [_cut(turn, each) if turn.role == "tool" else turn for turn in current]
    return [instructions, *newest(history, room - size_of(current)), *current]


def newest(turns: Sequence[Turn], budget: int) -> list[Turn]:
    """The newest turns within a budget of tokens, oldest first; the first is a person's."""
    first = len(turns)
    while first and (budget := budget - size_of([turns[first - 1]])) >= 0:
        first -= 1
    while first < len(turns) and turns[first].role != "user":
        first += 1
    return list(turns[first:])


def _cut(turn: Turn, tokens: int) -> Turn:
    if tokens_of(turn.content) <= tokens:
        return turn
    head = turn.content.encode("utf-8", "replace")[: tokens * 4].decode("utf-8", "ignore")
    return replace(turn, content=head + _CUT)
