package soc2

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// SignOff is another person's yes or no to what somebody recorded. One person
// never requests and approves.
type SignOff struct {
	ID   string // of its record
	Of   string // id of the record that it is about
	Yes  bool
	By   evidence.Actor
	At   time.Time
	Note string
}
