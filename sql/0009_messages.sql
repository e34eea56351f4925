-- Which baselines were taken: what was there before is known, and nobody is mailed about it.
CREATE TABLE jobraker_baseline (
    name TEXT PRIMARY KEY,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Every application with the status it was last found in. told is the status that its owner knows of, told_before
-- what they knew before the message outbox_id; since is when the status was found (NULL at the baseline), touched_at
-- the application's updated_at as of then. A status that has not settled waits. version counts the changes.
CREATE TABLE jobraker_application_seen (
    application_id jobraker_text_id PRIMARY KEY,
    status TEXT NOT NULL,
    told TEXT NOT NULL,
    told_before TEXT NOT NULL DEFAULT '',
    outbox_id jobraker_text_id,
    since TIMESTAMP WITH TIME ZONE,
    touched_at TIMESTAMP WITH TIME ZONE,
    waiting_status TEXT,
    waiting_since TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL
);

-- Everybody who was welcomed, or was there before.
CREATE TABLE jobraker_user_seen (
    user_id jobraker_text_id PRIMARY KEY,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- The reminders of an application: of its owner's own date ("date:..."), or of a long silence ("silence").
CREATE TABLE jobraker_reminder (
    application_id jobraker_text_id NOT NULL,
    cause TEXT NOT NULL,
    outbox_id jobraker_text_id NOT NULL,
    PRIMARY KEY (application_id, cause)
);

-- What a person is shown in the application: one row a message, in the transaction of its outbox row; also where
-- there is no mail (then outbox_id is NULL). The web application may write read_at, and rows of its own.
CREATE TABLE jobraker_notification (
    id jobraker_text_id PRIMARY KEY,
    user_id jobraker_text_id NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL DEFAULT '',
    outbox_id jobraker_text_id,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    read_at TIMESTAMP WITH TIME ZONE
);
CREATE INDEX jobraker_notification_user ON jobraker_notification (user_id, created_at);
