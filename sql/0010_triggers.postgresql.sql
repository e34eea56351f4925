-- Whoever follows notifications (LISTEN) is told when there are new ones, whoever wrote them.
CREATE FUNCTION jobraker_notify() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM pg_notify(''jobraker_notification'', '''');
    RETURN NULL;
END
';
CREATE OR REPLACE TRIGGER jobraker_notification_new AFTER INSERT ON jobraker_notification
    FOR EACH STATEMENT EXECUTE FUNCTION jobraker_notify();

-- The link of a password reset is not kept once its message has ended, however it ended. What stays says that there
-- was one, so that the message can be shown without it.
CREATE FUNCTION jobraker_forget() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    NEW.payload = ''{"link_hidden": true}'';
    RETURN NEW;
END
';
CREATE OR REPLACE TRIGGER jobraker_outbox_forget BEFORE INSERT OR UPDATE ON jobraker_outbox
    FOR EACH ROW WHEN (
        NEW.kind = 'password_reset' AND NEW.state IN ('sent', 'dead', 'cancelled', 'suppressed')
    ) EXECUTE FUNCTION jobraker_forget();
