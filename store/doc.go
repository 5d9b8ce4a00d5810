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
// different, has gone or has come back, and none where it is as it was.
// finding_change is the same for findings. Triggers refuse to update or delete
// in these and every other table of history. fact_current is the newest state of
// each fact, kept so that a pull can be compared with it, and can be rebuilt.
//
// Bytes (facts, pull records, plans, catalogues) lie in blob under the SHA-256
// of their content, once each, and are checked against it whenever they are read.
//
// # The place of the log
//
// The Merkle log is not built yet. Its leaves are to be the canonical lines of
// one commit: commit_log gives their order, and every row of history carries the
// number of its commit and refers to bytes by digest only. The leaves, the tree
// and its signed heads will be tables keyed by commit_log.seq, written in the
// transaction that writes the commit. The epoch is zero until more than one
// writer is elected in turn; then a commit under an older epoch is refused.
package store
