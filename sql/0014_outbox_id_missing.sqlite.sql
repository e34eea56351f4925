-- SQLite lets a key be NULL: a message without an id could never be claimed, and would stop all others.
UPDATE jobraker_outbox SET id = lower(hex(randomblob(16))) WHERE id IS NULL;
CREATE TRIGGER jobraker_outbox_id_missing BEFORE INSERT ON jobraker_outbox WHEN NEW.id IS NULL
BEGIN
    SELECT RAISE(ABORT, 'a row of jobraker_outbox needs an id: 32 lower-case hex digits, without dashes');
END;
