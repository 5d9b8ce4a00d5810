// Package store keeps what was seen and what was judged: append-only, addressed
// by content, in one SQLite file. It knows when a resource has disappeared and
// since when a population is not seen; it has no opinion on what either means.
//
// # What is truth
//
// Every write is one transaction and one row of commit_log: its number, the
// time, the program's version and a fencing epoch. Numbers never go back, so
// they order everything; times are kept for people and are never compared to
// find out what came first, because a clock can be set back.
//
// fact_change is the history of facts: a row where a resource was first seen, is
// different, has gone or has come back, and none where it is as it was; except that
// what a pull of a part of its list read again is written, in time before its
// maximum age passes, because such a pull does not show by itself what it read.
// finding_change is the same for findings. Triggers refuse to update or delete
// in these and every other table of history. fact_current is the newest state of
// each fact, kept so that a pull can be compared with it, and can be rebuilt.
//
// Bytes (facts, pull records, plans, catalogues) lie in blob under the SHA-256
// of their content, once each, and are checked against it whenever they are read.
//
// # The place of the log
//
// The leaves of the Merkle log are the canonical lines of one commit: commit_log
// gives their order, and every row of history carries the number of its commit and
// refers to bytes by digest only. They are written in the transaction that writes
// the commit; docs/evidence-log.md describes them.
//
// # Who may write
//
// One program schedules, and begins an epoch when it takes the store over (Lead).
// Each of its commits is refused once another began the next one. Programs that run
// once write beside it, under whichever epoch there is.
package store
