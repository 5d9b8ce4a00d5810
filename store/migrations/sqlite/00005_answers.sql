-- The tables are written so that PostgreSQL runs them too; the triggers are SQLite's.

-- +goose Up

-- What providers answered, redacted: the pulls whose answers were kept. A pull whose
-- facts are as they were is not among them, unless it was time for one.
CREATE TABLE answer_set (
    seq      INTEGER PRIMARY KEY REFERENCES commit_log (seq),
    feed     INTEGER NOT NULL REFERENCES feed (id),
    why      TEXT    NOT NULL, -- first, changed or interval
    requests INTEGER NOT NULL, -- answered in this pull, of operations that opt in
    bytes    BIGINT  NOT NULL, -- of bodies that keeping them added
    total    BIGINT  NOT NULL  -- of bytes, of all rows up to this one
);
CREATE INDEX answer_set_feed ON answer_set (feed, seq);

-- A row for each request whose answer differs from the one kept before: as with
-- fact_change, the newest row up to a pull is what was answered then. Without an
-- answer, the request was not made any more.
CREATE TABLE answer (
    feed    INTEGER NOT NULL REFERENCES feed (id),
    request INTEGER NOT NULL REFERENCES blob (id),       -- what was asked
    seq     INTEGER NOT NULL REFERENCES answer_set (seq),
    answer  INTEGER REFERENCES blob (id),                -- status, rest, and the digests of its items, each a blob
    PRIMARY KEY (feed, request, seq)
);
CREATE INDEX answer_seq ON answer (seq);

-- +goose StatementBegin
CREATE TRIGGER answer_set_no_update BEFORE UPDATE ON answer_set
BEGIN
    SELECT RAISE(ABORT, 'answer_set is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER answer_set_no_delete BEFORE DELETE ON answer_set
BEGIN
    SELECT RAISE(ABORT, 'answer_set is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer
BEGIN
    SELECT RAISE(ABORT, 'answer is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer
BEGIN
    SELECT RAISE(ABORT, 'answer is append-only');
END;
-- +goose StatementEnd
