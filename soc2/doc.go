// Package soc2 is the vocabulary of what evidence means: criteria, controls,
// checks, findings, roll-ups, decisions and drift, and pure functions over
// them. It never touches the world: no clock, no disk, no network.
package soc2
