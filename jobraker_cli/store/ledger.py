"""The ledger's tables as SQLAlchemy sees them; their DDL is in sql/ (a test holds both equal)."""

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, Table, Text

from jobraker_cli.store.types import Id, Moment

ledger = MetaData()

schema = Table(
    "jobraker_schema",
    ledger,
    Column("filename", Text, primary_key=True),
    Column("checksum", Text, nullable=False),
    Column("applied_at", Moment, nullable=False),
)

counter = Table(
    "jobraker_counter",
    ledger,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

key = Table(
    "jobraker_key",
    ledger,
    Column("key_id", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

run = Table(
    "jobraker_run",
    ledger,
    Column("run_id", BigInteger, primary_key=True),
    Column("task", Text, nullable=False),
    Column("shard", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("believed_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("outcome", Text, nullable=False),
    Column("run_seq", BigInteger),
    Column("counts", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("error", Text, nullable=False),
)

job_seen = Table(
    "jobraker_job_seen",
    ledger,
    Column("job_id", Id(), primary_key=True),
    Column("run_seq", BigInteger, nullable=False),
)

alert_mark = Table(
    "jobraker_alert_mark",
    ledger,
    Column("alert_id", Id(), primary_key=True),
    Column("run_seq", BigInteger, nullable=False),
)

sent_job = Table(
    "jobraker_sent_job",
    ledger,
    Column("user_id", Id(), primary_key=True),
    Column("job_id", Id(), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("outbox_id", Id(), nullable=False),
)

vacancy = Table(
    "jobraker_vacancy",
    ledger,
    Column("fingerprint", Text, primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("run_seq", BigInteger, nullable=False),
)

outbox = Table(
    "jobraker_outbox",
    ledger,
    Column("id", Id(), primary_key=True),
    Column("dedupe_key", Text, unique=True),
    Column("kind", Text, nullable=False),
    Column("user_id", Id()),
    Column("recipient", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("message_id", Text),
    Column("created_at", Moment, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("next_attempt_at", Moment),
    Column("expires_at", Moment),
    Column("owner", Text),
    Column("lease_until", Moment),
    Column("run", BigInteger),
    Column("sent_at", Moment),
    Column("last_reply", Text, nullable=False),
    Column("locale", Text, nullable=False),
)

attempt = Table(
    "jobraker_attempt",
    ledger,
    Column("outbox_id", Id(), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("phase", Text, nullable=False),
    Column("code", Integer),
    Column("enhanced_code", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("seconds", Float, nullable=False),
)

suppression = Table(
    "jobraker_suppression",
    ledger,
    Column("key", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

preference = Table(
    "jobraker_preference",
    ledger,
    Column("user_id", Id(), primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("choice", Text, nullable=False),
    Column("until", Moment),
    Column("weekly_cap", Integer),
    Column("source", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

chat_usage = Table(
    "jobraker_chat_usage",
    ledger,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id(), nullable=False),
    Column("session_id", Id()),
    Column("at", Moment, nullable=False),
    Column("round", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
)

chat_login = Table(
    "jobraker_chat_login",
    ledger,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id(), nullable=False),
    Column("at", Moment, nullable=False),
    Column("method", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("account", Text, nullable=False),
)

soft_bounce = Table(
    "jobraker_soft_bounce",
    ledger,
    Column("key", Text, primary_key=True),
    Column("day", Text, primary_key=True),
)

inbox = Table(
    "jobraker_inbox",
    ledger,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("outbox_id", Id()),
    Column("read_at", Moment, nullable=False),
)

baseline = Table(
    "jobraker_baseline",
    ledger,
    Column("name", Text, primary_key=True),
    Column("taken_at", Moment, nullable=False),
)

application_seen = Table(
    "jobraker_application_seen",
    ledger,
    Column("application_id", Id(), primary_key=True),
    Column("status", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("told_before", Text, nullable=False),
    Column("outbox_id", Id()),
    Column("since", Moment),
    Column("touched_at", Moment),
    Column("waiting_status", Text),
    Column("waiting_since", Moment),
    Column("version", Integer, nullable=False),
)

user_seen = Table(
    "jobraker_user_seen",
    ledger,
    Column("user_id", Id(), primary_key=True),
    Column("seen_at", Moment, nullable=False),
)

reminder = Table(
    "jobraker_reminder",
    ledger,
    Column("application_id", Id(), primary_key=True),
    Column("cause", Text, primary_key=True),
    Column("outbox_id", Id(), nullable=False),
)

notification = Table(
    "jobraker_notification",
    ledger,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("outbox_id", Id()),
    Column("created_at", Moment, nullable=False),
    Column("read_at", Moment),
)

quota = Table(
    "jobraker_quota",
    ledger,
    Column("provider", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("span_seconds", Integer, primary_key=True),
    Column("bucket", BigInteger, primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("last_at", Moment, nullable=False),
)
