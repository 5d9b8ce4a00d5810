-- Every commit is made under the fencing epoch of commit_log, which a scheduler
-- raises by one when it takes the store over. What was open before that and knows
-- nothing of epochs, such as an older release, writes under the epoch 0 and is
-- refused here; a program of this release says so itself and more clearly.

-- +goose Up

-- +goose StatementBegin
CREATE TRIGGER commit_log_fenced BEFORE INSERT ON commit_log
WHEN new.epoch < (SELECT epoch FROM commit_log ORDER BY seq DESC LIMIT 1)
BEGIN
    SELECT RAISE(ABORT, 'another controlwatch took this store over: stop this one, and run the release that wrote last');
END;
-- +goose StatementEnd
