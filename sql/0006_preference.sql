-- What people chose about mail, one row a person and scope. The web application may write here too
-- (docs/unsubscribe.md). Scopes: alert:ID (that job alert), alerts, recommendations, reminders, status, all.
-- "until" ends a pause by itself; weekly_cap, in the row of the scope "all", is the most list mails in a calendar week.
CREATE TABLE jobraker_preference (
    user_id jobraker_text_id NOT NULL,
    scope TEXT NOT NULL CHECK (
        scope IN ('alerts', 'recommendations', 'reminders', 'status', 'all') OR (substr(scope, 1, 6) = 'alert:' AND length(scope) > 6)
    ),
    choice TEXT NOT NULL DEFAULT 'mail' CHECK (choice IN ('mail', 'paused', 'unsubscribed')),
    until TIMESTAMP WITH TIME ZONE,
    weekly_cap INTEGER CHECK (weekly_cap >= 0),
    source TEXT NOT NULL DEFAULT '',
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (user_id, scope)
);
