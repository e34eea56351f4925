"""The web application's tables as a contract: only the columns that jobraker reads or may write.

Never `SELECT *` there: a vector column is 30 kB of text a row.
"""

from sqlalchemy import Boolean, Column, Float, MetaData, String, Table, Text

from jobraker_cli.store.types import Id, Json, Moment, Whole

shared = MetaData()

users = Table(
    "users",
    shared,
    Column("id", Id(), primary_key=True),
    Column("email", String(254)),
    Column("first_name", String(150)),
    Column("last_name", String(150)),
    Column("is_active", Boolean),
)

user_profiles = Table(
    "user_profiles",
    shared,
    Column("user_id", Id()),
    Column("location", String(100)),
    Column("current_title", String(100)),
    Column("experience_level", String(20)),
    Column("resume", String(100)),
    Column("skills", Json),
    Column("preferred_locations", Json),
    Column("job_types", Json),
    Column("salary_min", Whole),
    Column("remote_ok", Boolean),
)

jobs = Table(
    "jobs",
    shared,
    Column("id", Id(), primary_key=True),
    Column("title", String(200)),
    Column("company", String(100)),
    Column("description", Text),
    Column("requirements", Text),
    Column("location", String(100)),
    Column("city", String(50)),
    Column("state", String(50)),
    Column("country", String(50)),
    Column("is_remote", Boolean),
    Column("remote_type", String(20)),
    Column("job_type", String(20)),
    Column("experience_level", String(20)),
    Column("salary_min", Whole),
    Column("salary_max", Whole),
    Column("salary_currency", String(3)),
    Column("salary_period", String(10)),
    Column("skills_required", Json),
    Column("skills_preferred", Json),
    Column("technologies", Json),
    Column("external_source", String(50)),
    Column("external_url", String(200)),
    Column("status", String(20)),
    Column("posted_date", Moment),
    Column("application_deadline", Moment),
    Column("created_at", Moment),
)

job_alerts = Table(
    "job_alerts",
    shared,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id()),
    Column("name", String(100)),
    Column("keywords", Json),
    Column("location", String(100)),
    Column("job_type", String(20)),
    Column("experience_level", String(20)),
    Column("remote_only", Boolean),
    Column("min_salary", Whole),
    Column("max_salary", Whole),
    Column("frequency", String(20)),
    Column("email_notifications", Boolean),
    Column("is_active", Boolean),
    Column("last_run", Moment),
)

applications = Table(
    "applications",
    shared,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id()),
    Column("job_id", Id()),
    Column("status", String(30)),
    Column("applied_at", Moment),
    Column("created_at", Moment),
    Column("updated_at", Moment),
    Column("last_contact_date", Moment),
    Column("interview_date", Moment),
    Column("follow_up_date", Moment),
    Column("follow_up_reminder_sent_at", Moment),
    Column("interview_details", Json),
    Column("offer_details", Json),
)

recommended_jobs = Table(
    "recommended_jobs",
    shared,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id()),
    Column("job_id", Id()),
    Column("status", String(20)),
    Column("score", Float),
)

chat_sessions = Table(
    "chat_chatsession",
    shared,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id()),
    Column("title", String(255)),
    Column("created_at", Moment),
    Column("updated_at", Moment),
    Column("last_message_at", Moment),
)

chat_messages = Table(
    "chat_chatmessage",
    shared,
    Column("id", Id(), primary_key=True),
    Column("session_id", Id()),
    Column("role", String(10)),
    Column("content", Text),
    Column("timestamp", Moment),
    Column("metadata", Json),
)
