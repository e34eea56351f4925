"""The values that cross module borders: frozen, typed, without behaviour of their own.

Ids are canonical lower-case UUID strings with dashes, moments are aware UTC datetimes.
"""

from dataclasses import dataclass
from datetime import datetime

APPLICATION_STATUSES = (
    "pending",
    "submitting_via_skyvern",
    "submitted",
    "under_review",
    "interview_scheduled",
    "interview_completed",
    "offer_received",
    "accepted",
    "rejected",
    "withdrawn",
    "failed_to_submit",
    "skyvern_submission_failed",
    "skyvern_canceled",
    "skyvern_requires_attention",
)
"""What the web application calls the statuses of an application; others are possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of the shared table `jobs`, with the columns that jobraker reads.

    `run_seq` says in which intake the job was first seen (0: not from the ledger).
    `requirements` and `description` are empty unless the rules search them.
    """

    id: str
    title: str
    company: str = ""
    location: str = ""
    city: str = ""
    state: str = ""
    country: str = "US"
    is_remote: bool = False
    remote_type: str = "no"
    job_type: str = "full_time"
    experience_level: str = "mid"
    salary_min: int | None = None
    salary_max: int | None = None
    salary_currency: str = "USD"
    salary_period: str = "yearly"
    skills_required: tuple[str, ...] = ()
    skills_preferred: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    external_source: str = ""
    external_url: str = ""
    status: str = "active"
    posted_at: datetime | None = None
    deadline: datetime | None = None
    created_at: datetime | None = None
    requirements: str = ""
    description: str = ""
    run_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A row of the shared table `job_alerts`; empty strings and None mean "any".

    `keywords` is already reduced to a tuple of non-blank strings.
    `floor` is the last intake this alert was served: only jobs of a higher run_seq are new to it.
    """

    id: str
    user_id: str
    name: str = ""
    keywords: tuple[str, ...] = ()
    location: str = ""
    job_type: str = ""
    experience_level: str = ""
    remote_only: bool = False
    min_salary: int | None = None
    max_salary: int | None = None
    frequency: str = "daily"
    email_notifications: bool = True
    is_active: bool = True
    floor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who gets the mail: the columns of `users` that jobraker reads."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person says of themselves: the columns of `user_profiles` that jobraker reads.

    `places` are where they would work, or where they are if they do not say. Empty means unsaid.
    """

    user_id: str
    title: str = ""
    skills: tuple[str, ...] = ()
    level: str = ""
    places: tuple[str, ...] = ()
    job_types: tuple[str, ...] = ()
    salary_min: int | None = None
    remote_ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A row of the shared table `applications` with the job's title and company.

    The details are whatever JSON the web application holds there; None where it holds none.
    """

    id: str
    user_id: str
    job_id: str
    status: str = ""
    title: str = ""
    company: str = ""
    applied_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_contact_at: datetime | None = None
    interview_at: datetime | None = None
    follow_up_at: datetime | None = None
    reminded_at: datetime | None = None
    interview_details: object = None
    offer_details: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSeen:
    """What the ledger knows of an application's status.

    `told` is the status that its owner knows of, `told_before` what they knew before the message
    `outbox_id`; `unsent` says that this message never went. `since` is None for a status that was
    there at the baseline. `version` counts the changes of this row.
    """

    status: str
    told: str
    told_before: str = ""
    outbox_id: str | None = None
    unsent: bool = False
    since: datetime | None = None
    touched_at: datetime | None = None
    waiting_status: str | None = None
    waiting_since: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRules:
    """How alerts are read: the ALERT_* settings, as values."""

    match_fields: tuple[str, ...] = (
        "title",
        "skills_required",
        "skills_preferred",
        "technologies",
    )
    currency: str = "USD"
    require_salary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition of an alert or of eligibility: whether it holds, and on what evidence."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an alert matches a job or not, clause by clause."""

    match: bool
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an outbox row says of one message: all that its bytes depend on.

    `payload` is the JSON text that the row holds; `message_id` is with angle brackets; `locale` is
    the tag of the language it is written in, empty for the board's default.
    """

    id: str
    kind: str
    user_id: str | None
    recipient: str
    payload: str
    message_id: str
    created_at: datetime
    locale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What one person chose about the mail of one scope.

    `choice` is mail, paused (until a moment; None: until they say so) or unsubscribed. The
    `weekly_cap` of the scope "all" bounds the list mails of a calendar week; None is no bound.
    """

    scope: str
    choice: str = "mail"
    until: datetime | None = None
    weekly_cap: int | None = None
