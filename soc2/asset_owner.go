package soc2

import (
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/evidence"
)

func (s Scope) own(a *Asset, body any, names TagNames) {
	if tag, value := tagged(a.Tags, names.Owner); tag != "" {
		if owner := s.KnownOwner(value); owner != "" {
			a.Owner, a.OwnerBy = owner, "tag "+tag
			return
		}
	}
	if owner := s.KnownOwner(recordedOwner(body)); owner != "" {
		a.Owner, a.OwnerBy = owner, "its own record"
		return
	}
	if r, ok := body.(*evidence.Repository); ok && r.CodeOwners != nil {
		for _, named := range r.CodeOwners.Everything {
			if owner := s.knownCodeOwner(named); owner != "" {
				a.Owner, a.OwnerBy = owner, "CODEOWNERS"
				return
			}
		}
	}
	for _, system := range s.Systems {
		if system.Owner != "" && slices.Contains(a.Systems, system.ID) {
			a.Owner, a.OwnerBy = system.Owner, "system "+system.ID
			return
		}
	}
	for _, rule := range s.Owners {
		if len(rule.Controls)+len(rule.Criteria) > 0 {
			continue // about gaps, not about things
		}
		if rule.System == "" || slices.Contains(a.Systems, rule.System) {
			a.Owner, a.OwnerBy = rule.Owner, "rule"
			if rule.System != "" {
				a.OwnerBy = "rule for system " + rule.System
			}
			return
		}
	}
}

// KnownOwner gives the id of the team, or the person, that a text names: an id or
// title of a team, somebody in one, or an e-mail address. Empty: nobody who could
// be asked. "tbd" owns nothing.
func (s Scope) KnownOwner(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	for _, t := range s.Teams {
		if strings.EqualFold(t.ID, text) || strings.EqualFold(t.Title, text) {
			return t.ID
		}
	}
	for _, t := range s.Teams {
		for _, member := range t.Members {
			if strings.EqualFold(member, text) {
				return member
			}
		}
	}
	if Address(text) {
		return text
	}
	return ""
}

// knownCodeOwner is KnownOwner of who a file CODEOWNERS names: @organisation/team by
// the team's name, @user by the user's. An e-mail address names somebody by itself.
func (s Scope) knownCodeOwner(named string) string {
	if name, ok := strings.CutPrefix(named, "@"); ok {
		_, team, isTeam := strings.Cut(name, "/")
		if isTeam {
			name = team
		}
		return s.KnownOwner(name)
	}
	return s.KnownOwner(named)
}

// Address says whether a text has the form of an e-mail address: one @ with
// something on both sides, and a dot behind it.
func Address(text string) bool {
	before, after, ok := strings.Cut(text, "@")
	return ok && before != "" && !strings.ContainsAny(text, " \t\n,;<>") && !strings.Contains(after, "@") &&
		strings.Contains(strings.Trim(after, "."), ".")
}

// recordedOwner is the person that a fact names as its owner.
func recordedOwner(body any) string {
	var owner *string
	switch b := body.(type) {
	case *evidence.Device:
		owner = b.Owner
	case *evidence.Vendor:
		owner = b.Owner
	case *evidence.User:
		if owner = b.Person; owner == nil || *owner == "" {
			owner = b.Email
		}
	}
	if owner == nil {
		return ""
	}
	return *owner
}
