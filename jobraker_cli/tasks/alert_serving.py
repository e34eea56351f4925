"""Serving a batch of alerts: matched together, composed person by person, queued group by group."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from jobraker_cli.mail.consent import ONE_ALERT, Way
from jobraker_cli.matching.match import Ranked
from jobraker_cli.matching.matcher import Search
from jobraker_cli.store import past, queueing, vacancies
from jobraker_cli.store.alerts import Due, asked
from jobraker_cli.store.engine import reading
from jobraker_cli.store.past import History
from jobraker_cli.tasks import consents
from jobraker_cli.tasks.alert_group import Group, Writer
from jobraker_cli.tasks.alert_making import Maker, would_be_of_everything
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.digest import Found
from jobraker_cli.tasks.new_jobs import NewJobs

KNOWN_BATCH = 10_000  # users whose pasts and choices are read together
USER_BATCH = 2_500  # users queued in one transaction


class _Known(NamedTuple):
    """What is known of people for whom something was found.

    Who was served this period, what they did, what they chose, in which language.
    """

    served: set[str]
    histories: Mapping[str, History]
    wishes: consents.Consents
    locales: Mapping[str, str]


class Serving:
    """Serves the alerts of one run; what people were mailed counts from `mailed_since` on."""

    def __init__(
        self,
        app: App,
        run: Run,
        *,
        jobs: NewJobs,
        search: Search,
        make: Maker,
        writer: Writer,
        mailed_since: datetime,
    ) -> None:
        self.app = app
        self.run = run
        self.jobs = jobs
        self.search = search
        self.make = make
        self.writer = writer
        self.mailed_since = mailed_since
        self.only_counts = run.options.counting and run.options.plan is None

    def batch(self, batch: Sequence[Due]) -> bool:
        """Match a batch of alerts and queue its digests; False at the limit or a signal."""
        found: dict[str, list[tuple[Due, Ranked]]] = {}
        answers = self.search.answers(asked(batch))
        for number, one in enumerate(batch if answers else ()):
            matches = answers and answers.matches(number)
            if matches:
                found.setdefault(one.user_id, []).append((one, matches))
        users = [list(group) for _, group in groupby(batch, key=attrgetter("user_id"))]
        return all(self._people(part, found) for part in _parts(users, KNOWN_BATCH))

    def _people(self, users: Sequence[list[Due]], found: Mapping[str, Found]) -> bool:
        """Queue the digests of some users, group by group; False at the limit or a signal."""
        if self.app.stop.is_set():
            return False
        known = self._known([one[0].user_id for one in users], found)
        return all(
            not self.app.stop.is_set() and self._users(part, found, known)
            for part in _parts(users, USER_BATCH)
        )

    def _users(self, users: Sequence[list[Due]], found: Mapping[str, Found], known: _Known) -> bool:
        """Compose and queue the digests of some users in one transaction."""
        group = Group()
        for subscriptions in users:
            if subscriptions[0].user_id in known.served:
                group.waiting += subscriptions  # the next period goes on
        for subscriptions in users:
            user_id = subscriptions[0].user_id
            if user_id in known.served:
                continue
            if not self.writer.has_room(group):
                self.writer.write(group)
                return False
            self._serve(user_id, subscriptions, found.get(user_id, ()), known, group)
        self.writer.write(group)
        return True

    def _known(self, user_ids: Sequence[str], found: Mapping[str, Found]) -> _Known:
        with reading(self.app.engine) as connection:
            # Those for whom there is nothing have their marks moved on, served this period or not.
            keys = {self.make.key(user_id): user_id for user_id in user_ids if user_id in found}
            served = {keys[key] for key in queueing.taken_keys(connection, keys)}
            wanted = [user_id for user_id in keys.values() if user_id not in served]
            known = vacancies.mailed(
                connection, wanted, self.jobs.fingerprints, since=self.mailed_since
            )
            histories = past.histories(connection, wanted, among=self.jobs.ids)
            return _Known(
                served=served,
                histories=past.with_vacancies(histories, known),
                wishes=consents.read(connection, wanted, self.run.now, self.app.settings.timezone),
                locales=self.app.locales.of(connection, wanted),
            )

    def _serve(
        self, user_id: str, alerts: Sequence[Due], found: Found, known: _Known, group: Group
    ) -> None:
        """Compose what one person gets of what their alerts found."""
        if not found:
            group.add(alerts, None)
            return
        ways = _ways(alerts, known.wishes)
        if Way.LATER in ways.values():  # the weekly cap: it comes with the next digest
            group.waiting += alerts
            return
        mailed = {
            one.id
            for one in alerts
            if one.email_notifications and ways.get(one.id, Way.MAIL) is Way.MAIL
        }
        locale = known.locales.get(user_id, "")
        mail = None
        by_mail = [one for one in found if one[0].id in mailed]
        if self.only_counts:
            of_everything = would_be_of_everything(by_mail, known.histories[user_id])
            group.counted += [] if of_everything is None else [of_everything]
            return
        if by_mail:
            mail = self.make.mail(alerts[0].user, by_mail, known.histories[user_id], locale)
        frozen = self.run.options.plan
        if mail is not None and frozen is not None and not frozen.holds(mail.queued):
            group.waiting += alerts  # it is not in the plan: the next run looks again
            return
        group.add(alerts, mail)
        in_app = [one for one in found if one[0].id not in mailed]
        if in_app:
            history = known.histories[user_id]
            group.notices += self.make.in_app(user_id, in_app, history, mail, locale)


def _ways(alerts: Sequence[Due], wishes: consents.Consents) -> dict[str, Way]:
    """How one person wants to be told of what each alert finds, by its id; empty: by mail."""
    if alerts[0].user_id not in wishes.chosen:
        return {}
    return {one.id: wishes.of(one.user_id, f"{ONE_ALERT}{one.id}").way for one in alerts}


def _parts(users: Sequence[list[Due]], size: int) -> Iterator[Sequence[list[Due]]]:
    return (users[start : start + size] for start in range(0, len(users), size))
