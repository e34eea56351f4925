-- Which of these files this database has, so that each is applied once.
CREATE TABLE jobraker_schema (
    filename TEXT PRIMARY KEY,
    checksum TEXT NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE NOT NULL
);
