// Package evaluators judges facts by the catalogue. It is pure: the same
// snapshot, catalogue, parameters and clock give the same findings, and it
// cannot reach a network, a disk or a clock. Whatever it cannot decide from what
// was seen is unobserved.
package evaluators
