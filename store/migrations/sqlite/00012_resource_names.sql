-- The table is written so that PostgreSQL runs it too; the triggers are SQLite's.

-- +goose Up

-- What resources are called, from an assessment on: a row where it differs from
-- before. The name is a body, with salt, so that lines of the log hold a digest that
-- tells nothing, and a name can be erased. Older rows of finding_state and drift have
-- theirs in them.
CREATE TABLE resource_name (
    resource INTEGER NOT NULL REFERENCES resource (id),
    seq      INTEGER NOT NULL REFERENCES assessment (seq),
    name     INTEGER NOT NULL REFERENCES blob (id),
    PRIMARY KEY (resource, seq)
);
CREATE INDEX resource_name_seq ON resource_name (seq);

-- +goose StatementBegin
CREATE TRIGGER resource_name_no_update BEFORE UPDATE ON resource_name
BEGIN
    SELECT RAISE(ABORT, 'resource_name is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER resource_name_no_delete BEFORE DELETE ON resource_name
BEGIN
    SELECT RAISE(ABORT, 'resource_name is append-only');
END;
-- +goose StatementEnd
