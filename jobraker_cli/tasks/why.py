"""Why a person was mailed a job or was not: every reason there is, from the rules and the ledger.

Nothing is written. The chat's tool and `alerts explain USER JOB` both ask here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from jobraker_cli.delivery.allowance import allowance
from jobraker_cli.delivery.checks import suppression_key
from jobraker_cli.errors import MessageError, NotFoundError
from jobraker_cli.mail.address import check_address
from jobraker_cli.mail.consent import ONE_ALERT
from jobraker_cli.matching import eligible, prepared
from jobraker_cli.matching.explain import explain
from jobraker_cli.model import Alert, Clause, Job, User
from jobraker_cli.settings import Settings
from jobraker_cli.store import alerts as store
from jobraker_cli.store import jobs, keys, past, runs, told
from jobraker_cli.store import vacancies as vacancies_of
from jobraker_cli.store.engine import reading
from jobraker_cli.store.suppressions import suppressed
from jobraker_cli.store.told import Told
from jobraker_cli.tasks import consents
from jobraker_cli.tasks.alerts import rules_of
from jobraker_cli.tasks.answers import (
    AlertAnswer,
    Answer,
    Hindrance,
    holding,
    not_mailed,
    of_message,
    of_rules,
    of_switches,
    without_needless,
)
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.consents import Consents
from jobraker_cli.tasks.turns import Turns, task_of


def why(app: App, user_id: str, job_id: str) -> Answer:
    """Why this person was or was not mailed this job; NotFoundError if one does not exist."""
    with reading(app.engine) as connection:
        user = told.user(connection, user_id)
        job = jobs.by_id(connection, [job_id]).get(job_id)
        if user is None or job is None:
            raise NotFoundError(f"There is no {'job' if user else 'user'} of this id")
        return _Inquiry(connection, app, user, job).answer()


def eligibility(app: App, user_id: str, job: Job) -> tuple[Clause, ...]:
    """Whether the job may be mailed to this person now, reposts looked through."""
    with reading(app.engine) as connection:
        messages = told.messages(connection, user_id, job.id, prepared.fingerprint(job))
        return _eligibility(connection, app, user_id, job, messages)


def _eligibility(
    connection: Connection, app: App, user_id: str, job: Job, messages: Sequence[Told]
) -> tuple[Clause, ...]:
    history = past.histories(connection, [user_id])[user_id]
    now = app.clock()
    since = now - timedelta(days=app.settings.alert_repost_days)
    known = vacancies_of.mailed(connection, [user_id], [prepared.fingerprint(job)], since=since)
    return eligible.eligibility(
        job,
        now=now,
        applied=job.id in history.applied,
        dismissed=job.id in history.dismissed,
        mailed=not_mailed(messages, reposted=user_id in known),
    )


class _Inquiry:
    """One question: the job's way through the runs, as the ledger has it."""

    def __init__(self, connection: Connection, app: App, user: User, job: Job) -> None:
        self.connection = connection
        self.app = app
        self.settings: Settings = app.settings
        self.rules = rules_of(app)
        self.now = app.clock()
        self.user = user
        self.job = job
        self.intake = told.intake(connection, job.id)
        self.baseline = runs.baseline(connection)
        self.turns = Turns(connection, app, user.id, job, self.intake)

    def answer(self) -> Answer:
        """Everything that there is to say."""
        fingerprint = prepared.fingerprint(self.job)
        messages = told.messages(self.connection, self.user.id, self.job.id, fingerprint)
        mailed = next(
            (one for one in messages if one.state == "sent" and one.shows and one.same_posting),
            None,
        )
        wishes = consents.read(self.connection, [self.user.id], self.now, self.settings.timezone)
        found = store.subscriptions(self.connection, user_id=self.user.id, limit=None)
        eligibility = _eligibility(self.connection, self.app, self.user.id, self.job, messages)
        person = tuple(self._person(len(found)))
        answers = [self._alert(one.alert, wishes) for one in found]
        if not person and not any(one.same_posting for one in messages):
            answers = [self._with_turn(one, eligibility) for one in answers]
        return Answer(
            user=self.user,
            job=self.job,
            mailed=mailed,
            messages=tuple(messages),
            alerts=without_needless(answers),
            eligibility=eligibility,
            hindrances=(*person, *self._messages(holding(messages, eligibility))),
        )

    def _messages(self, messages: Sequence[Told]) -> Iterator[Hindrance]:
        full_until = allowance(self.settings).full_until(self.connection, self.now)
        for one in messages:
            yield of_message(one, self.now, full_until)

    def _person(self, alerts: int) -> Iterator[Hindrance]:
        if not self.user.is_active:
            yield Hindrance(name="user_inactive", detail="the account is deactivated")
        if not alerts:
            yield Hindrance(name="no_alert", detail="the person has no job alert")
        try:
            address = check_address(self.user.email)
        except MessageError as error:
            yield Hindrance(name="no_address", detail=str(error))
            return
        secrets = [bytes.fromhex(secret) for _, secret in keys.all_keys(self.connection)]
        hashed = [suppression_key(secret, address) for secret in secrets]
        for reason in set(suppressed(self.connection, hashed).values()):
            yield Hindrance(name="suppressed", detail=f"the address is suppressed: {reason}")

    def _alert(self, alert: Alert, wishes: Consents) -> AlertAnswer:
        explanation = explain(alert, self.job, self.rules)
        hindrances = (
            *of_rules(explanation),
            *of_switches(alert),
            *self._declined(alert, wishes),
            *self._outside(alert),
        )
        return AlertAnswer(alert=alert, explanation=explanation, hindrances=hindrances)

    def _with_turn(self, one: AlertAnswer, eligibility: Sequence[Clause]) -> AlertAnswer:
        """The answer with what the alert's runs made of it, where nothing else explains it."""
        failing = {clause.name for clause in eligibility if not clause.holds}
        if one.hindrances or "not_mailed" in failing:
            return one
        if failing:
            return replace(one, hindrances=tuple(self.turns.left_out(one.alert, failing)))
        return replace(one, hindrances=(self.turns.reason(one.alert),))

    def _declined(self, alert: Alert, wishes: Consents) -> Iterator[Hindrance]:
        given = wishes.of(self.user.id, f"{ONE_ALERT}{alert.id}")
        if not given.may_mail:
            words = "unsubscribed" if "unsubscribed" in given.reason else "paused"
            name = "weekly_cap" if "a week" in given.reason else words
            yield Hindrance(name=name, detail=given.reason)

    def _outside(self, alert: Alert) -> Iterator[Hindrance]:
        """Whether the job lies outside what the alert's runs look at."""
        posted = self.job.posted_at
        oldest = timedelta(days=self.settings.alert_max_posted_age)
        if posted is not None and posted < self.now - oldest:
            yield Hindrance(
                name="too_old",
                detail=f"it was posted on {posted:%Y-%m-%d}, more than {oldest.days} days ago",
            )
        if (
            self.intake is not None
            and self.baseline
            and self.intake <= (self.baseline.run_seq or 0)
        ):
            taken = f"{self.baseline.started_at:%Y-%m-%d %H:%M} UTC"
            yield Hindrance(name="baseline", detail=f"it was there at the baseline of {taken}")
        if task_of(alert) is None:
            detail = f"no task serves the frequency {alert.frequency or '(none)'}"
            yield Hindrance(name="unknown_frequency", detail=detail)
