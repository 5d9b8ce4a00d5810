package soc2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// PopulationKind is what a population is made of.
type PopulationKind struct {
	Name string
	Doc  string // one sentence
	Kind evidence.Kind

	ofType string // the end of the resource types it takes; empty: all
	// where says of a fact whether it is one; nil: it was not seen whether. Without it all are.
	where func(evidence.Fact) *bool
	// dated gives what happened, by the source's own dates. Without it a
	// population is what existed.
	dated func(evidence.Fact) []happened
}

// Dated says that it is made of what happened and not of what existed.
func (k PopulationKind) Dated() bool { return k.dated != nil }

// happened is something with a date.
type happened struct {
	part string     // which of several in one fact
	at   *time.Time // nil: not seen when
}

// PopulationKinds are the populations with a name of their own. Every kind of
// fact is one too, by its name.
var PopulationKinds = []PopulationKind{
	{Name: "users", Kind: "User", Doc: "Accounts that people and services sign in with."},
	{Name: "admin-grants", Kind: "User", where: administers, Doc: "Accounts while they held an administrator role. Where the provider does not say who does (aws), every account is one possibly."},
	{Name: "hires", Kind: "Employment", dated: hired, Doc: "People whose first day is in the period, from HR."},
	{Name: "leavers", Kind: "Employment", dated: left, Doc: "People whose last day is in the period, from HR."},
	{Name: "buckets", Kind: "Datastore", ofType: ".bucket", Doc: "Object stores."},
	{Name: "merged-changes", Kind: "ChangeRequest", dated: merged, Doc: "Changes merged into default branches."},
	{Name: "direct-pushes", Kind: "BranchHistory", dated: pushed, Doc: "Movements of default branches that were no merge of a change request."},
	{Name: "trainings", Kind: "Training", dated: trained, Doc: "Trainings that were due in the period, completed or not."},
	{Name: "devices", Kind: "Device", Doc: "Machines that people work on."},
	{Name: "vendors", Kind: "Vendor", Doc: "Companies that deliver services."},
	{Name: "repositories", Kind: "Repository", Doc: "Repositories of code."},
}

// PopulationOf finds a population by its own name or by that of a kind of fact.
func PopulationOf(name string) (PopulationKind, error) {
	for _, k := range PopulationKinds {
		if strings.EqualFold(k.Name, name) {
			return k, nil
		}
	}
	for _, info := range evidence.Kinds {
		if strings.EqualFold(string(info.Kind), name) {
			return PopulationKind{Name: string(info.Kind), Doc: info.Doc, Kind: info.Kind}, nil
		}
	}
	var names []string
	for _, k := range PopulationKinds {
		names = append(names, k.Name)
	}
	return PopulationKind{}, fmt.Errorf("there is no population %q: there is %s, and every kind of fact by its name (`controlwatch facts kinds` lists them)",
		name, strings.Join(names, ", "))
}

func (k PopulationKind) takes(populationType string) bool {
	return strings.HasSuffix(populationType, k.ofType)
}

func administers(f evidence.Fact) *bool { return f.Body.(*evidence.User).Admin }

func hired(f evidence.Fact) []happened {
	return []happened{{at: f.Body.(*evidence.Employment).StartedAt}}
}

// left takes an employment whose last day was not seen as one that may have
// ended, unless it is known to go on.
func left(f evidence.Fact) []happened {
	e := f.Body.(*evidence.Employment)
	switch {
	case e.EndsAt != nil && !e.EndsAt.Never:
		return []happened{{at: &e.EndsAt.At}}
	case e.Status != nil && *e.Status != evidence.EmploymentEnded:
		return nil // works here; when it is to end is not agreed or not told
	case e.EndsAt != nil && e.Status == nil:
		return nil // no end is agreed
	}
	return []happened{{}}
}

func merged(f evidence.Fact) []happened {
	return []happened{{at: f.Body.(*evidence.ChangeRequest).MergedAt}}
}

func pushed(f evidence.Fact) []happened {
	b := f.Body.(*evidence.BranchHistory)
	if b.Pushes == nil {
		return []happened{{}} // not seen whether there were any
	}
	var out []happened
	for _, p := range b.Pushes {
		at := p.At
		out = append(out, happened{part: p.Type + ":" + p.Before + ".." + p.After + "@" + at.UTC().Format(time.RFC3339), at: &at})
	}
	return out
}

func trained(f evidence.Fact) []happened {
	return []happened{{at: f.Body.(*evidence.Training).DueAt}}
}

// renewsCreation are the kinds whose date of creation moves while they exist.
var renewsCreation = []evidence.Kind{"Workload"}

// createdAt is since when a resource exists, where its provider says so.
func createdAt(f evidence.Fact) *time.Time {
	if f.Body == nil || slices.Contains(renewsCreation, f.Resource.Kind) {
		return nil
	}
	return createdField(f.Body)
}
