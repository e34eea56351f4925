-- What each call of the chat's model used. A row is written before the call, with the most it may use (reserved), and
-- corrected after it (settled), so that processes side by side keep to one limit. Cost is in millionths of a dollar.
CREATE TABLE jobraker_chat_usage (
    id jobraker_text_id PRIMARY KEY,
    user_id jobraker_text_id NOT NULL,
    session_id jobraker_text_id,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    round INTEGER NOT NULL DEFAULT 0,
    model TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'settled')),
    input_tokens BIGINT NOT NULL DEFAULT 0,
    output_tokens BIGINT NOT NULL DEFAULT 0,
    cost_micros BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX jobraker_chat_usage_user ON jobraker_chat_usage (user_id, at);

-- Who opened the chat for whom: an operator by --as, or a person by a token.
CREATE TABLE jobraker_chat_login (
    id jobraker_text_id PRIMARY KEY,
    user_id jobraker_text_id NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('as', 'token')),
    command TEXT NOT NULL DEFAULT '',
    host TEXT NOT NULL DEFAULT '',
    account TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobraker_chat_login_user ON jobraker_chat_login (user_id, at);
