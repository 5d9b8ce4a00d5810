package admin

import "strings"

// The kinds of records of the administrators' log.
const (
	Start     = "start"    // the daemon; says so when the last one ended without a stop
	Stop      = "stop"     // the daemon; subject: the record of its start
	Scan      = "scan"     // one look, by whoever ran it
	Recorded  = "settings" // all that is in force, to compare with
	Upgrade   = "upgrade"  // another program
	Restored  = "restored" // the store, from a backup
	Export    = "export"   // evidence left: who exported what for whom
	Rotated   = "key-rotated"
	Generic   = "configuration-changed"
	Scope     = "scope-changed"
	Schedule  = "schedule-changed"
	Secrets   = "credentials-changed" // never their values
	Params    = "parameters-changed"
	Catalogue = "catalogue-changed"
	Decisions = "decisions-changed"
	Retention = "retention-changed"
	Routing   = "routing-changed"
	People    = "identities-changed"
)

// areas are what the beginnings of paths belong to; the first that fits counts.
var areas = []struct{ prefix, kind string }{
	{"program.", Upgrade},
	{"catalogue.", Catalogue},
	{"judge.", Catalogue},
	{"environment.", Secrets},
	{"decisions.", Decisions},
	{"controls.parameters.", Params},
	{"identities.", People},
	{"retention.", Retention},
	{"evidence.answers.", Retention},
	{"alerts.", Routing},
	{"routing.", Routing},
	{"confirm.", Routing},
	{"scope.", Scope},
	{"timezone", Schedule},
	{"assess_every", Schedule},
}

// timing are the keys of a source that say when it is looked at.
var timing = []string{".schedule", ".timezone", ".jitter", ".max_age"}

// kindOf is what a change of a setting is.
func kindOf(path string, before, after *string) string {
	if hidden(before) || hidden(after) {
		return Secrets
	}
	for _, area := range areas {
		if strings.HasPrefix(path, area.prefix) {
			return area.kind
		}
	}
	if strings.HasPrefix(path, "sources.") {
		for _, suffix := range timing {
			if strings.HasSuffix(path, suffix) && !strings.Contains(path, ".settings.") {
				return Schedule
			}
		}
		return Scope
	}
	return Generic
}

// Kinds lists them.
var Kinds = []string{
	Start, Stop, Scan, Recorded, Upgrade, Restored, Export, Rotated, Generic, Scope, Schedule, Secrets, Params, Catalogue, Decisions, Retention, Routing, People,
}
