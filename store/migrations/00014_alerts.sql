-- Written so that PostgreSQL runs it too.

-- +goose Up

-- What alerts there are, and which incidents they belong to. It follows from drift and
-- may be changed: it is no evidence. One row more says up to which assessment drift
-- was made into alerts.
CREATE TABLE alert_state (
    id   TEXT PRIMARY KEY, -- of an alert, key of an incident
    kind TEXT NOT NULL,    -- alert, incident, mark
    body TEXT NOT NULL     -- JSON; of the mark the number of the assessment's commit
);

-- Notices that receivers are to be sent, one row for each receiver. It may be
-- changed: that one was handed over is recorded as an entry.
CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY, -- in the order they were written
    notice   TEXT    NOT NULL,    -- id of the notice, the same at every attempt
    receiver TEXT    NOT NULL,
    incident TEXT    NOT NULL,    -- key: its notices go one after the other
    number   INTEGER NOT NULL,    -- of the notice in its incident
    route    TEXT    NOT NULL,
    severity INTEGER NOT NULL,
    body     TEXT    NOT NULL,    -- JSON
    written  BIGINT  NOT NULL,    -- microseconds since 1970, as the times below
    due      BIGINT  NOT NULL,
    attempts INTEGER NOT NULL,    -- that began
    tried    BIGINT  NOT NULL,    -- when the last one began; 0: none did
    next     BIGINT  NOT NULL,    -- no attempt before; 0: at once
    state    TEXT    NOT NULL,    -- waiting, refused, sent, given-up
    error    TEXT    NOT NULL,    -- of the last attempt
    done     BIGINT  NOT NULL,    -- when it was sent or given up; 0: it was not
    UNIQUE (notice, receiver)
);

CREATE INDEX outbox_order ON outbox (receiver, state, incident, id);
