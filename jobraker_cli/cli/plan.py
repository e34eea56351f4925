"""`jobraker plan TASK`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command, MomentType, ShardType
from jobraker_cli.cli.output import iso, show_record
from jobraker_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from jobraker_cli.tasks.foreseen import Foreseen

_SHOWN = 10
_EPILOG = (
    "\b\nExamples:\n"
    "  jobraker plan daily-alerts                       whom a run would mail, in numbers\n"
    "  jobraker plan weekly-alerts --out weekly.plan    and keep the plan\n"
    "  jobraker run --plan weekly.plan                  send exactly that"
)


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("task")
@click.option("--now", type=MomentType(), help="The moment the run would believe it is.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many messages are planned.")
@click.option("--shard", type=ShardType(), default=(1, 1), help="Only part K of N of the people.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Keep the plan, for `run --plan FILE`.")  # fmt: skip
def plan(
    task: str, now: datetime | None, limit: int | None, shard: tuple[int, int], out: Path | None
) -> None:
    """Say whom a run would mail: by alert, kind, domain and provider, until when, how unusual.

    Nothing is written but the file that --out names. It holds no addresses.
    """
    from jobraker_cli.tasks.app import RunOptions
    from jobraker_cli.tasks.foreseen import foresee
    from jobraker_cli.tasks.frozen import dump
    from jobraker_cli.tasks.task import all_tasks

    known = all_tasks()
    if task not in known or known[task].plan is None:
        planning = ", ".join(name for name, one in known.items() if one.plan is not None)
        raise UsageError(f"There is no task {task!r} that plans anything; there are {planning}")
    app = session.app(now=now, readonly=True)
    options = RunOptions(dry_run=True, limit=limit, shard=shard)
    found = foresee(app, known[task], options, given=now is not None)
    if out is not None:
        try:
            out.write_text(dump(found.frozen), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{out} cannot be written: {error.strerror}") from error
    show_record(_json(found, out), _words(found, out))


def _json(found: "Foreseen", out: Path | None) -> dict[str, Any]:
    numbers = found.forecast
    return {
        "task": found.frozen.task,
        "now": iso(found.frozen.now),
        "planned": numbers.planned,
        "by_kind": numbers.by_kind,
        "by_alert": numbers.by_alert,
        "by_domain": numbers.by_domain,
        "by_provider": numbers.by_provider,
        "eta_seconds": numbers.eta_seconds,
        "usual": found.usual,
        "difference": None if found.usual is None else numbers.planned - found.usual,
        "tripwires": [{"name": one.name, "detail": one.detail} for one in found.tripped],
        "file": None if out is None else str(out),
    }


def _words(found: "Foreseen", out: Path | None) -> Iterator[str]:
    numbers = found.forecast
    yield f"{found.frozen.task} would send {numbers.planned} messages; nothing was written"
    yield f"usual: {_usual(numbers.planned, found.usual)}"
    for title, counts in (
        ("kinds", numbers.by_kind),
        ("alerts", numbers.by_alert),
        ("domains", numbers.by_domain),
        ("mailbox providers", numbers.by_provider),
    ):
        yield from _listed(title, counts)
    if numbers.eta_seconds is None:
        yield "time: no quota bounds the sending"
    else:
        yield f"time: the last leaves {numbers.eta_seconds} seconds after the first, by the quotas"
    for one in found.tripped:
        yield f"TRIPWIRE {one.name}: {one.detail}; a run stops until it is given --confirm"
    if out is not None:
        yield f"send exactly this: jobraker run --plan {out}"


def _usual(planned: int, usual: float | None) -> str:
    if usual is None:
        return "not known yet, for too few runs have sent anything"
    return (
        f"{usual:g} messages, so {planned - usual:+g} today ({planned / usual:.1f} times as many)"
    )


def _listed(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    shown = list(counts.items())[:_SHOWN]
    if not shown:
        return
    yield f"{title}:"
    yield from (f"  {number:>7}  {name}" for name, number in shown)
    if len(counts) > len(shown):
        rest = sum(counts.values()) - sum(number for _, number in shown)
        yield f"  {rest:>7}  in {len(counts) - len(shown)} others"
