-- +goose Up

-- What an assessment was made of beside what its row says, so that it can be made
-- again: which commits it knew, which assessment it was compared with, and where
-- the bytes of scope, parameters, decisions and sources are.
CREATE TABLE assessment_inputs (
    seq    INTEGER PRIMARY KEY REFERENCES assessment (seq) REFERENCES commit_log (seq),
    up_to  BIGINT  NOT NULL,              -- the newest commit that counted as evidence
    before BIGINT  NOT NULL,              -- the assessment it was compared with; 0: none
    basis  INTEGER REFERENCES blob (id)   -- NULL: whoever judged gave none
);
