"""Every setting there is: name, parser, default and one line of help, in one place.

`.env.example`, `config show` and the docs are made from, or compared with, this file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from jobraker_cli.settings import values
from jobraker_cli.settings.providers import PRESETS
from jobraker_cli.settings.values import Price


def _setting(
    name: str,
    parse: Callable[[str], Any],
    default: str,
    about: str,
    *,
    secret: bool = False,
) -> Any:
    """One setting; an empty default means that it is worked out or not set."""
    return field(
        metadata={
            "name": name,
            "parse": parse,
            "default": default,
            "about": about,
            "secret": secret,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, parsed. Values of type str are "" and Path or int values None when not set."""

    database_url: str = _setting(
        "DATABASE_URL",
        values.database_url,
        "",
        "The job board's database; default: a SQLite file in the data directory",
        secret=True,
    )
    email_backend: str = _setting(
        "EMAIL_BACKEND",
        values.backend,
        "",
        "smtp, file, console or memory; default: smtp when EMAIL_HOST is set, else file",
    )
    email_provider: str = _setting(
        "EMAIL_PROVIDER",
        values.one_of("custom", *PRESETS),
        "custom",
        "gmail, sendgrid or ses: their host, port and limits as defaults; or custom",
    )
    email_host: str = _setting("EMAIL_HOST", values.text, "", "The relay's host name")
    email_port: int = _setting(
        "EMAIL_PORT",
        values.whole_number(1, 65_535),
        "",
        "The relay's port; default: 465 with EMAIL_USE_SSL, 587 with EMAIL_USE_TLS, else 25",
    )
    email_use_tls: bool = _setting(
        "EMAIL_USE_TLS", values.yes_or_no, "false", "Ask for STARTTLS and send nothing without it"
    )
    email_use_ssl: bool = _setting(
        "EMAIL_USE_SSL", values.yes_or_no, "false", "TLS from the first byte (usually port 465)"
    )
    email_host_user: str = _setting("EMAIL_HOST_USER", values.text, "", "User name at the relay")
    email_host_password: str = _setting(
        "EMAIL_HOST_PASSWORD", values.text, "", "Password at the relay", secret=True
    )
    email_timeout: float = _setting(
        "EMAIL_TIMEOUT", values.seconds, "30", "Seconds that each reply of the relay may take"
    )
    email_ca_file: Path | None = _setting(
        "EMAIL_CA_FILE",
        values.path,
        "",
        "Certificates to trust for the relay; default: the system's",
    )
    email_file_path: Path = _setting(
        "EMAIL_FILE_PATH",
        values.path,
        "",
        "Folder of the file backend; default: mail beside the SQLite file",
    )
    email_settle_group: int = _setting(
        "EMAIL_SETTLE_GROUP",
        values.whole_number(1, 1000),
        "10",
        "Messages whose outcome is written in one commit",
    )
    email_rate_per_second: float | None = _setting(
        "EMAIL_RATE_PER_SECOND",
        values.rate,
        "",
        "Most mails a second, of all processes and hosts together",
    )
    email_rate_per_hour: int | None = _setting(
        "EMAIL_RATE_PER_HOUR",
        values.count,
        "",
        "Most mails in any hour",
    )
    email_rate_per_day: int | None = _setting(
        "EMAIL_RATE_PER_DAY",
        values.count,
        "",
        "Most mails in any 24 hours",
    )
    email_domain_rates: tuple[values.DomainRate, ...] = _setting(
        "EMAIL_DOMAIN_RATES",
        values.domain_rates,
        "",
        "Limits of recipient domains, such as gmail.com=10/second, gmail.com=2000/day",
    )
    email_fallback_url: str = _setting(
        "EMAIL_FALLBACK_URL",
        values.relay_url,
        "",
        "Relay that stands in while the first is down or over quota, "
        "such as smtp+tls://user:password@host:587?per_hour=500",
        secret=True,
    )
    email_workers: int = _setting(
        "EMAIL_WORKERS",
        values.whole_number(1, 64),
        "",
        "Processes that build and send; default: one a processor, at most 8",
    )
    email_connections: int = _setting(
        "EMAIL_CONNECTIONS",
        values.whole_number(1, 100),
        "2",
        "Connections to the relay that each process holds at most",
    )
    default_from_email: str = _setting(
        "DEFAULT_FROM_EMAIL",
        values.sender,
        "Job alerts <alerts@jobs.example.com>",
        "Sender of every mail",
    )
    support_email: str = _setting("SUPPORT_EMAIL", values.sender, "", "Where replies go")
    company_name: str = _setting("COMPANY_NAME", values.text, "Jobraker", "Name of the job board")
    site_url: str = _setting(
        "SITE_URL", values.web_address, "https://jobs.example.com", "Address of the web application"
    )
    job_url: str = _setting(
        "JOB_URL", values.job_address, "{site}/jobs/{id}", "Address of one job's page"
    )
    list_id: str = _setting(
        "LIST_ID",
        values.list_id,
        "",
        "List-Id of the digests; default: alerts. and the sender's domain",
    )
    unsubscribe_mailto: str = _setting(
        "UNSUBSCRIBE_MAILTO",
        values.sender,
        "",
        "Mailbox for unsubscribe mails; default: the sender",
    )
    bounce_address: str = _setting(
        "BOUNCE_ADDRESS",
        values.bounce_address,
        "",
        "Envelope sender of every mail, with a tag of its own; default: the sender, without",
    )
    inbox_maildir: Path | None = _setting(
        "INBOX_MAILDIR", values.path, "", "Maildir in which bounces and unsubscribe mails arrive"
    )
    soft_bounce_days: int = _setting(
        "SOFT_BOUNCE_DAYS",
        values.whole_number(1, 30),
        "5",
        "Days of the last 30 with a soft bounce after which an address is suppressed",
    )
    dkim_private_key: str = _setting(
        "DKIM_PRIVATE_KEY",
        values.text,
        "",
        "Signs every mail here (extra dkim), a key in PEM; default: signing is left to the relay",
        secret=True,
    )
    dkim_selector: str = _setting(
        "DKIM_SELECTOR", values.dns_name, "", "Selector under which DNS has the key's public half"
    )
    dkim_domain: str = _setting(
        "DKIM_DOMAIN", values.dns_name, "", "Domain that signs; default: the sender's"
    )
    uncertain_digests: str = _setting(
        "UNCERTAIN_DIGESTS",
        values.one_of("resend", "hold"),
        "resend",
        "A digest that may have been accepted: resend or hold",
    )
    lease_seconds: int = _setting(
        "JOBRAKER_LEASE_SECONDS",
        values.whole_number(1, 86_400),
        "900",
        "Seconds after which a dead sender's messages are taken over",
    )
    domain_pause_seconds: int = _setting(
        "DOMAIN_PAUSE_SECONDS",
        values.whole_number(1, 604_800),
        "3600",
        "Seconds a domain rests after a policy refusal",
    )
    secret_key: str = _setting(
        "JOBRAKER_SECRET_KEY",
        values.text,
        "",
        "Signs unsubscribe links; default: a key made by init, kept in the ledger",
        secret=True,
    )
    old_secret_keys: str = _setting(
        "JOBRAKER_OLD_SECRET_KEYS",
        values.text,
        "",
        "Earlier values of JOBRAKER_SECRET_KEY whose links still work, separated by commas",
        secret=True,
    )
    timezone: ZoneInfo = _setting(
        "JOBRAKER_TZ", values.time_zone, "UTC", "Time zone of the calendar days, weeks and months"
    )
    brand_color: str = _setting(
        "BRAND_COLOR", values.color, "#0c6b5b", "Colour of links and buttons in mails"
    )
    logo_url: str = _setting(
        "LOGO_URL", values.web_address, "", "Picture at the top of mails; default: COMPANY_NAME"
    )
    locale: str = _setting(
        "JOBRAKER_LOCALE", values.locale, "en", "Language of mails: ar, de, en or es"
    )
    locale_sql: str = _setting(
        "JOBRAKER_LOCALE_SQL",
        values.sql_expression,
        "",
        "A person's own language as SQL over users; default: JOBRAKER_LOCALE for all",
    )
    templates: Path | None = _setting(
        "JOBRAKER_TEMPLATES", values.path, "", "Folder with templates of your own, looked at first"
    )
    metrics_file: Path | None = _setting(
        "JOBRAKER_METRICS_FILE",
        values.path,
        "",
        "Prometheus textfile, written anew after every task",
    )
    ping_url: str = _setting(
        "JOBRAKER_PING_URL",
        values.ping_address,
        "",
        "Told of every run: URL/start, URL, URL/fail; {task} is the task's name",
        secret=True,
    )
    log: str = _setting(
        "JOBRAKER_LOG", values.text, "", "Log of the runs: stderr, syslog or a file; default: none"
    )
    log_format: str = _setting(
        "JOBRAKER_LOG_FORMAT", values.one_of("text", "json"), "text", "The log's form: text or json"
    )
    prune_payload_days: int = _setting(
        "PRUNE_PAYLOAD_DAYS",
        values.whole_number(1, 36_500),
        "30",
        "Days that `prune` keeps what settled messages said",
    )
    prune_message_days: int = _setting(
        "PRUNE_MESSAGE_DAYS",
        values.whole_number(62, 36_500),
        "90",
        "Days that `prune` keeps settled messages and their tries",
    )
    prune_notification_days: int = _setting(
        "PRUNE_NOTIFICATION_DAYS",
        values.whole_number(62, 36_500),
        "180",
        "Days that `prune` keeps in-app notifications, read or not",
    )
    prune_run_days: int = _setting(
        "PRUNE_RUN_DAYS",
        values.whole_number(7, 36_500),
        "400",
        "Days that `prune` keeps the records of runs, and of the chat's use and logins",
    )
    write_last_run: bool = _setting(
        "JOBRAKER_WRITE_LAST_RUN",
        values.yes_or_no,
        "true",
        "Write job_alerts.last_run for the web application",
    )
    write_reminder_sent: bool = _setting(
        "JOBRAKER_WRITE_REMINDER_SENT",
        values.yes_or_no,
        "true",
        "Write applications.follow_up_reminder_sent_at for the web application",
    )
    status_mails: tuple[str, ...] = _setting(
        "STATUS_MAILS",
        values.statuses,
        "submitted,under_review,interview_scheduled,interview_completed,offer_received,accepted,"
        "rejected,withdrawn,failed_to_submit,skyvern_submission_failed,"
        "skyvern_requires_attention,other",
        "Statuses of applications that people are told of; other: all unknown ones",
    )
    status_settle_seconds: int = _setting(
        "STATUS_SETTLE_SECONDS",
        values.whole_number(0, 604_800),
        "0",
        "Seconds a status must stand before its owner is told",
    )
    follow_up_days: int = _setting(
        "FOLLOW_UP_DAYS",
        values.whole_number(1, 365),
        "7",
        "Days without news after which a person is reminded of an application",
    )
    recommendations_max_jobs: int = _setting(
        "RECOMMENDATIONS_MAX_JOBS", values.whole_number(1, 20), "5", "Jobs in one recommendation"
    )
    max_per_run: int = _setting(
        "JOBRAKER_MAX_PER_RUN",
        values.whole_number(0, 2_147_483_647),
        "0",
        "Messages that one run plans at most, but for alerts; 0: no bound",
    )
    admin_email: str = _setting(
        "ADMIN_EMAIL",
        values.addresses,
        "",
        "Who gets the daily summary of admin-digest; several with commas",
    )
    job_lookback_days: int = _setting(
        "JOB_LOOKBACK_DAYS",
        values.whole_number(1, 3650),
        "7",
        "Days of new jobs that immediate-alerts looks through",
    )
    alert_match_fields: tuple[str, ...] = _setting(
        "ALERT_MATCH_FIELDS",
        values.match_fields,
        "title,skills_required,skills_preferred,technologies",
        "Fields in which keywords are looked for",
    )
    alert_currency: str = _setting(
        "ALERT_CURRENCY", values.currency, "USD", "Currency of the alerts' pay"
    )
    alert_require_salary: bool = _setting(
        "ALERT_REQUIRE_SALARY",
        values.yes_or_no,
        "false",
        "Jobs without comparable pay fail a pay clause",
    )
    alert_max_jobs: int = _setting(
        "ALERT_MAX_JOBS", values.whole_number(1, 50), "10", "Jobs in one mail"
    )
    alert_max_per_company: int = _setting(
        "ALERT_MAX_PER_COMPANY",
        values.whole_number(1, 50),
        "2",
        "Jobs of one company in a mail while others are left",
    )
    alert_workers: int = _setting(
        "ALERT_WORKERS",
        values.whole_number(1, 64),
        "",
        "Processes that match many alerts on PostgreSQL; default: one a processor, at most 8",
    )
    tripwire_ratio: float = _setting(
        "TRIPWIRE_RATIO",
        values.ratio,
        "3",
        "Times the usual number of messages from which a run stops; 0: never",
    )
    tripwire_least: int = _setting(
        "TRIPWIRE_LEAST",
        values.whole_number(1, 10**9),
        "10",
        "Messages, or new jobs a day, below which nothing counts as unusual",
    )
    tripwire_empty_percent: int = _setting(
        "TRIPWIRE_EMPTY_PERCENT",
        values.whole_number(0, 100),
        "50",
        "Share of mails made by alerts that ask for nothing from which a run stops; 0: never",
    )
    tripwire_quiet_hours: int = _setting(
        "TRIPWIRE_QUIET_HOURS",
        values.whole_number(0, 8760),
        "24",
        "Hours without a new job from which a run stops where there are some daily; 0: never",
    )
    alert_max_posted_age: int = _setting(
        "ALERT_MAX_POSTED_AGE",
        values.whole_number(1, 36_500),
        "60",
        "Days after posted_date from which a job is not mailed any more",
    )
    alert_repost_days: int = _setting(
        "ALERT_REPOST_DAYS",
        values.whole_number(0, 3650),
        "90",
        "Days in which a person is not mailed the same vacancy again; 0 mails every repost",
    )
    openai_api_key: str = _setting(
        "OPENAI_API_KEY", values.text, "", "Key for the chat's model server", secret=True
    )
    openai_base_url: str = _setting(
        "OPENAI_BASE_URL",
        values.web_address,
        "",
        "Any server that speaks OpenAI's Chat Completions; default: OpenAI's own",
    )
    openai_model: str = _setting(
        "OPENAI_MODEL", values.text, "gpt-4o-mini", "The chat's model, as the server names it"
    )
    openai_timeout: float = _setting(
        "OPENAI_TIMEOUT",
        values.seconds,
        "60",
        "Seconds of silence after which the model server counts as gone",
    )
    openai_max_retries: int = _setting(
        "OPENAI_MAX_RETRIES",
        values.whole_number(0, 10),
        "2",
        "How often a call is tried again that failed before its reply began",
    )
    chat_token: str = _setting(
        "JOBRAKER_CHAT_TOKEN",
        values.text,
        "",
        "Who chats: a token that chat token made",
        secret=True,
    )
    chat_require_token: bool = _setting(
        "CHAT_REQUIRE_TOKEN", values.yes_or_no, "false", "Refuse --as: only a token says who chats"
    )
    chat_save: bool = _setting(
        "CHAT_SAVE",
        values.yes_or_no,
        "true",
        "Keep sessions and messages in the web application's chat tables",
    )
    chat_may_edit_alerts: bool = _setting(
        "CHAT_MAY_EDIT_ALERTS",
        values.yes_or_no,
        "false",
        "Let the assistant write job_alerts after a yes from the person",
    )
    chat_context_tokens: int = _setting(
        "CHAT_CONTEXT_TOKENS",
        values.whole_number(500, 2_000_000),
        "16000",
        "Tokens of a conversation that go to the model, the newest first",
    )
    chat_reply_tokens: int = _setting(
        "CHAT_REPLY_TOKENS",
        values.whole_number(16, 100_000),
        "2000",
        "Tokens that one reply may have",
    )
    chat_tool_rounds: int = _setting(
        "CHAT_TOOL_ROUNDS",
        values.whole_number(0, 20),
        "6",
        "How often the assistant may look things up for one reply",
    )
    chat_message_length: int = _setting(
        "CHAT_MESSAGE_LENGTH",
        values.whole_number(1, 1_000_000),
        "20000",
        "Characters that one message may have",
    )
    chat_messages_per_minute: int = _setting(
        "CHAT_MESSAGES_PER_MINUTE",
        values.whole_number(0, 10_000),
        "20",
        "Messages of one person a minute; 0: no limit",
    )
    chat_tokens_per_day: int = _setting(
        "CHAT_TOKENS_PER_DAY",
        values.whole_number(0, 10**12),
        "500000",
        "Tokens of one person a calendar day; 0: no limit",
    )
    chat_cost_per_day: Decimal = _setting(
        "CHAT_COST_PER_DAY",
        values.dollars,
        "0",
        "US dollars of one person a calendar day, by CHAT_PRICES; 0: no limit",
    )
    chat_prices: tuple[Price, ...] = _setting(
        "CHAT_PRICES",
        values.prices,
        "gpt-4o-mini=0.15/0.60",
        "US dollars per million tokens, in and out, by model: name=in/out,name=in/out",
    )


def catalogue() -> tuple[MappingProxyType[Any, Any], ...]:
    """Every setting's metadata, in order: name, parse, default, about, secret."""
    return tuple(spec.metadata for spec in fields(Settings))
