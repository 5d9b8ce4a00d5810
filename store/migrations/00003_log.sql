-- The evidence log: a Merkle tree (RFC 6962) over what every commit wrote.

-- +goose Up

-- What is recorded beside collected evidence: what people did, what was done to
-- the store, samples, exports, keys.
CREATE TABLE entry (
    seq      INTEGER NOT NULL REFERENCES commit_log (seq),
    ord      INTEGER NOT NULL,                     -- place within the commit
    kind     TEXT    NOT NULL,
    subject  TEXT    NOT NULL,                     -- what it is about
    actor    TEXT    NOT NULL,                     -- who; empty: the program itself
    identity TEXT    NOT NULL,                     -- how that is known; empty: it is not
    body     INTEGER NOT NULL REFERENCES blob (id), -- JSON
    PRIMARY KEY (seq, ord)
);
CREATE INDEX entry_kind ON entry (kind, seq);

-- Which commit a leaf is of. A commit has its leaves one after another.
CREATE TABLE log_leaf (
    leaf INTEGER PRIMARY KEY, -- from 0
    seq  INTEGER NOT NULL REFERENCES commit_log (seq)
);
CREATE INDEX log_leaf_seq ON log_leaf (seq);

-- The hashes of leaves and of whole subtrees, in the order in which they come
-- about (golang.org/x/mod/sumdb/tlog, StoredHashIndex).
CREATE TABLE log_hash (
    id   INTEGER PRIMARY KEY, -- from 0
    hash BYTEA   NOT NULL
);

CREATE TABLE checkpoint (
    seq  INTEGER PRIMARY KEY REFERENCES commit_log (seq), -- the commit it was signed in
    size BIGINT  NOT NULL,                                -- how many leaves it covers
    note TEXT    NOT NULL                                 -- the signed note
);

-- What a commit wrote is read back by its number.
CREATE INDEX fact_change_seq ON fact_change (seq);
CREATE INDEX finding_state_seq ON finding_state (seq);
CREATE INDEX pull_population_seq ON pull_population (seq);
CREATE INDEX record_seq ON record (seq);
