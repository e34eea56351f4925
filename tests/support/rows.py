"""What the web application writes into its tables when nothing is given, as plain Python values.

Ids are strings with dashes, moments aware UTC datetimes, JSON columns lists and dicts; the
databases spell them.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

Row = dict[str, object]

JSON_COLUMNS = frozenset(
    {
        "additional_documents",
        "function_call_data",
        "industries",
        "interview_details",
        "job_types",
        "keywords",
        "metadata",
        "offer_details",
        "preferred_locations",
        "skills",
        "skills_preferred",
        "skills_required",
        "skyvern_response_data",
        "submission_logs",
        "technologies",
    }
)
NULLABLE_JSON_COLUMNS = frozenset(
    {
        "function_call_data",
        "interview_details",
        "metadata",
        "offer_details",
        "skyvern_response_data",
    }
)

# Who goes with whom when the web application deletes: the cascades that only its ORM knows.
CHILDREN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "users": (
        ("user_profiles", "user_id"),
        ("applications", "user_id"),
        ("saved_jobs", "user_id"),
        ("job_alerts", "user_id"),
        ("recommended_jobs", "user_id"),
        ("chat_chatsession", "user_id"),
    ),
    "jobs": (
        ("applications", "job_id"),
        ("saved_jobs", "job_id"),
        ("recommended_jobs", "job_id"),
    ),
    "chat_chatsession": (("chat_chatmessage", "session_id"),),
}


def utc_now() -> datetime:
    """Return the moment a row is written, as the web application's ORM takes it."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a random UUID v4."""
    return str(uuid.uuid4())


def _user(n: int) -> Row:
    return {
        "password": f"pbkdf2_sha256$600000${'s' * 22}${'d' * 43}=",
        "last_login": None,
        "is_superuser": False,
        "first_name": "",
        "last_name": "",
        "is_staff": False,
        "is_active": True,
        "date_joined": utc_now(),
        "id": new_id(),
        "email": f"user{n}@example.org",
        "is_verified": False,
        "created_at": utc_now(),
        "updated_at": utc_now(),
    }


def _profile(_n: int) -> Row:
    return {
        "phone": "",
        "location": "",
        "linkedin_url": "",
        "github_url": "",
        "portfolio_url": "",
        "current_title": "",
        "current_company": "",
        "experience_level": "entry",
        "skills": [],
        "industries": [],
        "preferred_locations": [],
        "job_types": [],
        "salary_min": None,
        "salary_max": None,
        "remote_ok": True,
        "resume": "",
        "cover_letter_template": "",
        "auto_apply_enabled": False,
        "auto_apply_limit_daily": 5,
        "match_threshold": 0.7,
        "created_at": utc_now(),
        "updated_at": utc_now(),
    }


def _job(n: int) -> Row:
    return {
        "id": new_id(),
        "title": f"Engineer {n}",
        "company": f"Company {n}",
        "description": f"What engineer {n} does all day.",
        "requirements": "",
        "benefits": "",
        "location": "Springfield",
        "city": "",
        "state": "",
        "country": "US",
        "is_remote": False,
        "remote_type": "no",
        "job_type": "full_time",
        "experience_level": "mid",
        "salary_min": None,
        "salary_max": None,
        "salary_currency": "USD",
        "salary_period": "yearly",
        "skills_required": [],
        "skills_preferred": [],
        "technologies": [],
        "external_id": "",
        "external_source": "",
        "external_url": "",
        "company_logo_url": "",
        "processed_for_matching": False,
        "status": "active",
        "posted_date": None,
        "application_deadline": None,
        "view_count": 0,
        "application_count": 0,
        "created_at": utc_now(),
        "updated_at": utc_now(),
    }


def _application(_n: int) -> Row:
    return {
        "id": new_id(),
        "status": "pending",
        "application_type": "manual",
        "resume_used": "",
        "cover_letter": "",
        "additional_documents": [],
        "application_url": "",
        "external_application_id": "",
        "match_score": None,
        "auto_applied": False,
        "ai_generated_cover_letter": False,
        "last_contact_date": None,
        "interview_date": None,
        "follow_up_date": None,
        "skyvern_task_id": "",
        "submission_logs": [],
        "notes": "",
        "feedback_received": "",
        "applied_at": None,
        "created_at": utc_now(),
        "updated_at": utc_now(),
        "follow_up_reminder_sent_at": None,
        "interview_details": [],
        "offer_details": {},
        "skyvern_response_data": None,
        "user_defined_status": None,
        "user_notes": "",
    }


def _saved_job(_n: int) -> Row:
    return {"id": new_id(), "category": "", "notes": "", "created_at": utc_now()}


def _alert(n: int) -> Row:
    return {
        "id": new_id(),
        "name": f"Alert {n}",
        "keywords": [],
        "location": "",
        "job_type": "",
        "experience_level": "",
        "remote_only": False,
        "min_salary": None,
        "max_salary": None,
        "frequency": "daily",
        "email_notifications": True,
        "push_notifications": False,
        "is_active": True,
        "last_run": None,
        "created_at": utc_now(),
        "updated_at": utc_now(),
    }


def _recommendation(_n: int) -> Row:
    return {
        "id": new_id(),
        "score": 0.9,
        "algorithm_version": None,
        "status": "pending_review",
        "recommended_at": utc_now(),
        "updated_at": utc_now(),
    }


def _session(_n: int) -> Row:
    return {
        "id": new_id(),
        "title": None,
        "created_at": utc_now(),
        "updated_at": utc_now(),
        "last_message_at": utc_now(),
    }


def _message(n: int) -> Row:
    return {
        "id": new_id(),
        "role": "user",
        "content": f"Message {n}",
        "function_call_data": None,
        "function_name": None,
        "timestamp": utc_now(),
        "metadata": {},
    }


# By table: a whole row but for the ids of its parents, which must be given. The number makes
# what has to be unique unique.
DEFAULTS: Mapping[str, Callable[[int], Row]] = {
    "users": _user,
    "user_profiles": _profile,
    "jobs": _job,
    "applications": _application,
    "saved_jobs": _saved_job,
    "job_alerts": _alert,
    "recommended_jobs": _recommendation,
    "chat_chatsession": _session,
    "chat_chatmessage": _message,
}
