package soc2

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Narrowing is something in force that lowers a bar or shrinks what is looked at.
type Narrowing struct {
	Kind      DecisionKind `json:"kind"` // relaxation, skip or scope
	Control   string       `json:"control,omitempty"`
	Parameter string       `json:"parameter,omitempty"`
	Source    string       `json:"source,omitempty"`
	Setting   string       `json:"setting,omitempty"`
	Leaves    string       `json:"leaves_out,omitempty"`
	Value     string       `json:"value,omitempty"`    // in force, as JSON
	Default   string       `json:"default,omitempty"`  // instead of this
	Decision  string       `json:"decision,omitempty"` // that it rests on; empty: none is recorded
}

// Skipped is a setting of a source that leaves something unread.
type Skipped struct {
	Source  string `json:"source"` // provider, as the configuration has it: "aws"
	Setting string `json:"setting"`
	Value   string `json:"value"` // as JSON
}

// NarrowedBy is what may narrow what an assessment says.
type NarrowedBy struct {
	Catalogue  Catalogue
	Parameters map[string]map[string]any // in force, by control
	Categories []string                  // in scope
	Before     []string                  // that were ever in scope before
	Skipped    []Skipped
	LeftOut    []string // ids of systems that the company leaves out of scope
	Decisions  []Decision
}

// Narrowings finds everything that narrows at a time, each with the decision in
// force that it rests on. Which way a parameter is stricter nobody says, so any value
// but the catalogue's counts. A category that was never in scope narrows nothing: which
// are is what the company says its report is about. One that was taken out does, and one
// that a decision leaves out stands beside it.
func Narrowings(by NarrowedBy, at time.Time) []Narrowing {
	var all []Narrowing
	for _, c := range by.Catalogue.Controls {
		inForce := by.Parameters[c.ID]
		for _, name := range slices.Sorted(maps.Keys(c.Parameters)) {
			value, set := inForce[name]
			if !set {
				continue // judged by its default
			}
			if was, is := jsonOf(c.Parameters[name]), jsonOf(value); was != is {
				all = append(all, Narrowing{Kind: Relax, Control: c.ID, Parameter: name, Value: is, Default: was})
			}
		}
	}
	for _, s := range by.Skipped {
		all = append(all, Narrowing{Kind: Skip, Source: s.Source, Setting: s.Setting, Value: s.Value})
	}
	var categories []string
	for _, c := range by.Catalogue.Criteria {
		if !slices.Contains(categories, c.Category) && !slices.Contains(by.Categories, c.Category) {
			categories = append(categories, c.Category)
		}
	}
	slices.Sort(categories)
	for _, left := range slices.Concat(categories, by.LeftOut) {
		all = append(all, Narrowing{Kind: LeaveOut, Leaves: left})
	}
	for i := range all {
		for _, d := range by.Decisions {
			if d.InForce(at) && d.covers(all[i]) {
				all[i].Decision = d.ID
				break
			}
		}
	}
	return slices.DeleteFunc(all, func(n Narrowing) bool {
		return n.Decision == "" && slices.Contains(categories, n.Leaves) && !slices.Contains(by.Before, n.Leaves)
	})
}

// covers says whether a decision is about a narrowing, as it is: another value of a
// parameter or a setting than was decided on rests on nothing. A skip may be decided
// on without its value.
func (d Decision) covers(n Narrowing) bool {
	if d.Kind != n.Kind {
		return false
	}
	switch n.Kind {
	case Relax:
		return d.Control == n.Control && d.Parameter == n.Parameter && sameJSON(d.Value, n.Value)
	case Skip:
		return d.Source == n.Source && d.Setting == n.Setting && (d.Value == "" || sameJSON(d.Value, n.Value))
	case LeaveOut:
		return strings.EqualFold(d.Leaves, n.Leaves)
	case Accept, Exclude:
	}
	return false
}

// Unrecorded are those that rest on no decision.
func Unrecorded(all []Narrowing) []Narrowing {
	var out []Narrowing
	for _, n := range all {
		if n.Decision == "" {
			out = append(out, n)
		}
	}
	return out
}

// String is the narrowing for people, without its decision.
func (n Narrowing) String() string {
	switch n.Kind {
	case Relax:
		return fmt.Sprintf("%s judges by %s %s instead of %s", n.Control, n.Parameter, n.Value, n.Default)
	case Skip:
		return fmt.Sprintf("%s reads only part: %s is %s", n.Source, n.Setting, n.Value)
	case LeaveOut:
		return n.Leaves + " is left out of scope"
	case Accept, Exclude:
	}
	return string(n.Kind)
}

// jsonOf is a parameter's value in one form. A value that has none is equal to
// nothing, itself included, and so counts as another.
func jsonOf(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprintf("unreadable (%v)", err)
	}
	return strings.TrimSpace(b.String())
}

func sameJSON(a, b string) bool {
	form := func(text string) (string, bool) {
		var v any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if d.Decode(&v) != nil {
			return "", false
		}
		return jsonOf(v), true
	}
	x, ok := form(a)
	y, fine := form(b)
	return ok && fine && x == y
}
