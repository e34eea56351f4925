"""The vacancies behind postings: since when the board has them, and who was mailed them.

A posting's fingerprint names its vacancy. Functions take an open connection and never commit.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, Text, TextualSelect, and_, case, or_, select, text

from jobraker_cli.matching.prepared import fingerprint, names_company
from jobraker_cli.model import Job
from jobraker_cli.store.among import array_of, one_of
from jobraker_cli.store.ledger import job_seen, outbox, sent_job, vacancy
from jobraker_cli.store.shared import jobs
from jobraker_cli.store.types import Id, present
from jobraker_cli.store.upsert import insert_into

BLOCK = 10_000
_MOST_NAMED = 5_000  # fingerprints that SQLite is asked for; of more all are read, some left out
_NEVER_SENT = ("cancelled", "dead", "suppressed")
# PostgreSQL takes many rows as arrays five times as fast as row by row.
_REMEMBER = text("""
INSERT INTO jobraker_vacancy AS known (fingerprint, first_seen, last_seen, run_seq)
SELECT new.fingerprint, new.first_seen, :now, :run_seq
FROM unnest(CAST(:fingerprint AS text[]), CAST(:first_seen AS timestamptz[]))
    AS new (fingerprint, first_seen)
ON CONFLICT (fingerprint) DO UPDATE SET
    first_seen = CASE WHEN known.last_seen < :gone_since
        THEN excluded.first_seen ELSE known.first_seen END,
    run_seq = CASE WHEN known.last_seen < :gone_since THEN excluded.run_seq ELSE known.run_seq END,
    last_seen = excluded.last_seen
""")
# By the index of each person, whatever the planner knows of the table.
_SENT = text("""
SELECT person.id AS user_id, sent.fingerprint, sent.outbox_id
FROM unnest(CAST(:user_id AS uuid[])) AS person (id) CROSS JOIN LATERAL (
    SELECT fingerprint, outbox_id FROM jobraker_sent_job WHERE user_id = person.id OFFSET 0
) AS sent
""").columns(user_id=Id(), fingerprint=Text(), outbox_id=Id())


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """Since when a vacancy is known: the moment, and the intake of its first posting."""

    first_seen: datetime
    run_seq: int


def remember(connection: Connection, run_seq: int, *, now: datetime, gone_since: datetime) -> None:
    """Write down the vacancies of an intake; a known one keeps its first day.

    One whose last posting came in before `gone_since` begins anew. Postings without a company are
    left out: no two of them are one vacancy.
    """
    same = {"now": now, "run_seq": run_seq, "gone_since": gone_since}
    for first_seen in _first_days(connection, run_seq, now):
        if first_seen and connection.dialect.name == "postgresql":
            days = array_of(day.isoformat() for day in first_seen.values())
            arrays = {"fingerprint": array_of(first_seen), "first_seen": days}
            connection.execute(_REMEMBER, same | arrays)
        elif first_seen:
            _remember(connection, first_seen, run_seq, now, gone_since)


def _remember(
    connection: Connection,
    first_seen: Mapping[str, datetime],
    run_seq: int,
    now: datetime,
    gone_since: datetime,
) -> None:
    """What `_REMEMBER` does, row by row."""
    statement = insert_into(connection, vacancy)
    new, gone = statement.excluded, vacancy.c.last_seen < gone_since
    statement = statement.on_conflict_do_update(
        index_elements=[vacancy.c.fingerprint],
        set_={
            "first_seen": case((gone, new.first_seen), else_=vacancy.c.first_seen),
            "run_seq": case((gone, new.run_seq), else_=vacancy.c.run_seq),
            "last_seen": new.last_seen,
        },
    )
    rows = [
        {"fingerprint": key, "first_seen": day, "last_seen": now, "run_seq": run_seq}
        for key, day in first_seen.items()
    ]
    connection.execute(statement, rows)


def _first_days(
    connection: Connection, run_seq: int, now: datetime
) -> Iterator[dict[str, datetime]]:
    """By fingerprint, when the first posting of each vacancy of an intake was made; in blocks."""
    found = select(jobs.c.id, jobs.c.title, jobs.c.company, jobs.c.created_at)
    found = found.join_from(job_seen, jobs, jobs.c.id == job_seen.c.job_id)
    found = found.where(job_seen.c.run_seq == run_seq)
    result = connection.execute(found.execution_options(yield_per=BLOCK))
    for rows in result.mappings().partitions(BLOCK):
        first: dict[str, datetime] = {}
        for row in rows:
            job = Job(**{"title": "", **present(row)})
            if names_company(job):
                key, made = fingerprint(job), min(job.created_at or now, now)
                first[key] = min(first.get(key, made), made)
        yield first


def known(connection: Connection, fingerprints: Collection[str]) -> Mapping[str, Vacancy]:
    """Which of these vacancies the ledger knows."""
    if not fingerprints:
        return {}
    found = select(vacancy.c.fingerprint, vacancy.c.first_seen, vacancy.c.run_seq)
    found = found.where(vacancy.c.fingerprint.in_(list(fingerprints)))
    return {
        row.fingerprint: Vacancy(first_seen=row.first_seen, run_seq=row.run_seq)
        for row in connection.execute(found)
    }


def mailed(
    connection: Connection,
    user_ids: Collection[str],
    fingerprints: Collection[str] | None,
    *,
    since: datetime,
) -> Mapping[str, set[str]]:
    """Which of these vacancies (None: of all) each person was mailed since a moment, however.

    A message that never went does not count; one that is not in the outbox any more does.
    """
    by_user: dict[str, set[str]] = {}
    if not user_ids or (fingerprints is not None and not fingerprints):
        return by_user
    went = and_(outbox.c.state.not_in(_NEVER_SENT), outbox.c.created_at >= since)
    sent = _sent(connection, user_ids).subquery("sent")
    found = select(sent.c.user_id, sent.c.fingerprint).distinct()
    found = found.outerjoin_from(sent, outbox, outbox.c.id == sent.c.outbox_id)
    found = found.where(or_(outbox.c.id.is_(None), went))
    named = connection.dialect.name == "postgresql" or len(fingerprints or ()) <= _MOST_NAMED
    if fingerprints is not None and named:
        found = found.where(one_of(connection, sent.c.fingerprint, fingerprints))
    for row in connection.execute(found):
        if fingerprints is None or row.fingerprint in fingerprints:
            by_user.setdefault(row.user_id, set()).add(row.fingerprint)
    return by_user


def _sent(
    connection: Connection, user_ids: Collection[str]
) -> "Select[tuple[str, str, str]] | TextualSelect":
    """The vacancies that were queued for these people, with their messages."""
    if connection.dialect.name == "postgresql":
        return _SENT.bindparams(user_id=array_of(user_ids))
    found = select(sent_job.c.user_id, sent_job.c.fingerprint, sent_job.c.outbox_id)
    return found.where(sent_job.c.user_id.in_(list(user_ids)))
