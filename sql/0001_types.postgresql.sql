-- Ids of the shared tables are uuid in PostgreSQL and 32 hex digits in SQLite. One name serves both: here it is
-- a domain over uuid; SQLite, which knows no domains, sees "text" in the name and gives the column text affinity.
CREATE DOMAIN jobraker_text_id AS uuid;
