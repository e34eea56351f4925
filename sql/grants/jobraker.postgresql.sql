-- What jobraker's role may do: its work, and nothing else. The owner of the tables runs it in the
-- board's database, after "jobraker init" and again after every "jobraker db upgrade"; once more
-- changes nothing. The role must exist. "jobraker db grants jobraker" wrote this file.
GRANT USAGE ON SCHEMA public TO jobraker;
REVOKE CREATE ON SCHEMA public FROM jobraker;
GRANT SELECT (id, user_id, job_id, status, applied_at, created_at, updated_at, last_contact_date, interview_date, follow_up_date, follow_up_reminder_sent_at, interview_details, offer_details) ON applications TO jobraker;
GRANT UPDATE (follow_up_reminder_sent_at) ON applications TO jobraker;
GRANT SELECT (id, session_id, role, content, timestamp, metadata) ON chat_chatmessage TO jobraker;
GRANT INSERT ON chat_chatmessage TO jobraker;
GRANT UPDATE ON chat_chatmessage TO jobraker;
GRANT DELETE ON chat_chatmessage TO jobraker;
GRANT SELECT (id, user_id, title, created_at, updated_at, last_message_at) ON chat_chatsession TO jobraker;
GRANT INSERT ON chat_chatsession TO jobraker;
GRANT UPDATE ON chat_chatsession TO jobraker;
GRANT DELETE ON chat_chatsession TO jobraker;
GRANT SELECT (id, user_id, name, keywords, location, job_type, experience_level, remote_only, min_salary, max_salary, frequency, email_notifications, is_active, last_run) ON job_alerts TO jobraker;
GRANT UPDATE (last_run) ON job_alerts TO jobraker;
GRANT SELECT (id, title, company, description, requirements, location, city, state, country, is_remote, remote_type, job_type, experience_level, salary_min, salary_max, salary_currency, salary_period, skills_required, skills_preferred, technologies, external_source, external_url, status, posted_date, application_deadline, created_at) ON jobs TO jobraker;
GRANT SELECT (id, user_id, job_id, status, score) ON recommended_jobs TO jobraker;
GRANT SELECT (user_id, location, current_title, experience_level, resume, skills, preferred_locations, job_types, salary_min, remote_ok) ON user_profiles TO jobraker;
GRANT SELECT (id, email, first_name, last_name, is_active) ON users TO jobraker;
-- The ledger: all of it, without the right to change or drop the tables (they are the owner's).
DO $$
DECLARE
    own text;
BEGIN
    FOR own IN
        SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND starts_with(tablename, 'jobraker_')
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO jobraker', own);
    END LOOP;
END
$$;
