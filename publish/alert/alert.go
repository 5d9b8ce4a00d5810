// Package alert is what receivers of alerts are told, and what a receiver is. It
// knows neither the store nor any one receiver.
package alert

import (
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// Status is whether what an alert is about still is so.
type Status string

// The statuses, as Alertmanager spells them.
const (
	Firing   Status = "firing"
	Resolved Status = "resolved"
)

// Class is the sort of thing an alert is about.
type Class string

// The classes. Each resolves only by its opposite: that sight was lost of what
// failed does not resolve its failing.
const (
	Failing    Class = "failing"      // a check fails
	OutOfSight Class = "out-of-sight" // what was judged cannot be seen
)

// Alert is one finding that drifted, from when it began until it ended.
type Alert struct {
	ID       string      // the same from its beginning to its end, over restarts; another when it reopens
	Status   Status      //
	Class    Class       //
	Change   soc2.Change // that began or ended it
	Cause    soc2.Cause  //
	Control  string      // id
	Title    string      // of the control
	Check    string      //
	Criteria []string    // CC6.1
	Severity soc2.Severity
	Owner    string // of the gap or control; empty: nobody
	System   string // of the scope; empty: unscoped
	Resource evidence.Resource

	From, To soc2.Outcome
	StartsAt time.Time // the assessment that saw it first
	EndsAt   time.Time // the one that saw it end; zero while firing
	Ending   string    // how it ended, in words; empty while firing
	SeenGood time.Time // last seen as it should be before it began; zero: never seen so

	Current     string    // what was seen, in a line
	Desired     string    // what should be
	Remediation string    // how to fix it; commands as in the catalogue
	ChangedBy   ChangedBy // who changed it last in that time, where the provider says so; zero: not known
	Link        string    // to the page of it; empty: none is configured
	Sample      bool      // the company is the sample: said wherever the alert stands alone
}

// ChangedBy is who changed something, by the provider's own log.
type ChangedBy struct {
	Who       string    // as the provider names them
	Operation string    // s3:PutBucketPolicy
	At        time.Time //
	Source    string    // CloudTrail, GitHub audit log, Okta System Log
	Others    int       // how many others changed it too since it was last seen good
}
