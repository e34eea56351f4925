-- The vacancies behind the postings: since when each is known, so that a repost under another id is not taken for new.
-- run_seq is the intake that found its first posting; last_seen is when the last posting came in.
CREATE TABLE jobraker_vacancy (
    fingerprint TEXT PRIMARY KEY,
    first_seen TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen TIMESTAMP WITH TIME ZONE NOT NULL,
    run_seq BIGINT NOT NULL
);
INSERT INTO jobraker_vacancy (fingerprint, first_seen, last_seen, run_seq)
SELECT sent.fingerprint, min(message.created_at), max(message.created_at), 0
FROM jobraker_sent_job AS sent JOIN jobraker_outbox AS message ON message.id = sent.outbox_id
GROUP BY sent.fingerprint;
