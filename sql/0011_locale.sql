-- The language of each message: fixed at the latest when it is first tried, so that a retry has the same bytes.
-- The web application may set it; empty: what the person prefers, else the board's default.
ALTER TABLE jobraker_outbox ADD COLUMN locale TEXT NOT NULL DEFAULT '';
