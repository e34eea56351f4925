-- The ledger: what was seen, what was queued, what was sent. No foreign keys to the web application's tables.
-- Moments are UTC: timestamptz in PostgreSQL, "YYYY-MM-DD HH:MM:SS.ffffff" in SQLite.

-- Numbers that only grow. Taking one holds its row until the commit, so that numbers commit in order.
CREATE TABLE jobraker_counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO jobraker_counter (name, value) VALUES ('run_id', 0), ('run_seq', 0);

-- The key of the suppressions; it signs unsubscribe links too when JOBRAKER_SECRET_KEY is not set.
CREATE TABLE jobraker_key (
    key_id TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- One row a run. run_seq is the intake up to which a finished plan served its alerts (NULL: none finished).
CREATE TABLE jobraker_run (
    run_id BIGINT PRIMARY KEY,
    task TEXT NOT NULL,
    shard TEXT NOT NULL DEFAULT '1/1',
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    believed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT NOT NULL DEFAULT 'running',
    run_seq BIGINT,
    counts TEXT NOT NULL DEFAULT '{}',
    host TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobraker_run_task ON jobraker_run (task, run_id);

-- Every job that was ever found active, with the intake that found it first.
CREATE TABLE jobraker_job_seen (
    job_id jobraker_text_id PRIMARY KEY,
    run_seq BIGINT NOT NULL
);
CREATE INDEX jobraker_job_seen_run_seq ON jobraker_job_seen (run_seq);

-- The last intake that each alert was served.
CREATE TABLE jobraker_alert_mark (
    alert_id jobraker_text_id PRIMARY KEY,
    run_seq BIGINT NOT NULL
);

-- What was queued for whom: never the same job twice. The fingerprint names the vacancy behind the posting.
CREATE TABLE jobraker_sent_job (
    user_id jobraker_text_id NOT NULL,
    job_id jobraker_text_id NOT NULL,
    fingerprint TEXT NOT NULL,
    outbox_id jobraker_text_id NOT NULL,
    PRIMARY KEY (user_id, job_id)
);

-- Every message, before it is a mail. The web application may insert rows too: id, kind, recipient, payload.
CREATE TABLE jobraker_outbox (
    id jobraker_text_id PRIMARY KEY,
    dedupe_key TEXT UNIQUE,
    kind TEXT NOT NULL,
    user_id jobraker_text_id,
    recipient TEXT NOT NULL,
    payload TEXT NOT NULL,
    message_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    priority INTEGER NOT NULL DEFAULT 50,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (
        state IN ('pending', 'sending', 'sent', 'failed', 'dead', 'uncertain', 'cancelled', 'suppressed')
    ),
    attempt INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMP WITH TIME ZONE,
    owner TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    run BIGINT,
    sent_at TIMESTAMP WITH TIME ZONE,
    last_reply TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobraker_outbox_due ON jobraker_outbox (priority, created_at, id)
    WHERE state IN ('pending', 'sending', 'failed', 'uncertain');
CREATE INDEX jobraker_outbox_created_at ON jobraker_outbox (created_at);
CREATE INDEX jobraker_outbox_user ON jobraker_outbox (user_id);

-- Every try of a message: how far it got and what the server said.
CREATE TABLE jobraker_attempt (
    outbox_id jobraker_text_id NOT NULL,
    attempt INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    phase TEXT NOT NULL,
    code INTEGER,
    enhanced_code TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    provider TEXT NOT NULL DEFAULT '',
    seconds DOUBLE PRECISION NOT NULL DEFAULT 0
);
CREATE INDEX jobraker_attempt_outbox ON jobraker_attempt (outbox_id);

-- Addresses that must not be mailed, as HMACs, so that erasing a person keeps the block.
CREATE TABLE jobraker_suppression (
    key TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL
);
