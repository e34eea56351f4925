"""What people did with jobs and were mailed before: what they must not be mailed (again).

Functions take an open connection and never commit.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select, text

from jobraker_cli.matching.prepared import Advert
from jobraker_cli.store.among import array_of, one_of
from jobraker_cli.store.copying import copy, id_field, row_start, text_field
from jobraker_cli.store.ledger import sent_job
from jobraker_cli.store.shared import applications, recommended_jobs
from jobraker_cli.store.types import Id
from jobraker_cli.store.upsert import insert_into

NOT_WANTED = ("dismissed", "irrelevant")
# By the index of each person, whatever the planner knows of the table: in a first run it grows from
# nothing. The text keeps it from trying every job of every user in the index, one by one.
_MAILED = text("""
SELECT person.id AS user_id, sent.job_id FROM unnest(CAST(:user_id AS uuid[])) AS person (id)
CROSS JOIN LATERAL (
    SELECT job_id FROM jobraker_sent_job WHERE user_id = person.id OFFSET 0
) AS sent
WHERE CAST(sent.job_id AS text) = ANY(CAST(:job_id AS text[]))
""").columns(user_id=Id(), job_id=Id())


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What one user did with jobs: ids of jobs applied to, dismissed, and mailed before.

    `vacancies` are the fingerprints of those that were mailed, in whichever posting.
    """

    applied: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    mailed: frozenset[str] = frozenset()
    vacancies: frozenset[str] = frozenset()

    @property
    def done_with(self) -> frozenset[str]:
        """Jobs that the user has applied to or dismissed."""
        return self.applied | self.dismissed

    def excludes(self, job_id: str, fingerprint: str = "") -> bool:
        """Whether a job must not be mailed to this user (again)."""
        if fingerprint in self.vacancies:
            return True
        return job_id in self.applied or job_id in self.dismissed or job_id in self.mailed


NO_HISTORY = History()


def histories(
    connection: Connection, user_ids: Collection[str], *, among: Collection[str] | None = None
) -> Mapping[str, History]:
    """The histories of users, three queries for all of them together.

    With `among` of what they were mailed at least these jobs, so that a long past costs little.
    """
    applied, dismissed = _applied(connection, user_ids), _dismissed(connection, user_ids)
    mailed = _mailed(connection, user_ids, among)
    with_any = applied.keys() | dismissed.keys() | mailed.keys()
    return dict.fromkeys(user_ids, NO_HISTORY) | {
        user: History(
            applied=frozenset(applied.get(user, ())),
            dismissed=frozenset(dismissed.get(user, ())),
            mailed=frozenset(mailed.get(user, ())),
        )
        for user in with_any
    }


def done_with(connection: Connection, user_ids: Collection[str]) -> Mapping[str, Set[str]]:
    """By user, the jobs that they applied to or dismissed; those who did neither are left out."""
    applied, dismissed = _applied(connection, user_ids), _dismissed(connection, user_ids)
    return {
        user: applied.get(user, set()) | dismissed.get(user, set())
        for user in applied.keys() | dismissed.keys()
    }


def _applied(connection: Connection, user_ids: Collection[str]) -> dict[str, set[str]]:
    found = select(applications.c.user_id, applications.c.job_id)
    return _jobs_by_user(connection, found, user_ids)


def _dismissed(connection: Connection, user_ids: Collection[str]) -> dict[str, set[str]]:
    found = select(recommended_jobs.c.user_id, recommended_jobs.c.job_id)
    found = found.where(recommended_jobs.c.status.in_(NOT_WANTED))
    return _jobs_by_user(connection, found, user_ids)


def with_vacancies(
    found: Mapping[str, History], mailed: Mapping[str, Set[str]]
) -> Mapping[str, History]:
    """The histories with the vacancies that each user was mailed before."""
    more = {user: replace(found[user], vacancies=frozenset(keys)) for user, keys in mailed.items()}
    return {**found, **more} if more else found


class SentJobs(NamedTuple):
    """The vacancies that a message shows somebody."""

    user_id: str
    outbox_id: str
    vacancies: Sequence[Advert]


_SENT_JOB = ("user_id", "job_id", "fingerprint", "outbox_id")
_ROW_START = row_start(_SENT_JOB)


def _packed(message: SentJobs) -> bytes:
    """The rows of a message, as COPY takes them."""
    before, behind = _ROW_START + id_field(message.user_id), id_field(message.outbox_id)
    postings = [
        _posting(job_id, advert.fingerprint)
        for advert in message.vacancies
        for job_id in advert.job_ids
    ]
    return before + (behind + before).join(postings) + behind if postings else b""


@lru_cache(maxsize=50_000)
def _posting(job_id: str, fingerprint: str) -> bytes:
    """The fields that many people's rows share."""
    return id_field(job_id) + text_field(fingerprint)


def write_sent_jobs(connection: Connection, messages: Sequence[SentJobs]) -> None:
    """Remember which jobs were queued for whom."""
    by_copy = connection.dialect.name == "postgresql" and bool(messages)
    if by_copy and copy(connection, sent_job, _SENT_JOB, map(_packed, messages)):
        return
    rows = [
        {
            "user_id": one.user_id,
            "job_id": job_id,
            "fingerprint": advert.fingerprint,
            "outbox_id": one.outbox_id,
        }
        for one in messages
        for advert in one.vacancies
        for job_id in advert.job_ids
    ]
    if rows:
        connection.execute(insert_into(connection, sent_job).on_conflict_do_nothing(), rows)


def forget_sent(
    connection: Connection, user_id: str, job_ids: Collection[str], outbox_id: str
) -> None:
    """Forget that these jobs were queued for a user, for they were taken out of the message."""
    if job_ids:
        connection.execute(
            sent_job.delete().where(
                sent_job.c.user_id == user_id,
                sent_job.c.job_id.in_(list(job_ids)),
                sent_job.c.outbox_id == outbox_id,
            )
        )


def _mailed(
    connection: Connection, user_ids: Collection[str], among: Collection[str] | None
) -> dict[str, set[str]]:
    if among is None or connection.dialect.name != "postgresql":
        found = select(sent_job.c.user_id, sent_job.c.job_id)
        return _jobs_by_user(connection, found, user_ids)
    by_user: dict[str, set[str]] = {}
    arrays = {"user_id": array_of(user_ids), "job_id": array_of(among)}
    for row in connection.execute(_MAILED, arrays):
        by_user.setdefault(row.user_id, set()).add(row.job_id)
    return by_user


def _jobs_by_user(
    connection: Connection, found: Select[Any], user_ids: Collection[str]
) -> dict[str, set[str]]:
    by_user: dict[str, set[str]] = {}
    wanted = one_of(connection, found.selected_columns.user_id, user_ids)
    for row in connection.execute(found.where(wanted)):
        by_user.setdefault(row.user_id, set()).add(row.job_id)
    return by_user
