-- SQLite takes any text for an id, and one that is spelled otherwise than the web framework spells ids
-- could never be found again. So it is refused where it is written, with a sentence that says why.
CREATE TRIGGER jobraker_outbox_id BEFORE INSERT ON jobraker_outbox
WHEN length(NEW.id) <> 32 OR NEW.id GLOB '*[^0-9a-f]*'
    OR (NEW.user_id IS NOT NULL AND (length(NEW.user_id) <> 32 OR NEW.user_id GLOB '*[^0-9a-f]*'))
BEGIN
    SELECT RAISE(ABORT, 'ids in jobraker_outbox are 32 lower-case hex digits, without dashes');
END;
