package alert

import (
	"time"

	"github.com/controlwatch/controlwatch/soc2"
)

// Kind is why a notice is sent.
type Kind string

// The kinds of notices.
const (
	Incident Kind = "incident" // something began, grew or ended
	Digest   Kind = "digest"   // what happened since the last one
	Test     Kind = "test"     // somebody asked whether alerts arrive
)

// Notice is one message about one incident: things that began together for one
// cause. Whoever receives it twice can tell by its ID.
type Notice struct {
	ID     string // of this message: the same at every attempt
	Key    string // of the incident: the same in all its messages, from the first to the one that resolves it
	Number int    // of this message in its incident, from 1
	Kind   Kind
	Status Status // of the incident: resolved when none of its alerts fires any more
	Class  Class
	At     time.Time // when it was written

	Title    string // one line, such as "3 S3 buckets are public (CC6.1)"; no markup
	Summary  string // some lines: what, since when, for what cause
	Severity soc2.Severity
	Owner    string
	System   string
	StartsAt time.Time
	EndsAt   time.Time // zero while firing
	Link     string

	Alerts   []Alert // the gravest first; at most MaxAlerts
	Total    int     // alerts of the incident
	Resolved int     // of them
	Sample   bool    // the company is the sample: said in every message
}

// MaxAlerts is how many alerts a notice lists. The others are counted.
const MaxAlerts = 20

// More is how many alerts it does not list.
func (n Notice) More() int { return max(0, n.Total-len(n.Alerts)) }
