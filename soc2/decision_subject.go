package soc2

import (
	"cmp"
	"strings"
)

// Subject says for people what a decision is about.
func (d Decision) Subject() string {
	switch d.Kind {
	case Accept, Exclude:
		of := cmp.Or(d.Control, "any control")
		if d.Check != "" {
			of += "/" + d.Check
		}
		switch {
		case d.Resource != ResourceKey{}:
			return of + " on " + strings.Join(strings.Fields(d.Resource.Provider+" "+d.Resource.Account+" "+d.Resource.Region+" "+d.Resource.ID), " ")
		case d.Select != Selector{}:
			return of + " where " + d.Select.String()
		}
		return of + ", all of it"
	case Relax:
		return d.Control + ": " + d.Parameter + " is " + d.Value
	case Skip:
		if d.Value != "" {
			return d.Source + ": " + d.Setting + " is " + d.Value
		}
		return d.Source + ": " + d.Setting
	case LeaveOut:
		return d.Leaves + " is left out"
	}
	return ""
}

// String is a form for people: "account 1234, name site*".
func (s Selector) String() string {
	var parts []string
	for _, p := range [][2]string{
		{"provider", s.Provider}, {"account", s.Account}, {"region", s.Region}, {"type", s.Type}, {"id", s.ID}, {"name", s.Name},
	} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	return strings.Join(parts, ", ")
}
