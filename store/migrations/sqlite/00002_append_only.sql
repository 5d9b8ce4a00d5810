-- History is written once. These triggers keep the program and its users from
-- changing it by mistake; against somebody with the file in hand only the log
-- helps.

-- +goose Up

-- +goose StatementBegin
CREATE TRIGGER commit_log_no_update BEFORE UPDATE ON commit_log
BEGIN
    SELECT RAISE(ABORT, 'commit_log is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER commit_log_no_delete BEFORE DELETE ON commit_log
BEGIN
    SELECT RAISE(ABORT, 'commit_log is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER blob_no_update BEFORE UPDATE ON blob
BEGIN
    SELECT RAISE(ABORT, 'blob is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER blob_no_delete BEFORE DELETE ON blob
BEGIN
    SELECT RAISE(ABORT, 'blob is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER feed_no_update BEFORE UPDATE ON feed
BEGIN
    SELECT RAISE(ABORT, 'feed is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER feed_no_delete BEFORE DELETE ON feed
BEGIN
    SELECT RAISE(ABORT, 'feed is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER population_no_update BEFORE UPDATE ON population
BEGIN
    SELECT RAISE(ABORT, 'population is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER population_no_delete BEFORE DELETE ON population
BEGIN
    SELECT RAISE(ABORT, 'population is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER plan_no_update BEFORE UPDATE ON plan
BEGIN
    SELECT RAISE(ABORT, 'plan is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER plan_no_delete BEFORE DELETE ON plan
BEGIN
    SELECT RAISE(ABORT, 'plan is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pull_no_update BEFORE UPDATE ON pull
BEGIN
    SELECT RAISE(ABORT, 'pull is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pull_no_delete BEFORE DELETE ON pull
BEGIN
    SELECT RAISE(ABORT, 'pull is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pull_population_no_update BEFORE UPDATE ON pull_population
BEGIN
    SELECT RAISE(ABORT, 'pull_population is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER pull_population_no_delete BEFORE DELETE ON pull_population
BEGIN
    SELECT RAISE(ABORT, 'pull_population is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER resource_no_update BEFORE UPDATE ON resource
BEGIN
    SELECT RAISE(ABORT, 'resource is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER resource_no_delete BEFORE DELETE ON resource
BEGIN
    SELECT RAISE(ABORT, 'resource is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER fact_change_no_update BEFORE UPDATE ON fact_change
BEGIN
    SELECT RAISE(ABORT, 'fact_change is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER fact_change_no_delete BEFORE DELETE ON fact_change
BEGIN
    SELECT RAISE(ABORT, 'fact_change is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER record_no_update BEFORE UPDATE ON record
BEGIN
    SELECT RAISE(ABORT, 'record is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER record_no_delete BEFORE DELETE ON record
BEGIN
    SELECT RAISE(ABORT, 'record is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessment_no_update BEFORE UPDATE ON assessment
BEGIN
    SELECT RAISE(ABORT, 'assessment is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessment_no_delete BEFORE DELETE ON assessment
BEGIN
    SELECT RAISE(ABORT, 'assessment is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER finding_state_no_update BEFORE UPDATE ON finding_state
BEGIN
    SELECT RAISE(ABORT, 'finding_state is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER finding_state_no_delete BEFORE DELETE ON finding_state
BEGIN
    SELECT RAISE(ABORT, 'finding_state is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER drift_no_update BEFORE UPDATE ON drift
BEGIN
    SELECT RAISE(ABORT, 'drift is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER drift_no_delete BEFORE DELETE ON drift
BEGIN
    SELECT RAISE(ABORT, 'drift is append-only');
END;
-- +goose StatementEnd
