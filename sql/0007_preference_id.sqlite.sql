-- A user's id in any other spelling would never be found again, and the person would go on being mailed.
CREATE TRIGGER jobraker_preference_id BEFORE INSERT ON jobraker_preference
WHEN length(NEW.user_id) <> 32 OR NEW.user_id GLOB '*[^0-9a-f]*'
BEGIN
    SELECT RAISE(ABORT, 'user_id in jobraker_preference is 32 lower-case hex digits, without dashes');
END;
