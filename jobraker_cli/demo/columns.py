"""The web application's columns with what it writes when nothing is given.

Its tables have no defaults in the database, so every insert names every column. Columns that must
be given are absent here. Vector columns are left out (NULL), and so is `user_profiles.id`, whose
identity the database counts itself. Moments are aware UTC, ids canonical UUID strings, JSON
columns plain Python values; `rows.py` spells them for a database.
"""

from collections.abc import Mapping
from datetime import datetime

Row = Mapping[str, object]

# Rows share these lists and dictionaries: rows are read, never changed.
NO_LIST: list[object] = []
NO_OBJECT: dict[str, object] = {}

DEFAULTS: Mapping[str, Row] = {
    "users": {
        "last_login": None,
        "is_superuser": False,
        "first_name": "",
        "last_name": "",
        "is_staff": False,
        "is_active": True,
        "is_verified": False,
    },
    "user_profiles": {
        "phone": "",
        "location": "",
        "linkedin_url": "",
        "github_url": "",
        "portfolio_url": "",
        "current_title": "",
        "current_company": "",
        "experience_level": "entry",
        "skills": NO_LIST,
        "industries": NO_LIST,
        "preferred_locations": NO_LIST,
        "job_types": NO_LIST,
        "salary_min": None,
        "salary_max": None,
        "remote_ok": True,
        "resume": "",
        "cover_letter_template": "",
        "auto_apply_enabled": False,
        "auto_apply_limit_daily": 5,
        "match_threshold": 0.7,
    },
    "jobs": {
        "requirements": "",
        "benefits": "",
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
        "skills_required": NO_LIST,
        "skills_preferred": NO_LIST,
        "technologies": NO_LIST,
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
    },
    "job_alerts": {
        "keywords": NO_LIST,
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
    },
    "applications": {
        "status": "pending",
        "application_type": "manual",
        "resume_used": "",
        "cover_letter": "",
        "additional_documents": NO_LIST,
        "application_url": "",
        "external_application_id": "",
        "match_score": None,
        "auto_applied": False,
        "ai_generated_cover_letter": False,
        "last_contact_date": None,
        "interview_date": None,
        "follow_up_date": None,
        "skyvern_task_id": "",
        "submission_logs": NO_LIST,
        "notes": "",
        "feedback_received": "",
        "applied_at": None,
        "follow_up_reminder_sent_at": None,
        "interview_details": NO_LIST,
        "offer_details": NO_OBJECT,
        "skyvern_response_data": None,
        "user_defined_status": None,
        "user_notes": "",
    },
    "recommended_jobs": {"algorithm_version": None, "status": "pending_review"},
    "saved_jobs": {"category": "", "notes": ""},
}


def row(table: str, moment: datetime, given: Row) -> Row:
    """A whole row of `table` as the web application writes it at `moment`, with `given` set."""
    times: dict[str, object] = {"created_at": moment, "updated_at": moment}
    if table == "recommended_jobs":
        times = {"recommended_at": moment, "updated_at": moment}
    elif table == "saved_jobs":
        times = {"created_at": moment}
    return {**DEFAULTS[table], **times, **given}
