-- As in 00002: nothing of the log is ever changed.

-- +goose Up

-- +goose StatementBegin
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'entry is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'entry is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER log_leaf_no_update BEFORE UPDATE ON log_leaf
BEGIN
    SELECT RAISE(ABORT, 'log_leaf is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER log_leaf_no_delete BEFORE DELETE ON log_leaf
BEGIN
    SELECT RAISE(ABORT, 'log_leaf is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER log_hash_no_update BEFORE UPDATE ON log_hash
BEGIN
    SELECT RAISE(ABORT, 'log_hash is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER log_hash_no_delete BEFORE DELETE ON log_hash
BEGIN
    SELECT RAISE(ABORT, 'log_hash is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN
    SELECT RAISE(ABORT, 'checkpoint is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN
    SELECT RAISE(ABORT, 'checkpoint is append-only');
END;
-- +goose StatementEnd
