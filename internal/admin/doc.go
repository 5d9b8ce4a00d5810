// Package admin says what is in force in controlwatch itself: its configuration,
// catalogue and program, as a flat list of settings that two moments can be
// compared by. Secrets are never in it, but for digests under a key that the store
// does not have.
package admin
