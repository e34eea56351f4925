-- The days on which mail to an address came back for now (mailbox full), by the key of its suppression.
CREATE TABLE jobraker_soft_bounce (
    key TEXT NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (key, day)
);

-- Every report that was read and obeyed, by the SHA-256 of its octets: reading it again changes nothing.
CREATE TABLE jobraker_inbox (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    outbox_id jobraker_text_id,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL
);
