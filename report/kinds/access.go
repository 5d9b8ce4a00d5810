package kinds

import (
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// SchemaAccess names the form of Access.
const SchemaAccess = "controlwatch.report.access/v1"

// Access is who can reach what.
type Access struct {
	Schema   string           `json:"schema"` // "controlwatch.report.access/v1"
	At       time.Time        `json:"at"`     // the moment looked at
	Sample   bool             `json:"sample_data"`
	Complete bool             `json:"complete"` // every list was seen to its end, and nothing in it is hidden
	Unseen   []string         `json:"unseen"`   // why there may be access that is not listed
	Lists    []AccessList     `json:"lists"`
	Counts   AccessCounts     `json:"counts"`
	Rows     []soc2.AccessRow `json:"rows"` // by person; accounts of nobody last
}

// AccessList is one list that access is known from.
type AccessList struct {
	Type      string         `json:"type"`
	Scope     evidence.Scope `json:"scope"`
	Collector string         `json:"collector"`
	Records   int            `json:"records"`
	Hole      string         `json:"hole,omitempty"` // why it cannot be relied on; empty: it can
}

// AccessCounts are of all rows.
type AccessCounts struct {
	Rows       int `json:"rows"`
	Privileged int `json:"privileged"` // administer, or may: a privilege that was not seen can be any
	Nobody     int `json:"nobody"`     // of accounts that join to no person, programs apart
	Unjoined   int `json:"unjoined"`   // of accounts of which nothing shows whose they are
	NoFactor   int `json:"no_factor"`  // without a second factor, or where none was seen
}

// AccessOf makes the report of what is known of access.
func AccessOf(a *soc2.Access, sample bool) Access {
	r := Access{
		Schema: SchemaAccess, At: a.At, Sample: sample, Complete: a.Complete(), Unseen: append([]string{}, a.Holes()...),
		Lists: []AccessList{}, Rows: slices.Clone(a.Rows), Counts: AccessCounts{Rows: len(a.Rows)},
	}
	for _, f := range a.Feeds {
		l := AccessList{Type: f.Type, Scope: f.Scope, Collector: f.Collector, Records: f.Records}
		if f.Hole != nil {
			l.Hole = strings.TrimSuffix(string(f.Hole.Reason)+": "+f.Hole.Detail, ": ")
		}
		r.Lists = append(r.Lists, l)
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Privileged() {
			r.Counts.Privileged++
		}
		switch {
		case row.Person == nil:
			r.Counts.Unjoined++
		case *row.Person == "" && row.Nature != soc2.NatureService:
			r.Counts.Nobody++
		}
		if row.MFA != nil && !*row.MFA || row.MFA == nil && row.NotSeen("mfa") != "" {
			r.Counts.NoFactor++
		}
	}
	slices.SortStableFunc(r.Rows, func(a, b soc2.AccessRow) int { return strings.Compare(reader(&a), reader(&b)) })
	return r
}

// reader orders rows as a reviewer reads them.
func reader(r *soc2.AccessRow) string {
	switch {
	case r.Person == nil:
		return "\xff" + r.Login.Label()
	case *r.Person == "":
		return "\xfe" + r.Login.Label()
	}
	return *r.Person
}
