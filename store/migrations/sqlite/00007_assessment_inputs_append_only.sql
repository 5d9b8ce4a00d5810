-- +goose Up

-- +goose StatementBegin
CREATE TRIGGER assessment_inputs_no_update BEFORE UPDATE ON assessment_inputs
BEGIN
    SELECT RAISE(ABORT, 'assessment_inputs is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessment_inputs_no_delete BEFORE DELETE ON assessment_inputs
BEGIN
    SELECT RAISE(ABORT, 'assessment_inputs is append-only');
END;
-- +goose StatementEnd
