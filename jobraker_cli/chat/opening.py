"""Opening the chat: who it is for, by which right, written down; and which session."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from jobraker_cli.assistant import login
from jobraker_cli.chat.start import Claim
from jobraker_cli.errors import ConfigError, NotFoundError, UsageError
from jobraker_cli.model import User
from jobraker_cli.store import chat as store
from jobraker_cli.store import chat_usage, users
from jobraker_cli.store.chat import ChatSession
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.runner import require_baseline
from jobraker_cli.wiring import account_name


def log_in(app: App, claim: Claim) -> User:
    """The user that the claim is right about; what was done is written into the ledger."""
    require_baseline(app)
    if claim.email is not None:
        if app.settings.chat_require_token:
            raise ConfigError("CHAT_REQUIRE_TOKEN is true, so --as is refused; use a token")
        user, method = _by_email(app, claim.email), "as"
    elif app.settings.chat_token:
        user, method = _by_token(app, app.settings.chat_token), "token"
    else:
        raise UsageError(
            "Say who you are: --as EMAIL, or JOBRAKER_CHAT_TOKEN with what chat token made"
        )
    with app.engine.begin() as connection:
        chat_usage.record_login(
            connection,
            user_id=user.id,
            method=method,
            command=claim.command,
            host=app.host,
            account=account_name(),
            now=app.clock(),
        )
    return user


def token_for(app: App, email: str, lifetime: timedelta) -> str:
    """A token that lets its bearer chat as this user until it expires."""
    user = _by_email(app, email)
    return login.sign(app.keyring().signing, user.id, app.clock() + lifetime)


def find_session(app: App, user: User, session_id: str) -> ChatSession:
    """A session of the user, by its id or the beginning of it; NotFoundError for all else."""
    with reading(app.engine) as connection:
        found = store.session(connection, user.id, _uuid(session_id)) if _uuid(session_id) else None
        if found is None and len(session_id) >= 4:
            found = _only(store.sessions(connection, user.id, limit=1000), session_id.lower())
    if found is None:
        raise NotFoundError(f"There is no session {session_id[:60]!r}; see: jobraker chat list")
    return found


def latest_session(app: App, user: User) -> ChatSession | None:
    """The session the user wrote in last."""
    with reading(app.engine) as connection:
        found = store.sessions(connection, user.id, limit=1)
    return found[0] if found else None


def _by_email(app: App, email: str) -> User:
    with reading(app.engine) as connection:
        user = users.by_email(connection, email.strip())
    if user is None:
        raise NotFoundError("There is no active user with this address; it is written as at login")
    return user


def _by_token(app: App, token: str) -> User:
    user_id = login.verify(app.keyring().verifying, token, app.clock())
    user = None
    if user_id is not None:
        with reading(app.engine) as connection:
            user = users.by_id(connection, user_id)
    if user is None:
        raise ConfigError(
            "The chat token is not valid, or it has expired; a new one is made by: "
            "jobraker chat token EMAIL"
        )
    return user


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _only(found: Sequence[ChatSession], beginning: str) -> ChatSession | None:
    fitting = [one for one in found if one.id.startswith(beginning)]
    return fitting[0] if len(fitting) == 1 else None
