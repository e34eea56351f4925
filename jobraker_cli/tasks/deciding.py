"""What a person may decide about a message, from which states, and what it says then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from jobraker_cli.errors import NotFoundError, UsageError
from jobraker_cli.store import decisions
from jobraker_cli.store.decisions import Group, Selection
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A decision: the states that it moves messages from, the one it moves them to, its words."""

    name: str
    allowed: tuple[str, ...]
    state: str
    reason: str


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        verb.name: verb
        for verb in (
            Verb(
                name="retry",
                allowed=("pending", "failed", "dead", "uncertain", "cancelled", "suppressed"),
                state="pending",
                reason="to be tried again, an operator says",
            ),
            Verb(
                name="cancel",
                allowed=("pending", "failed", "uncertain", "sending"),
                state="cancelled",
                reason="cancelled by an operator",
            ),
            Verb(
                name="resolve sent",
                allowed=("uncertain", "dead"),
                state="sent",
                reason="it arrived, an operator says",
            ),
            Verb(
                name="resolve again",
                allowed=("uncertain", "dead"),
                state="pending",
                reason="it did not arrive, an operator says; to be sent again",
            ),
        )
    }
)


def affected(app: App, verb: Verb, selection: Selection) -> Sequence[Group]:
    """What a decision would move, by kind and state.

    Raises NotFoundError for an id that is none, and UsageError where a message that is named, or
    the state that is asked for, is not one that the verb moves.
    """
    if selection.state is not None and selection.state not in verb.allowed:
        raise UsageError(
            f"{verb.name} is for messages that are {', '.join(verb.allowed)}; "
            f"not for {selection.state} ones"
        )
    with reading(app.engine) as connection:
        if selection.ids:
            _refuse(verb, selection.ids, decisions.states_of(connection, selection.ids))
        found = decisions.groups(connection, selection)
    return [one for one in found if one.state in verb.allowed and not one.held]


def decide(app: App, verb: Verb, selection: Selection) -> int:
    """Move the messages; how many there were to move by now."""
    with app.engine.begin() as connection:
        return decisions.decide(
            connection,
            selection,
            allowed=verb.allowed,
            state=verb.state,
            at=app.clock(),
            reason=verb.reason,
        )


def _refuse(verb: Verb, ids: Sequence[str], states: Mapping[str, tuple[str, bool]]) -> None:
    for row_id in ids:
        if row_id not in states:
            raise NotFoundError(f"There is no message {row_id}; see: jobraker outbox list")
        state, held = states[row_id]
        if held:
            raise UsageError(f"Message {row_id} is being sent just now; wait until that is over")
        if state not in verb.allowed:
            raise UsageError(
                f"Message {row_id} is {state}; {verb.name} is for messages that are "
                f"{', '.join(verb.allowed)}"
            )
