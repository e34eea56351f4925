"""The message of kind `job_alert`: its payload, and the check of it right before the send."""

import json
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from sqlalchemy import Connection

from jobraker_cli.delivery.checks import Checked
from jobraker_cli.mail import payloads
from jobraker_cli.mail.consent import ONE_ALERT, consent
from jobraker_cli.mail.digest import first_job, headline
from jobraker_cli.mail.wording import Words
from jobraker_cli.matching.prepared import Advert, PreparedJob, prepare
from jobraker_cli.model import Job, MatchRules, Preference, User
from jobraker_cli.store import jobs, outbox, past, preferences, standing
from jobraker_cli.store.outbox import Claimed
from jobraker_cli.tasks.digest import Digest, Item, Section, together

KIND = "job_alert"
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IDS = re.compile(f"{_ID}(?:,{_ID})*")
POSTINGS = 50  # of one vacancy that a payload remembers
_Shown = dict[str, Any]  # a vacancy as payloads hold it
_KEPT = 50_000  # vacancies of which the facts are kept as JSON text, and jobs their names


def digest_key(frequency: str, user_id: str, period: str | int) -> str:
    """What a person gets once: one mail a frequency and period; without periods, an intake."""
    return f"{KIND}:{frequency}:{user_id}:{period}"


class Payloads:
    """The payloads of the digests of one run: JSON texts of raw facts, worded when rendered.

    `reposts` says by fingerprint since when a vacancy is known that was posted before. What many
    digests say of a job is spelled once.
    """

    def __init__(self, *, frequency: str, period: str, reposts: Mapping[str, datetime]) -> None:
        self._run = f'"frequency":{_quoted(frequency)},"period":{_quoted(period)}'
        self._reposts = reposts
        self._known: dict[tuple[str, ...], tuple[str, str]] = {}  # by the ids of the postings

    def of(self, user: User, digest: Digest) -> str:
        """The digest as JSON text."""
        sections = ",".join(map(self._section, digest.sections))
        name = _quoted(user.first_name)
        return f'{{"name":{name},{self._run},"more":{digest.more},"sections":[{sections}]}}'

    def _section(self, section: Section) -> str:
        alert, jobs = section.alert, ",".join(map(self._item, section.items))
        named = f'"alert_id":{_quoted(alert.id)},"alert_name":{_quoted(alert.name)}'
        return f'{{{named},"jobs":[{jobs}]}}'

    def _item(self, item: Item) -> str:
        advert, reasons = item
        known = self._known.get(advert.job_ids)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[advert.job_ids] = self._facts(advert)
        return f"{known[0]}{','.join(map(_quoted, reasons))}{known[1]}"

    def _facts(self, advert: Advert) -> tuple[str, str]:
        """What stands before an item's reasons and behind them."""
        raw = _facts(advert, self._reposts.get(advert.fingerprint))
        facts = json.dumps(raw, separators=(",", ":"))[:-1]
        ids = ",".join(map(_quoted, advert.job_ids[:POSTINGS]))
        return f'{facts},"reasons":[', f'],"job_ids":[{ids}]}}'


class Titles:
    """What the notifications of digests say in one language; each job is named once."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._named: dict[str, str] = {}  # by the job's id

    def of(self, digest: Digest) -> str:
        """The title of a digest's notification."""
        job = digest.sections[0].items[0].job
        named = self._named.get(job.id)
        if named is None:
            if len(self._named) >= _KEPT:
                self._named.clear()
            named = self._named[job.id] = first_job(job.title, job.company, self._words)
        return headline(named, digest.total, self._words)


def job_facts(item: Item, first_seen: datetime | None = None) -> dict[str, object]:
    """A vacancy as payloads hold it."""
    return {
        **_facts(item.advert, first_seen),
        "reasons": list(item.reasons),
        "job_ids": list(item.advert.job_ids[:POSTINGS]),
    }


def _facts(advert: Advert, first_seen: datetime | None) -> dict[str, object]:
    """What is said of a vacancy whoever is told of it."""
    job = advert.job
    return {
        "id": job.id,
        "title": job.title,
        "company": job.company,
        "places": list(advert.places),
        "remote": _remote(job),
        "job_type": job.job_type,
        "experience_level": advert.level,
        "salary_min": job.salary_min,
        "salary_max": job.salary_max,
        "salary_currency": job.salary_currency,
        "salary_period": job.salary_period,
        "posted_at": None if job.posted_at is None else job.posted_at.isoformat(),
        "first_seen": None if first_seen is None else first_seen.isoformat(),
        "deadline": None if job.deadline is None else job.deadline.isoformat(),
    }


def _remote(job: Job) -> str:
    return "full" if job.is_remote and job.remote_type == "no" else job.remote_type


def check(
    connection: Connection, claimed: Sequence[Claimed], now: datetime
) -> Mapping[str, Checked]:
    """Cancel digests nobody may get any more; drop what is over or done with from the others.

    A message that was tried before keeps its content: a retry sends the same bytes. What is dropped
    was not mailed, so that a repost of it is.
    """
    contents = {one.letter.id: _read(one.letter.payload) for one in claimed}
    read = [content for content in contents.values() if content is not None]
    users = {one.letter.user_id for one in claimed if one.letter.user_id is not None}
    active = standing.active_users(connection, users)
    wanted = standing.wanted_alerts(connection, set().union(*(one.alert_ids for one in read)))
    wanted -= _declined(preferences.chosen(connection, users), now)
    still_open = standing.open_jobs(connection, set().union(*(one.job_ids for one in read)), now)
    done_with = past.done_with(connection, users)
    found: dict[str, Checked] = {}
    doubtful: list[tuple[Claimed, _Content, Set[str]]] = []
    for one in claimed:
        content, user_id = contents[one.letter.id], one.letter.user_id
        if user_id is not None and user_id not in active:
            found[one.letter.id] = Checked(cancel="the user is gone or deactivated")
        elif content is not None:
            own = done_with.get(user_id or "")
            fitting = still_open - own if own else still_open
            if not content.goes_as_it_is(wanted, fitting):
                doubtful.append((one, content, fitting))
    return {**found, **_looked_through(connection, doubtful, wanted)}


def _looked_through(
    connection: Connection,
    doubtful: Sequence[tuple[Claimed, "_Content", Set[str]]],
    wanted: set[str],
) -> Mapping[str, Checked]:
    """The verdicts on digests that something in is over, each with the jobs that fit."""
    found: dict[str, Checked] = {}
    tried = outbox.tried(connection, [one.letter.id for one, _, _ in doubtful])
    changed = set().union(*(content.partly(fitting) for _, content, fitting in doubtful))
    rows = jobs.by_id(connection, changed)
    postings = {job_id: prepare(row, MatchRules()) for job_id, row in rows.items()}
    for one, content, fitting in doubtful:
        row_id, user_id, still = one.letter.id, one.letter.user_id, _still(fitting, postings)
        checked = _checked(content.payload, wanted, still, frozen=row_id in tried)
        if checked is not None:
            found[row_id] = checked
            if checked.payload and user_id is not None:
                dropped = content.job_ids - _job_ids(json.loads(checked.payload))
                past.forget_sent(connection, user_id, dropped, row_id)
    return found


def _declined(chosen: Mapping[str, Mapping[str, Preference]], now: datetime) -> set[str]:
    """The alerts that people unsubscribed from, or paused, one by one."""
    return {
        scope.removeprefix(ONE_ALERT)
        for choices in chosen.values()
        for scope in choices
        if scope.startswith(ONE_ALERT) and not consent(scope, choices, now).may_mail
    }


def _checked(
    content: dict[str, Any],
    wanted: set[str],
    still: Callable[[_Shown], _Shown | None],
    *,
    frozen: bool,
) -> Checked | None:
    """The verdict on one digest; None when it goes as it is."""
    sections = [one for one in content["sections"] if one["alert_id"] in wanted]
    if not sections:
        return Checked(cancel="every alert in it was deleted, paused or unsubscribed")
    if frozen:
        return None
    kept = [
        {**one, "jobs": [job for job in map(still, one["jobs"]) if job is not None]}
        for one in sections
    ]
    kept = [one for one in kept if one["jobs"]]
    if not kept:
        return Checked(cancel="every job in it was closed, applied to or dismissed")
    if kept == content["sections"]:
        return None
    return Checked(payload=json.dumps({**content, "sections": kept}, separators=(",", ":")))


def _still(
    still_open: Set[str], postings: Mapping[str, PreparedJob]
) -> Callable[[_Shown], _Shown | None]:
    def keep(job: _Shown) -> _Shown | None:
        """The vacancy if one of its postings is open, as these say it."""
        ids = [job_id for job_id in _ids(job) if job_id in still_open]
        if not ids:
            return None
        return job if len(ids) == len(_ids(job)) else _said_anew(job, ids, postings)

    return keep


def _said_anew(job: _Shown, ids: Sequence[str], postings: Mapping[str, PreparedJob]) -> _Shown:
    """A vacancy of which only these postings are open, the first the best of them."""
    still = [postings[job_id] for job_id in ids]
    facts = _facts(together(still[0].advert, still), None)
    was = postings.get(job["id"], still[0])
    now_said = {was.spot: still[0].spot, was.offer: still[0].offer}
    reasons = [now_said.get(reason, reason) for reason in job.get("reasons") or ()]
    kept = {"first_seen": job.get("first_seen"), "reasons": reasons, "job_ids": list(ids)}
    return {**job, **facts, **kept}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """A payload with the ids in it; `job_ids` are the postings behind `shown`, these among them."""

    payload: dict[str, Any]
    alert_ids: Set[str]
    job_ids: Set[str]
    shown: Set[str]

    def partly(self, still_open: Set[str]) -> Set[str]:
        """The postings of the vacancies in it that have some open ones and some others."""
        vacancies = [job for section in self.payload["sections"] for job in section["jobs"]]
        return {
            job_id
            for job in vacancies
            if 0 < sum(one in still_open for one in _ids(job)) < len(_ids(job))
            for job_id in (job["id"], *_ids(job))
        }

    def goes_as_it_is(self, wanted: Set[str], still_open: Set[str]) -> bool:
        """Whether nothing in it is over; False as well where that is not seen at once."""
        return (
            bool(self.shown)
            and self.alert_ids <= wanted
            and self.job_ids <= still_open
            and self.shown <= still_open
            and all(section["jobs"] for section in self.payload["sections"])
        )


def _read(text: str) -> _Content | None:
    """The payload if it has the shape we write; anything else is left to the composer to refuse."""
    try:
        payload: Any = payloads.checked(text)
        alert_ids: set[str] = set()
        job_ids: set[str] = set()
        shown: set[str] = set()
        for section in payload["sections"]:
            alert_ids.add(section["alert_id"])
            for job in section["jobs"]:
                shown.add(job["id"])
                job_ids.update(job.get("job_ids") or (job["id"],))
        if not (_are_ids(alert_ids) and _are_ids(job_ids)):
            return None
        return _Content(payload=dict(payload), alert_ids=alert_ids, job_ids=job_ids, shown=shown)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _are_ids(texts: Set[str]) -> bool:
    """Whether all of them have the spelling that we write."""
    if not texts:
        return True
    together = ",".join(texts)
    return len(together) == 37 * len(texts) - 1 and _IDS.fullmatch(together) is not None


def _ids(job: Mapping[str, Any]) -> list[str]:
    """The postings behind a vacancy, the shown one among them."""
    return list(job.get("job_ids") or [job["id"]])


def _job_ids(content: Mapping[str, Any]) -> set[str]:
    return {
        job_id for section in content["sections"] for job in section["jobs"] for job_id in _ids(job)
    }
