-- Statuses are compared in lower case and without blanks around them; what was seen before is put the same way.
UPDATE jobraker_application_seen SET status = lower(trim(status)) WHERE status <> lower(trim(status));
UPDATE jobraker_application_seen SET told = lower(trim(told)) WHERE told <> lower(trim(told));
