package soc2

import (
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// AccessLook is what it rests on to say that access is not there.
type AccessLook struct {
	From  time.Time // start of the oldest of the pulls that it takes
	At    time.Time // start of the newest of them: what is said is true as of then
	Pulls []string  // their ids
}

// Looked says whether everything was looked at that could show access of one sort of
// one account to one thing. With any hole, that it was not seen says nothing.
func (a *Access) Looked(login evidence.Resource, what AccessWhat, target string) (look AccessLook, holes []evidence.Hole) {
	for _, kind := range accessLists[what] {
		found := false
		for _, f := range a.Feeds {
			if f.Scope.Provider != login.Provider || f.Scope.Account != login.Account || serviceOf(f.Type) != serviceOf(login.Type) || f.Kind != kind {
				continue
			}
			found = true
			switch {
			case f.Hole != nil:
				holes = append(holes, *f.Hole)
				continue
			case f.Seen.IsZero():
				holes = append(holes, evidence.Hole{Type: f.Type, Reason: evidence.NotCollected, Detail: "no pull has read it yet"})
				continue
			}
			look.add(f)
		}
		if !found {
			holes = append(holes, evidence.Hole{Reason: evidence.NotConfigured, Detail: "no source lists any " + string(kind) + " of " + login.Provider + " " + login.Account})
		}
	}
	if len(accessLists[what]) == 0 {
		holes = append(holes, evidence.Hole{Reason: evidence.NotCollected, Detail: "this version does not know access of the sort " + string(what)})
	}
	for _, b := range a.Blind {
		if b.covers(login, what, target) {
			holes = append(holes, b.Hole)
		}
	}
	// A repository that is not listed was deleted, or left out of what is read: its
	// access is gone in the one case only.
	if of := repositoryReached(what, login, target); of != "" && !a.repositories[[3]string{login.Provider, login.Account, of}] {
		holes = append(holes, evidence.Hole{Reason: evidence.NotCollected, Detail: "the repository " + of + " is not listed: deleted, or left out of what is read"})
	}
	return look, holes
}

func (l *AccessLook) add(f AccessFeed) {
	if l.From.IsZero() || f.Seen.Before(l.From) {
		l.From = f.Seen
	}
	if f.Seen.After(l.At) {
		l.At = f.Seen
	}
	if f.Pull != "" && !slices.Contains(l.Pulls, f.Pull) {
		l.Pulls = append(l.Pulls, f.Pull)
		slices.Sort(l.Pulls)
	}
}

func repositoryReached(what AccessWhat, login evidence.Resource, target string) string {
	if what == AccessRepository || what == AccessKeyUse && login.Kind == "AccessKey" && strings.Contains(target, "/") {
		return target
	}
	return ""
}

// serviceOf is the part of a type that says which list of accounts it belongs to:
// "aws.iam", "github".
func serviceOf(typ string) string {
	if i := strings.LastIndexByte(typ, '.'); i > 0 {
		return typ[:i]
	}
	return typ
}
