-- The table is written so that PostgreSQL runs it too; the triggers are SQLite's.

-- +goose Up

-- Files that people attached to what they recorded. Their names are in the record;
-- the log has digest and size. Their bodies are pruned like those of facts: when a
-- newer record of the same kind and subject took the place of theirs, and long ago.
CREATE TABLE attached (
    seq   INTEGER NOT NULL REFERENCES commit_log (seq),
    entry INTEGER NOT NULL, -- of the commit, which record it belongs to
    ord   INTEGER NOT NULL, -- of the record, from 0
    size  BIGINT  NOT NULL, -- bytes
    body  INTEGER NOT NULL REFERENCES blob (id),
    PRIMARY KEY (seq, entry, ord)
);

-- +goose StatementBegin
CREATE TRIGGER attached_no_update BEFORE UPDATE ON attached
BEGIN
    SELECT RAISE(ABORT, 'attached is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER attached_no_delete BEFORE DELETE ON attached
BEGIN
    SELECT RAISE(ABORT, 'attached is append-only');
END;
-- +goose StatementEnd
