"""The rights of the database role: enough for jobraker's work, and nothing beside it."""

import os
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from jobraker_cli.operations.doctor.check import CheckResult, fail, ok, warn
from jobraker_cli.store import grants, ledger, shared
from jobraker_cli.store.engine import reading, sqlite_path
from jobraker_cli.tasks.app import App

_REMEDY = "as the owner: jobraker db grants ROLE | psql; see sql/grants/"
_COLUMN = text("SELECT has_column_privilege(to_regclass(:table), :column, :right)")
_TABLE = text("SELECT has_table_privilege(to_regclass(:table), :right)")
_SUPERUSER = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
_PASSWORD = text(
    "SELECT has_column_privilege(to_regclass('users'), attname, 'SELECT') FROM pg_attribute"
    " WHERE attrelid = to_regclass('users') AND attname = 'password' AND NOT attisdropped"
)


def rights(app: App) -> Iterator[CheckResult]:
    """What the role lacks, and what it could do that jobraker never does."""
    if app.engine.dialect.name != "postgresql":
        yield _of_a_file(app)
        return
    with reading(app.engine) as connection:
        lacking = _lacking(connection, write_last_run=app.settings.write_last_run)
        if lacking:
            yield fail("rights", f"the role lacks {', '.join(lacking)}", _REMEDY)
            return
        beyond = _beyond(connection, edits_alerts=app.settings.chat_may_edit_alerts)
    if beyond:
        yield warn(
            "rights",
            f"the role may do more than jobraker needs: {', '.join(beyond)}",
            f"use a role of its own; {_REMEDY}",
        )
    else:
        yield ok("rights", "the role may do jobraker's work and nothing else")


def _of_a_file(app: App) -> CheckResult:
    path = sqlite_path(app.settings.database_url)
    if path is not None and path.exists() and path.stat().st_mode & 0o002:
        return fail("rights", f"{path} can be changed by anybody", f"run: chmod o-w {path}")
    for needed in () if path is None else (path, path.absolute().parent):
        if not os.access(needed, os.W_OK):
            fix = f"give it to the user that runs jobraker: chown USER {needed}"
            return fail("rights", f"{needed} cannot be written by this user", fix)
    return ok("rights", "a SQLite file knows no roles; whoever may write it may do all")


def _lacking(connection: Connection, *, write_last_run: bool) -> Sequence[str]:
    lacking = []
    for grant in grants.on_shared_tables():
        if grant.right == "UPDATE" and (grant.table != "job_alerts" or not write_last_run):
            continue  # a setting turns it off
        for column in grant.columns:
            asked = {"table": grant.table, "column": column, "right": grant.right}
            if not connection.scalar(_COLUMN, asked):
                lacking.append(f"{grant.right} on {grant.table}.{column}")
    for table in ledger.ledger.sorted_tables:
        had = _table_rights(connection, table.name, grants.OWN_RIGHTS)
        lacking += [f"{right} on {table.name}" for right in grants.OWN_RIGHTS if right not in had]
    return lacking


def _beyond(connection: Connection, *, edits_alerts: bool) -> Sequence[str]:
    if connection.scalar(_SUPERUSER):
        return ["it is a superuser"]
    beyond = ["SELECT on users.password"] if connection.scalar(_PASSWORD) else []
    for table in shared.shared.sorted_tables:
        if table.name in grants.CHAT:
            continue
        asked: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
        if edits_alerts and table.name == "job_alerts":
            asked = ("DELETE", "TRUNCATE")
        had = _table_rights(connection, table.name, asked)
        beyond += [f"{right} on {table.name}" for right in had]
    return beyond


def _table_rights(connection: Connection, table: str, asked: Sequence[str]) -> Sequence[str]:
    """Which of these rights the role has on a whole table."""
    return [right for right in asked if connection.scalar(_TABLE, {"table": table, "right": right})]
