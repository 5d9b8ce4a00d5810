-- Written so that SQLite and PostgreSQL both run it. Times are microseconds since
-- 1970 UTC. What only one of them understands is in the folder of that name.

-- +goose Up

-- One row for every transaction that wrote. The Merkle log will hang from seq.
CREATE TABLE commit_log (
    seq     INTEGER PRIMARY KEY,
    at      BIGINT  NOT NULL,           -- the store's clock; may go back, seq does not
    epoch   BIGINT  NOT NULL DEFAULT 0, -- fencing epoch of the writer
    kind    TEXT    NOT NULL,           -- plan, pull or assessment
    version TEXT    NOT NULL            -- of the program that wrote
);

-- Every body once. The row id keeps inserts in order; a digest as primary key
-- would scatter them.
CREATE TABLE blob (
    id     INTEGER PRIMARY KEY,
    digest BYTEA   NOT NULL UNIQUE, -- SHA-256 of body
    body   BYTEA   NOT NULL
);

-- A feed is one collector over one scope.
CREATE TABLE feed (
    id        INTEGER PRIMARY KEY,
    collector TEXT    NOT NULL,
    provider  TEXT    NOT NULL,
    account   TEXT    NOT NULL,
    region    TEXT    NOT NULL,
    shard     TEXT    NOT NULL,
    UNIQUE (collector, provider, account, region, shard)
);

-- A population is one list of resources that a feed reads to its end.
CREATE TABLE population (
    id   INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL REFERENCES feed (id),
    kind TEXT    NOT NULL,
    type TEXT    NOT NULL,
    UNIQUE (feed, kind, type)
);

CREATE TABLE plan (
    seq    INTEGER PRIMARY KEY REFERENCES commit_log (seq),
    source TEXT    NOT NULL,
    at     BIGINT  NOT NULL,
    record INTEGER NOT NULL REFERENCES blob (id) -- the plan without its time
);
CREATE INDEX plan_source ON plan (source, seq);

-- The number of a pull is the number of its commit.
CREATE TABLE pull (
    seq         INTEGER PRIMARY KEY REFERENCES commit_log (seq),
    feed        INTEGER NOT NULL REFERENCES feed (id),
    source      TEXT    NOT NULL,
    started_at  BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL,
    record      INTEGER NOT NULL REFERENCES blob (id)
);
CREATE INDEX pull_feed ON pull (feed, seq);

-- Whether a pull saw a population to its end.
CREATE TABLE pull_population (
    population INTEGER NOT NULL REFERENCES population (id),
    seq        INTEGER NOT NULL REFERENCES pull (seq),
    complete   BOOLEAN NOT NULL,
    PRIMARY KEY (population, seq)
);

-- Identity only: names and other attributes are in the facts.
CREATE TABLE resource (
    id       INTEGER PRIMARY KEY,
    provider TEXT    NOT NULL,
    account  TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    ref      TEXT    NOT NULL, -- the provider's immutable id
    UNIQUE (provider, account, region, kind, ref)
);

-- The truth about facts. Without a blob, the resource has gone from the population.
CREATE TABLE fact_change (
    population INTEGER NOT NULL REFERENCES population (id),
    resource   INTEGER NOT NULL REFERENCES resource (id),
    seq        INTEGER NOT NULL REFERENCES pull (seq),
    blob       INTEGER REFERENCES blob (id),
    PRIMARY KEY (population, resource, seq)
);
CREATE INDEX fact_change_resource ON fact_change (resource);

-- The newest row of fact_change for each resource that has not gone.
CREATE TABLE fact_current (
    population INTEGER NOT NULL,
    resource   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    blob       INTEGER NOT NULL,
    PRIMARY KEY (population, resource)
);
CREATE INDEX fact_current_resource ON fact_current (resource); -- facts are read in the order of resources

-- What was judged with: catalogue, parameters, configuration.
CREATE TABLE record (
    kind TEXT    NOT NULL,
    blob INTEGER NOT NULL REFERENCES blob (id),
    seq  INTEGER NOT NULL REFERENCES commit_log (seq),
    PRIMARY KEY (kind, blob)
);

CREATE TABLE assessment (
    seq         INTEGER PRIMARY KEY REFERENCES commit_log (seq),
    at          BIGINT  NOT NULL,
    started_at  BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL,
    version     TEXT    NOT NULL,
    sample_data BOOLEAN NOT NULL,
    catalogue   TEXT    NOT NULL,
    parameters  TEXT    NOT NULL,
    engine      TEXT    NOT NULL,
    derive      TEXT    NOT NULL,
    newest_pull BIGINT  NOT NULL,                       -- newest pull it judged; 0: none
    feeds       INTEGER NOT NULL REFERENCES blob (id), -- the feeds it judged
    result      INTEGER NOT NULL REFERENCES blob (id)  -- criteria, controls and totals
);

-- What is remembered of the findings on a resource, once for each assessment in
-- which any of it changed. One row holds all of them: most of what many checks say
-- of one resource changes together, with the fact they judge.
CREATE TABLE finding_state (
    resource INTEGER NOT NULL REFERENCES resource (id),
    seq      INTEGER NOT NULL REFERENCES assessment (seq),
    type     TEXT    NOT NULL,                      -- of the resource
    name     TEXT    NOT NULL,                      -- of the resource
    checks   INTEGER NOT NULL REFERENCES blob (id), -- control and check of each state, as JSON
    states   BYTEA   NOT NULL,                      -- in the order of checks; finding_state.go has the form
    PRIMARY KEY (resource, seq)
);

CREATE TABLE drift (
    seq           INTEGER NOT NULL REFERENCES assessment (seq),
    ord           INTEGER NOT NULL, -- place within the assessment
    at            BIGINT  NOT NULL,
    change        TEXT    NOT NULL,
    cause         TEXT    NOT NULL,
    control       TEXT    NOT NULL,
    check_id      TEXT    NOT NULL,
    resource      INTEGER NOT NULL REFERENCES resource (id),
    type          TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    outcome_from  TEXT    NOT NULL,
    outcome_to    TEXT    NOT NULL,
    gone          BOOLEAN NOT NULL,
    severity      TEXT    NOT NULL,
    PRIMARY KEY (seq, ord)
);
