package soc2

import (
	"cmp"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// LoggedChange is an entry of a provider's event log.
type LoggedChange struct {
	Provider, Account string
	ID                string // of the entry
	evidence.ChangeEvent
}

// LoggedChangeOf is the entry that a fact states; false: it is none, or does not say
// when or what about.
func LoggedChangeOf(f evidence.Fact) (LoggedChange, bool) {
	e, ok := f.Body.(*evidence.ChangeEvent)
	if !ok || e == nil || e.At == nil || e.Effect == nil || e.About == nil || e.About.ID+e.About.Name == "" {
		return LoggedChange{}, false
	}
	return LoggedChange{Provider: f.Resource.Provider, Account: f.Resource.Account, ID: f.Resource.ID, ChangeEvent: *e}, true
}

func (c LoggedChange) does(effect string) bool { return *c.Effect == effect }

// ChangesOf are the entries about a resource that was there at a time, up to that
// time, oldest first.
//
// Some entries name a resource by nothing but its name, which another may have had
// before. Such an entry counts from the beginning of the resource on, which is the
// newest one of that name that is not known to be another's, and not after an end
// or the beginning of another. Where no beginning is known, it counts from the first.
func ChangesOf(all []LoggedChange, r evidence.Resource, there time.Time) (about []LoggedChange) {
	var named []LoggedChange
	for _, c := range all {
		if c.Provider != r.Provider || c.Account != r.Account || c.At.After(there) {
			continue
		}
		is, maybe := c.About.Names(r)
		sameName := c.About.Name != "" && c.About.Name == r.Name && c.About.Type == r.Type && c.About.Region == r.Region
		if is || maybe || sameName {
			named = append(named, c)
		}
	}
	slices.SortStableFunc(named, func(a, b LoggedChange) int { return cmp.Or(a.At.Compare(*b.At), cmp.Compare(a.ID, b.ID)) })
	beginning := -1
	for i, c := range named {
		if is, maybe := c.About.Names(r); c.does(evidence.ChangeBegan) && (is || maybe) {
			beginning = i
		}
	}
	ours := beginning < 0
	for i, c := range named {
		is, maybe := c.About.Names(r)
		if c.does(evidence.ChangeBegan) {
			ours = i == beginning
		}
		if is || maybe && ours {
			about = append(about, c)
		}
		if c.does(evidence.ChangeEnded) {
			ours = false
		}
	}
	return about
}

// LastChange is the newest entry from one moment to another about a resource that is
// there at the later one, and how many different actors the entries of that time
// have; 0: there is none.
func LastChange(all []LoggedChange, r evidence.Resource, from, to time.Time) (last LoggedChange, actors int) {
	who := map[evidence.ChangeActor]bool{}
	for _, c := range ChangesOf(all, r, to) {
		if c.At.Before(from) {
			continue
		}
		last = c
		var by evidence.ChangeActor // what is done by nobody who is named counts as one
		if c.By != nil {
			by = *c.By
		}
		who[by] = true
	}
	return last, len(who)
}

// EventLogName is what people call a provider's event log.
func EventLogName(provider string) string {
	names := map[string]string{"aws": "CloudTrail", "github": "GitHub audit log", "okta": "Okta System Log"}
	return cmp.Or(names[provider], "event log of "+provider)
}
