-- What went out, in small buckets of time, so that every process on every host keeps to the same limits.
-- domain '' counts all of a provider's mail. A bucket counts until its last mail is span_seconds old.
-- span_seconds 0: the row that whoever counts for a provider locks; 1: last_at is the next free moment to send.
CREATE TABLE jobraker_quota (
    provider TEXT NOT NULL,
    domain TEXT NOT NULL DEFAULT '',
    span_seconds INTEGER NOT NULL,
    bucket BIGINT NOT NULL,
    used BIGINT NOT NULL DEFAULT 0,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (provider, domain, span_seconds, bucket)
);
