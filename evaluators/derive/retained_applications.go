package derive

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evaluators/sight"
	"github.com/controlwatch/controlwatch/evidence"
)

// Access by an assignment.
const (
	accessOpen    = "open"    // the application lets the user in
	accessPending = "pending" // somebody or something has yet to act on it
	accessEnded   = "ended"
)

// assignmentStates says of each state what it means for access. MATCHED stands
// for an account that exists in the application; REVOKED waits for somebody to
// confirm that it was removed. Source: Okta's schema AppUserStatus.
var assignmentStates = map[string]string{
	"ACTIVE": accessOpen, "PROVISIONED": accessOpen, "IMPLICIT": accessOpen, "MATCHED": accessOpen,
	"REVOKED": accessPending, "STAGED": accessPending, "APPROVED": accessPending, "PENDING": accessPending, "IMPORTED": accessPending,
	"DEPROVISIONED": accessEnded, "INACTIVE": accessEnded, "SUSPENDED": accessEnded, "UNASSIGNED": accessEnded,
}

// unfinished are the states of a synchronisation in which the application does
// not know yet what was decided. Source: Okta's schema AppUserSyncState.
var unfinished = map[string]bool{"ERROR": true, "OUT_OF_SYNC": true, "SYNCING": true, "DISABLED": false, "SYNCHRONIZED": false}

var retainedApplicationsRule = rule{kind: "User", types: []string{"okta.user"}, apply: func(w *world, s *subject) {
	u, ok := s.Body.(*evidence.User)
	if !ok {
		return
	}
	u.RetainsApplications, u.RetainedApplications, u.PendingRemovals = nil, nil, nil
	if s.Resource.Type != "okta.user" {
		return
	}
	all := recall(w, "assignments", s.Resource, func() assignments { return w.assignments(s.Resource) })
	retains := truth{known: len(all.holes) == 0, holes: all.holes}
	names, pending := []string{}, []evidence.PendingRemoval{}
	whole := retains.known
	var holes []evidence.Hole
	for _, a := range all.of[s.Resource.ID] {
		switch a.access {
		case accessOpen:
			retains = or(retains, definite(true))
			names = append(names, a.application)
		case accessPending:
			pending = append(pending, evidence.PendingRemoval{Application: a.application, Since: a.since})
		case accessEnded:
		default:
			retains, whole = or(retains, unseen(a.hole)), false
			holes = append(holes, a.hole)
		}
	}
	u.RetainsApplications = s.set("retains_applications", retains)
	if !whole {
		holes = append(holes, all.holes...)
		s.miss("retained_applications", holes)
		s.miss("pending_removals", holes)
		return
	}
	u.RetainedApplications, u.PendingRemovals = names, pending
}}

// assignments are those of every active application of an account.
type assignments struct {
	of    map[string][]assigned // by user's id
	holes []evidence.Hole       // why there may be more
}

type assigned struct {
	application string
	access      string // empty: hole says why it is not known
	since       *time.Time
	hole        evidence.Hole
}

func (w *world) assignments(r evidence.Resource) assignments {
	all := assignments{of: map[string][]assigned{}, holes: w.Kind(r.Provider, r.Account, "Application")}
	lose := func(holes ...evidence.Hole) {
		for _, h := range holes {
			if !slices.Contains(all.holes, h) {
				all.holes = append(all.holes, h)
			}
		}
	}
	for _, f := range w.beside(r, "Application") {
		app, ok := f.Body.(*evidence.Application)
		if !ok {
			continue
		}
		if h, lost := w.Fact(f); lost {
			lose(h)
			continue
		}
		if app.Status == nil {
			lose(sight.Holes(f, "status")...)
			continue
		}
		if *app.Status != "active" {
			continue // nobody gets in
		}
		if app.Assignments == nil {
			lose(sight.Holes(f, "assignments")...)
			continue
		}
		for _, a := range app.Assignments {
			all.of[a.User] = append(all.of[a.User], access(f, a))
		}
	}
	return all
}

func access(f *evidence.Fact, a evidence.Assignment) assigned {
	out := assigned{application: f.Resource.Label(), since: a.ChangedAt}
	unknown := evidence.Hole{Field: "assignments", Type: f.Resource.Type, Reason: evidence.ProviderError, Detail: "an assignment is in a state nobody described"}
	if a.Status == nil {
		out.hole = evidence.Hole{Field: "assignments", Type: f.Resource.Type, Reason: evidence.NotCollected, Detail: "an assignment has no state"}
		return out
	}
	state, ok := assignmentStates[*a.Status]
	if !ok {
		out.hole = unknown
		return out
	}
	out.access = state
	if state != accessEnded {
		return out
	}
	if a.Sync == nil {
		out.access, out.hole = "", evidence.Hole{Field: "assignments", Type: f.Resource.Type, Reason: evidence.NotCollected, Detail: "whether the application followed is not known"}
		return out
	}
	open, ok := unfinished[*a.Sync]
	switch {
	case !ok:
		out.access, out.hole = "", unknown
	case open:
		out.access = accessPending
	}
	return out
}
