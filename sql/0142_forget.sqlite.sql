-- What stays of a password reset's payload says that there was a link, so that the message can be shown without it.
DROP TRIGGER jobraker_outbox_forget;
CREATE TRIGGER jobraker_outbox_forget AFTER UPDATE OF state ON jobraker_outbox
WHEN NEW.kind = 'password_reset' AND NEW.state IN ('sent', 'dead', 'cancelled', 'suppressed')
BEGIN
    UPDATE jobraker_outbox SET payload = '{"link_hidden": true}' WHERE id = NEW.id;
END;
DROP TRIGGER jobraker_outbox_forget_new;
CREATE TRIGGER jobraker_outbox_forget_new AFTER INSERT ON jobraker_outbox
WHEN NEW.kind = 'password_reset' AND NEW.state IN ('sent', 'dead', 'cancelled', 'suppressed')
BEGIN
    UPDATE jobraker_outbox SET payload = '{"link_hidden": true}' WHERE id = NEW.id;
END;
