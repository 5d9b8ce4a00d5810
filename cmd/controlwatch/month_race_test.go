//go:build race

package main

// monthDays: the race detector finds in three days what it finds in thirty.
const monthDays = 3
