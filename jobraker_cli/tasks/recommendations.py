"""The task `recommendations`: once a week a few jobs that suit a person, and why.

What the web application recommends comes first; for people it has nothing for, their profile is
compared with the open jobs. Nobody gets a job that they had before, by whatever mail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cached_property

from sqlalchemy import Connection

from jobraker_cli.mail.consent import Way
from jobraker_cli.mail.kinds import KINDS
from jobraker_cli.matching.eligible import is_fresh
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.matching.recommend import Recommendation, suits
from jobraker_cli.matching.recommender import Recommender
from jobraker_cli.model import Job, MatchRules
from jobraker_cli.store import jobs, notifications, past, profiles, queueing, standing, vacancies
from jobraker_cli.store.engine import reading
from jobraker_cli.store.locks import lock
from jobraker_cli.store.past import History, SentJobs
from jobraker_cli.store.profiles import Candidate
from jobraker_cli.tasks import alert_mail, consents, messages
from jobraker_cli.tasks.alerts import in_shard, rules_of
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.digest import Item
from jobraker_cli.tasks.message_ids import message_id
from jobraker_cli.tasks.messages import Draft
from jobraker_cli.tasks.periods import Schedule, period_label
from jobraker_cli.tasks.recommended import check
from jobraker_cli.tasks.report import PlannedJob, RunReport
from jobraker_cli.tasks.task import Task

KIND = "job_recommendations"
BATCH = 200  # people planned and written together
POOL = 20_000  # open jobs, the newest, that profiles are compared with
LOOKED_AT = 4  # times as many of the web application's recommendations as are shown


def plan(app: App, run: Run, report: RunReport) -> None:
    """Queue this week's recommendations of everybody who has none yet."""
    if run.options.dry_run:
        _Planner(app, run, report).plan()
        return
    # With an alert task at once a person could get one job by both: one plans after the other.
    with lock(app.engine, app.settings.database_url, "planning", wait=True, stop=app.stop):
        _Planner(app, run, report).plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """A recommendation that would go out: the message and what to remember with it."""

    draft: Draft
    items: tuple[Item, ...]

    def sent_jobs(self) -> SentJobs:
        """What to remember of every job shown."""
        shown = [one.advert for one in self.items]
        return SentJobs(self.draft.user.id, self.draft.id, shown)


class _Planner:
    """One run."""

    def __init__(self, app: App, run: Run, report: RunReport) -> None:
        self.app = app
        self.run = run
        self.report = report
        self.rules: MatchRules = rules_of(app)
        self.oldest = run.now - timedelta(days=app.settings.alert_max_posted_age)
        self.week = period_label("weekly", run.now, app.settings.timezone)

    def plan(self) -> None:
        """Go through everybody, batch by batch."""
        after: str | None = None
        while not self.app.stop.is_set():
            with reading(self.app.engine) as connection:
                batch = profiles.candidates(connection, after_user=after, limit=BATCH)
            if not batch:
                return
            after = batch[-1].user.id
            people = [one for one in batch if in_shard(one.user.id, self.run.options.shard)]
            mails = self._mails(people)
            left = messages.room(self.app, self.run, self.report)
            kept = mails if left is None else mails[:left]
            self._write(kept)
            if len(kept) < len(mails):
                return

    def _mails(self, people: Sequence[Candidate]) -> list[_Mail]:
        """What these people get; all they need is read at once."""
        now, zone = self.run.now, self.app.settings.timezone
        ids = [one.user.id for one in people]
        with reading(self.app.engine) as connection:
            keys = {user_id: self._key(user_id) for user_id in ids}
            taken = queueing.taken_keys(connection, list(keys.values()))
            taken |= notifications.known(connection, map(message_id, keys.values()))
            due = [
                one
                for one in people
                if not {keys[one.user.id], message_id(keys[one.user.id])} & taken
            ]
            wishes = consents.read(connection, [one.user.id for one in due], now, zone)
            people_due = [one.user.id for one in due]
            since = now - timedelta(days=self.app.settings.alert_repost_days)
            histories = past.with_vacancies(
                past.histories(connection, people_due),
                vacancies.mailed(connection, people_due, None, since=since),
            )
            pending = self._pending(connection, due, histories)
        mails = []
        scope = KINDS[KIND].scope
        for one in due:
            way = wishes.of(one.user.id, scope).way
            items = () if way is Way.LATER else self._items(one, pending, histories)
            if items:
                mails.append(self._mail(one, items, by_mail=way is Way.MAIL))
        return mails

    def _key(self, user_id: str) -> str:
        return f"{KIND}:{user_id}:{self.week}"

    def _pending(
        self, connection: Connection, people: Sequence[Candidate], histories: Mapping[str, History]
    ) -> Mapping[str, Sequence[Job]]:
        """The web application's recommendations that may be mailed, best first, by person."""
        shown = self.app.settings.recommendations_max_jobs * LOOKED_AT
        wanted: dict[str, list[str]] = {}
        for user_id, found in profiles.pending(connection, [one.user.id for one in people]).items():
            fresh = [one.job_id for one in found if not histories[user_id].excludes(one.job_id)]
            wanted[user_id] = fresh
        still_open = standing.open_jobs(
            connection, {job for ids in wanted.values() for job in ids}, self.run.now
        )
        best = {
            user: [job for job in ids if job in still_open][:shown] for user, ids in wanted.items()
        }
        rows = jobs.by_id(connection, {job for ids in best.values() for job in ids})
        rows = {job_id: job for job_id, job in rows.items() if is_fresh(job, self.oldest)}
        return {user: [rows[job] for job in ids if job in rows] for user, ids in best.items()}

    def _items(
        self,
        one: Candidate,
        pending: Mapping[str, Sequence[Job]],
        histories: Mapping[str, History],
    ) -> tuple[Item, ...]:
        """The jobs that a person is shown, best first."""
        limit = self.app.settings.recommendations_max_jobs
        named = pending.get(one.user.id, ())
        if named:
            known = histories[one.user.id].vacancies
            judged = (suits(one.profile, job, self.rules, self.run.now) for job in named)
            found = [suiting for suiting in judged if suiting.job.fingerprint not in known]
        elif one.profile.skills or one.profile.title:
            history = histories[one.user.id]

            def excluded(job: PreparedJob) -> bool:
                return history.excludes(job.job.id, job.fingerprint)

            found = list(self._recommender.best(one.profile, limit=limit, excluded=excluded))
        else:
            found = []
        vacancies = {item.advert.fingerprint: item for item in reversed([*map(_item, found)])}
        return tuple(reversed(vacancies.values()))[:limit]

    @cached_property
    def _recommender(self) -> Recommender:
        """The open jobs, read when the first person needs them."""
        with reading(self.app.engine) as connection:
            rows = jobs.newest_open(connection, self.rules, now=self.run.now, limit=POOL)
        fresh = (prepare(job, self.rules) for job in rows if is_fresh(job, self.oldest))
        return Recommender(fresh, self.rules, self.run.now)

    def _mail(self, one: Candidate, items: tuple[Item, ...], *, by_mail: bool) -> _Mail:
        draft = Draft(
            kind=KIND,
            key=self._key(one.user.id),
            user=one.user,
            facts={"jobs": [alert_mail.job_facts(item) for item in items]},
            page="recommendations",
            by_mail=by_mail,
            jobs=tuple(
                PlannedJob(id=item.job.id, title=item.job.title, reasons=item.reasons)
                for item in items
            ),
        )
        return _Mail(draft=draft, items=items)

    def _write(self, mails: Sequence[_Mail]) -> None:
        """Messages, notifications and sent jobs, in one transaction."""
        mails = [one for one in mails if messages.in_plan(self.app, self.run, one.draft)]
        drafts = [mail.draft for mail in mails]
        if self.run.options.dry_run:
            messages.preview(self.app, self.run, self.report, drafts)
            return
        with self.app.engine.begin() as connection:
            new = messages.write(connection, self.app, self.run, self.report, drafts)
            past.write_sent_jobs(
                connection,
                [mail.sent_jobs() for mail in mails if mail.draft.by_mail and mail.draft.id in new],
            )


def _item(found: Recommendation) -> Item:
    return Item(found.job.advert, found.reasons)


TASKS = (
    Task(
        name="recommendations",
        about="The week's best jobs for each person's profile",
        schedule=Schedule(at=time(10, 0), weekday=0),
        plan=plan,
        checks={KIND: check},
    ),
)
