-- What stays of a password reset's payload says that there was a link, so that the message can be shown without it.
CREATE OR REPLACE FUNCTION jobraker_forget() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    NEW.payload = ''{"link_hidden": true}'';
    RETURN NEW;
END
';
