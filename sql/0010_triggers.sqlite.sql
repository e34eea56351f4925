-- The link of a password reset is not kept once its message has ended, however it ended. What stays says that there
-- was one, so that the message can be shown without it.
CREATE TRIGGER jobraker_outbox_forget AFTER UPDATE OF state ON jobraker_outbox
WHEN NEW.kind = 'password_reset' AND NEW.state IN ('sent', 'dead', 'cancelled', 'suppressed')
BEGIN
    UPDATE jobraker_outbox SET payload = '{"link_hidden": true}' WHERE id = NEW.id;
END;
CREATE TRIGGER jobraker_outbox_forget_new AFTER INSERT ON jobraker_outbox
WHEN NEW.kind = 'password_reset' AND NEW.state IN ('sent', 'dead', 'cancelled', 'suppressed')
BEGIN
    UPDATE jobraker_outbox SET payload = '{"link_hidden": true}' WHERE id = NEW.id;
END;
CREATE TRIGGER jobraker_notification_id BEFORE INSERT ON jobraker_notification
WHEN length(NEW.id) <> 32 OR NEW.id GLOB '*[^0-9a-f]*'
    OR length(NEW.user_id) <> 32 OR NEW.user_id GLOB '*[^0-9a-f]*'
BEGIN
    SELECT RAISE(ABORT, 'ids in jobraker_notification are 32 lower-case hex digits, without dashes');
END;
