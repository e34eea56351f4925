-- The web application's tables that jobraker reads or that hang on them, as Django 4.2 spells them
-- for SQLite: UUIDs are 32 hexadecimal digits without dashes, moments are UTC text without a zone
-- ("2026-11-22 08:00:00" or with ".123456"), booleans 0 or 1, JSON is text.
--
-- Not here: the vector columns, which nothing but PostgreSQL can search. Same columns and index
-- names as postgresql.sql otherwise.

CREATE TABLE users (
    password varchar(128) NOT NULL,
    last_login datetime NULL,
    is_superuser bool NOT NULL,
    first_name varchar(150) NOT NULL,
    last_name varchar(150) NOT NULL,
    is_staff bool NOT NULL,
    is_active bool NOT NULL,
    date_joined datetime NOT NULL,
    id char(32) NOT NULL PRIMARY KEY,
    email varchar(254) NOT NULL UNIQUE,
    is_verified bool NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL
);

CREATE TABLE user_profiles (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    phone varchar(20) NOT NULL,
    location varchar(100) NOT NULL,
    linkedin_url varchar(200) NOT NULL,
    github_url varchar(200) NOT NULL,
    portfolio_url varchar(200) NOT NULL,
    current_title varchar(100) NOT NULL,
    current_company varchar(100) NOT NULL,
    experience_level varchar(20) NOT NULL,
    skills text NOT NULL CHECK (JSON_VALID(skills) OR skills IS NULL),
    industries text NOT NULL CHECK (JSON_VALID(industries) OR industries IS NULL),
    preferred_locations text NOT NULL CHECK (JSON_VALID(preferred_locations) OR preferred_locations IS NULL),
    job_types text NOT NULL CHECK (JSON_VALID(job_types) OR job_types IS NULL),
    salary_min integer unsigned NULL CHECK (salary_min >= 0),
    salary_max integer unsigned NULL CHECK (salary_max >= 0),
    remote_ok bool NOT NULL,
    resume varchar(100) NOT NULL,
    cover_letter_template text NOT NULL,
    auto_apply_enabled bool NOT NULL,
    auto_apply_limit_daily integer unsigned NOT NULL CHECK (auto_apply_limit_daily >= 0),
    match_threshold real NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    user_id char(32) NOT NULL UNIQUE REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE jobs (
    id char(32) NOT NULL PRIMARY KEY,
    title varchar(200) NOT NULL,
    company varchar(100) NOT NULL,
    description text NOT NULL,
    requirements text NOT NULL,
    benefits text NOT NULL,
    location varchar(100) NOT NULL,
    city varchar(50) NOT NULL,
    state varchar(50) NOT NULL,
    country varchar(50) NOT NULL,
    is_remote bool NOT NULL,
    remote_type varchar(20) NOT NULL,
    job_type varchar(20) NOT NULL,
    experience_level varchar(20) NOT NULL,
    salary_min integer unsigned NULL CHECK (salary_min >= 0),
    salary_max integer unsigned NULL CHECK (salary_max >= 0),
    salary_currency varchar(3) NOT NULL,
    salary_period varchar(10) NOT NULL,
    skills_required text NOT NULL CHECK (JSON_VALID(skills_required) OR skills_required IS NULL),
    skills_preferred text NOT NULL CHECK (JSON_VALID(skills_preferred) OR skills_preferred IS NULL),
    technologies text NOT NULL CHECK (JSON_VALID(technologies) OR technologies IS NULL),
    external_id varchar(100) NOT NULL,
    external_source varchar(50) NOT NULL,
    external_url varchar(200) NOT NULL,
    company_logo_url varchar(200) NOT NULL,
    processed_for_matching bool NOT NULL,
    status varchar(20) NOT NULL,
    posted_date datetime NULL,
    application_deadline datetime NULL,
    view_count integer unsigned NOT NULL CHECK (view_count >= 0),
    application_count integer unsigned NOT NULL CHECK (application_count >= 0),
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL
);
CREATE INDEX jobs_company_bae1b266 ON jobs (company);
CREATE INDEX jobs_created_at_2f8ca67e ON jobs (created_at);
CREATE INDEX jobs_externa_0ef48a_idx ON jobs (external_source, external_id);
CREATE INDEX jobs_external_id_e7fb19b1 ON jobs (external_id);
CREATE INDEX jobs_job_typ_67bf86_idx ON jobs (job_type, experience_level);
CREATE INDEX jobs_locatio_144e24_idx ON jobs (location, is_remote);
CREATE INDEX jobs_location_f925e70f ON jobs (location);
CREATE INDEX jobs_status_70b954_idx ON jobs (status, created_at DESC);
CREATE INDEX jobs_title_5ec67837 ON jobs (title);
CREATE INDEX jobs_title_858361_idx ON jobs (title, company);

CREATE TABLE applications (
    id char(32) NOT NULL PRIMARY KEY,
    status varchar(30) NOT NULL,
    application_type varchar(20) NOT NULL,
    resume_used varchar(100) NOT NULL,
    cover_letter text NOT NULL,
    additional_documents text NOT NULL CHECK (JSON_VALID(additional_documents) OR additional_documents IS NULL),
    application_url varchar(200) NOT NULL,
    external_application_id varchar(100) NOT NULL,
    match_score real NULL,
    auto_applied bool NOT NULL,
    ai_generated_cover_letter bool NOT NULL,
    last_contact_date datetime NULL,
    interview_date datetime NULL,
    follow_up_date datetime NULL,
    skyvern_task_id varchar(100) NOT NULL,
    submission_logs text NOT NULL CHECK (JSON_VALID(submission_logs) OR submission_logs IS NULL),
    notes text NOT NULL,
    feedback_received text NOT NULL,
    applied_at datetime NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    job_id char(32) NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    user_id char(32) NOT NULL REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED,
    follow_up_reminder_sent_at datetime NULL,
    interview_details text NULL CHECK (JSON_VALID(interview_details) OR interview_details IS NULL),
    offer_details text NULL CHECK (JSON_VALID(offer_details) OR offer_details IS NULL),
    skyvern_response_data text NULL CHECK (JSON_VALID(skyvern_response_data) OR skyvern_response_data IS NULL),
    user_defined_status varchar(30) NULL,
    user_notes text NOT NULL
);
CREATE UNIQUE INDEX applications_user_id_job_id_639f54cc_uniq ON applications (user_id, job_id);
CREATE INDEX application_applica_815fe0_idx ON applications (application_type, created_at DESC);
CREATE INDEX application_auto_ap_11621e_idx ON applications (auto_applied, match_score);
CREATE INDEX application_job_id_606b4d_idx ON applications (job_id, status);
CREATE INDEX application_user_id_4cfcce_idx ON applications (user_id, status);
CREATE INDEX applications_job_id_9cc0e7d0 ON applications (job_id);
CREATE INDEX applications_skyvern_task_id_e146c0cd ON applications (skyvern_task_id);
CREATE INDEX applications_user_id_ccbebfe7 ON applications (user_id);

CREATE TABLE saved_jobs (
    id char(32) NOT NULL PRIMARY KEY,
    category varchar(50) NOT NULL,
    notes text NOT NULL,
    created_at datetime NOT NULL,
    job_id char(32) NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    user_id char(32) NOT NULL REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX saved_jobs_user_id_job_id_9a24e82e_uniq ON saved_jobs (user_id, job_id);
CREATE INDEX saved_jobs_job_id_90bf0c07 ON saved_jobs (job_id);
CREATE INDEX saved_jobs_user_id_08012b_idx ON saved_jobs (user_id, created_at DESC);
CREATE INDEX saved_jobs_user_id_697a9948 ON saved_jobs (user_id);

CREATE TABLE job_alerts (
    id char(32) NOT NULL PRIMARY KEY,
    name varchar(100) NOT NULL,
    keywords text NOT NULL CHECK (JSON_VALID(keywords) OR keywords IS NULL),
    location varchar(100) NOT NULL,
    job_type varchar(20) NOT NULL,
    experience_level varchar(20) NOT NULL,
    remote_only bool NOT NULL,
    min_salary integer unsigned NULL CHECK (min_salary >= 0),
    max_salary integer unsigned NULL CHECK (max_salary >= 0),
    frequency varchar(20) NOT NULL,
    email_notifications bool NOT NULL,
    push_notifications bool NOT NULL,
    is_active bool NOT NULL,
    last_run datetime NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    user_id char(32) NOT NULL REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX job_alerts_frequen_53b5ea_idx ON job_alerts (frequency, last_run);
CREATE INDEX job_alerts_user_id_047926fe ON job_alerts (user_id);
CREATE INDEX job_alerts_user_id_904ac0_idx ON job_alerts (user_id, is_active);

CREATE TABLE recommended_jobs (
    id char(32) NOT NULL PRIMARY KEY,
    score real NOT NULL,
    algorithm_version varchar(50) NULL,
    status varchar(20) NOT NULL,
    recommended_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    job_id char(32) NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    user_id char(32) NOT NULL REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX recommended_jobs_user_id_job_id_de8effc8_uniq ON recommended_jobs (user_id, job_id);
CREATE INDEX recommended_jobs_job_id_4f71700c ON recommended_jobs (job_id);
CREATE INDEX recommended_jobs_recommended_at_799ecd6d ON recommended_jobs (recommended_at);
CREATE INDEX recommended_jobs_status_eb709625 ON recommended_jobs (status);
CREATE INDEX recommended_jobs_user_id_9c3a0485 ON recommended_jobs (user_id);
CREATE INDEX recommended_user_id_5edb59_idx ON recommended_jobs (user_id, status, score DESC);

CREATE TABLE chat_chatsession (
    id char(32) NOT NULL PRIMARY KEY,
    title varchar(255) NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    last_message_at datetime NOT NULL,
    user_id char(32) NOT NULL REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX chat_chatse_user_id_0d22f7_idx ON chat_chatsession (user_id, last_message_at DESC);
CREATE INDEX chat_chatsession_created_at_91428a6b ON chat_chatsession (created_at);
CREATE INDEX chat_chatsession_last_message_at_37ac140d ON chat_chatsession (last_message_at);
CREATE INDEX chat_chatsession_updated_at_a172a8fe ON chat_chatsession (updated_at);
CREATE INDEX chat_chatsession_user_id_5e1fb0de ON chat_chatsession (user_id);

CREATE TABLE chat_chatmessage (
    id char(32) NOT NULL PRIMARY KEY,
    role varchar(10) NOT NULL,
    content text NOT NULL,
    function_call_data text NULL CHECK (JSON_VALID(function_call_data) OR function_call_data IS NULL),
    function_name varchar(100) NULL,
    "timestamp" datetime NOT NULL,
    metadata text NULL CHECK (JSON_VALID(metadata) OR metadata IS NULL),
    session_id char(32) NOT NULL REFERENCES chat_chatsession (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX chat_chatme_session_e81882_idx ON chat_chatmessage (session_id, "timestamp");
CREATE INDEX chat_chatmessage_session_id_4dacb902 ON chat_chatmessage (session_id);
CREATE INDEX chat_chatmessage_timestamp_d42999c6 ON chat_chatmessage ("timestamp");
