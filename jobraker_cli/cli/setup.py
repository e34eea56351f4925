"""`jobraker init`, `jobraker config show`, `jobraker db status|upgrade|sql`."""

from datetime import datetime

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command, Group, MomentType
from jobraker_cli.cli.output import iso, show_json, show_record, show_rows


@click.command(
    cls=Command,
    epilog=(
        "\b\nExamples:\n"
        "  jobraker init                       from now on: what is there already is not mailed\n"
        "  jobraker init --since 2026-08-01    jobs created from that day on stay new"
    ),
)
@click.option("--since", type=MomentType(), help="Jobs created from this moment on stay new.")
def init(since: datetime | None) -> None:
    """Create or upgrade the ledger and take the baseline, so that history is not mailed.

    The web application's tables are only read. On an empty SQLite file they are created first.
    Doing it again changes nothing.
    """
    from jobraker_cli.settings import mask_url
    from jobraker_cli.tasks.baseline import initialize

    app = session.app(create=True)
    report = initialize(app, since=session.moment(since))
    record = {
        "database": mask_url(app.settings.database_url),
        "board_created": report.board_created,
        "applied": list(report.applied),
        "baseline_taken": report.taken,
        "jobs": report.jobs,
        "baseline_at": iso(report.since),
    }
    lines = [f"Database: {record['database']}"]
    if report.board_created:
        lines.append("The file was empty: the web application's tables were created in it.")
    if report.applied:
        lines.append(f"Ledger: applied {', '.join(report.applied)}.")
    if report.taken:
        lines.append(f"Baseline taken: {report.jobs} active jobs are known and will not be mailed.")
        lines.append("Next: jobraker run daily-alerts --dry-run")
    else:
        lines.append(f"There is a baseline since {report.since:%F %T} UTC; it stays as it is.")
    show_record(record, lines)


@click.group(cls=Group, epilog="\b\nExample:\n  jobraker config show")
def config() -> None:
    """Look at the settings."""


@config.command(
    "show", epilog="\b\nExamples:\n  jobraker config show\n  jobraker config show --json"
)
def show() -> None:
    """Print every setting, its value and where it comes from; secrets are hidden."""
    from jobraker_cli.settings import catalogue

    found = session.loaded()
    rows = [
        {
            "setting": spec["name"],
            "value": found.shown[spec["name"]],
            "source": found.sources[spec["name"]],
            "about": spec["about"],
        }
        for spec in catalogue()
    ]
    show_rows(rows, ("setting", "value", "source"), empty="")


@click.group(cls=Group, epilog="\b\nExamples:\n  jobraker db status\n  jobraker db upgrade")
def db() -> None:
    """Look at the ledger's schema, or upgrade it."""


@db.command("status", epilog="\b\nExample:\n  jobraker db status")
def status() -> None:
    """List the ledger's SQL files and whether this database has them."""
    from jobraker_cli.store import schema
    from jobraker_cli.store.engine import reading

    with reading(session.app(readonly=True).engine) as connection:
        found = schema.status(connection)
    rows = [{"file": one.name, "state": one.state, "checksum": one.checksum} for one in found]
    show_rows(rows, ("file", "state"), empty="")
    schema.refuse_edited(found)


@db.command("upgrade", epilog="\b\nExample:\n  jobraker db upgrade")
def upgrade() -> None:
    """Apply the SQL files that this database does not have yet, in one transaction."""
    from jobraker_cli.tasks.baseline import upgrade as apply_pending

    applied = apply_pending(session.app())
    words = f"Applied {', '.join(applied)}." if applied else "Nothing to apply."
    show_record({"applied": list(applied)}, [words])


@db.command("sql", epilog="\b\nExample:\n  jobraker db sql | psql board   (see also: db upgrade)")
def sql() -> None:
    """Print the SQL that `db upgrade` would run, for whoever applies it by hand."""
    from jobraker_cli.store import schema
    from jobraker_cli.store.engine import reading

    with reading(session.app(readonly=True).engine) as connection:
        found = schema.status(connection)
    schema.refuse_edited(found)
    pending = [one for one in found if one.state == "pending"]
    if session.output_format() != "table":
        show_json([{"file": one.name, "sql": schema.script(one)} for one in pending])
        return
    click.echo("BEGIN;")
    for one in pending:
        click.echo(f"-- {one.name}\n{schema.script(one)}")
    click.echo("COMMIT;")


@db.command("grants", epilog="\b\nExample:\n  jobraker db grants jobraker | psql board")
@click.argument("role")
def grants(role: str) -> None:
    """Print the SQL that lets a PostgreSQL role do jobraker's work, and nothing else.

    The owner of the board's tables runs it, again after each `db upgrade`.
    """
    from jobraker_cli.store.grants import script

    if session.output_format() == "table":
        click.echo(script(role), nl=False)
    else:
        show_json({"role": role, "sql": script(role)})
