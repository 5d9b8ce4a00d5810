-- The table is written so that PostgreSQL runs it too; the triggers are SQLite's.

-- +goose Up

-- What was pruned: a body may be emptied only where a row says so, made in the same
-- commit. The body's own row stays, with its digest, which the log has.
CREATE TABLE tombstone (
    blob INTEGER NOT NULL REFERENCES blob (id),
    seq  INTEGER NOT NULL REFERENCES commit_log (seq),
    rule TEXT    NOT NULL, -- by which it was pruned
    PRIMARY KEY (blob, seq)
);
CREATE INDEX tombstone_seq ON tombstone (seq);

-- +goose StatementBegin
CREATE TRIGGER tombstone_no_update BEFORE UPDATE ON tombstone
BEGIN
    SELECT RAISE(ABORT, 'tombstone is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER tombstone_no_delete BEFORE DELETE ON tombstone
BEGIN
    SELECT RAISE(ABORT, 'tombstone is append-only');
END;
-- +goose StatementEnd

-- A body is emptied under a tombstone of the commit that is being written, and comes
-- back only into the place of one that was. Nothing else about it ever changes.
-- +goose StatementBegin
DROP TRIGGER blob_no_update;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER blob_no_update BEFORE UPDATE ON blob
WHEN NOT (new.id = old.id AND new.digest = old.digest AND (
    length(old.body) > 0 AND length(new.body) = 0
        AND EXISTS (SELECT 1 FROM tombstone WHERE blob = old.id AND seq = (SELECT MAX(seq) FROM commit_log))
    OR length(old.body) = 0 AND length(new.body) > 0
        AND EXISTS (SELECT 1 FROM tombstone WHERE blob = old.id)))
BEGIN
    SELECT RAISE(ABORT, 'blob is append-only');
END;
-- +goose StatementEnd
