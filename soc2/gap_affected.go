package soc2

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// affected is what fails or was not seen of one control.
type affected struct {
	failing, unobserved, accepted, excluded int
	checks                                  []GapCheck
	examples                                []GapExample
	since, acceptedUntil                    time.Time
	undated                                 bool
	systems, systemOwners, assetOwners      map[string]int
	unscoped                                int
	facts                                   affectedFacts
	decisions                               map[string]int // acceptances, by id
	keys                                    []FindingKey
}

// affectedFacts counts what is known of the resources. What is not known is
// counted as that, and never as the better of the two.
type affectedFacts struct {
	all                                    int
	exposed, notExposed, exposedUnseen     int
	privileged, ordinary, privilegedUnseen int
	production, productionUnseen           int
	sensitive, dataUnseen                  int
	sensitiveClasses                       map[string]bool
}

func (in *GapInputs) affectedByControl() map[string]*affected {
	all := map[string]*affected{}
	levels := map[string]string{}
	for _, d := range in.Scope.Data {
		levels[d.ID] = d.Level
	}
	systems := map[string]System{}
	for _, s := range in.Scope.Systems {
		systems[s.ID] = s
	}
	if in.Assessment == nil {
		return all
	}
	for i := range in.Assessment.Findings {
		f := &in.Assessment.Findings[i]
		if f.Outcome != Fail && f.Outcome != Unobserved {
			continue
		}
		a := all[f.Control]
		if a == nil {
			a = &affected{systems: map[string]int{}, systemOwners: map[string]int{}, assetOwners: map[string]int{}, decisions: map[string]int{}}
			a.facts.sensitiveClasses = map[string]bool{}
			all[f.Control] = a
		}
		if f.ExcludedBy != "" {
			a.excluded++
			continue
		}
		a.count(f)
		a.show(f)
		a.place(in.asset(f), systems, levels)
	}
	return all
}

// asset is what is known of a finding's resource; of a scope that was not seen nothing is.
func (in *GapInputs) asset(f *Finding) Asset {
	if f.Asset != nil {
		return *f.Asset
	}
	if in.AssetOf == nil || f.OnScope() {
		return Asset{Resource: f.Resource}
	}
	return in.AssetOf(f.Resource)
}

func (a *affected) count(f *Finding) {
	if f.Outcome == Unobserved {
		a.unobserved++
	} else {
		a.failing++
		if f.Acceptance != nil {
			a.accepted++
			a.decisions[f.Acceptance.ID]++
			if a.acceptedUntil.IsZero() || f.Acceptance.Expires.Before(a.acceptedUntil) {
				a.acceptedUntil = f.Acceptance.Expires
			}
		}
	}
	switch {
	case f.LastChanged.IsZero():
		a.undated = true
	case a.since.IsZero() || f.LastChanged.Before(a.since):
		a.since = f.LastChanged
	}
	i := slices.IndexFunc(a.checks, func(c GapCheck) bool { return c.Check == f.Check && c.Provider == f.Resource.Provider })
	if i < 0 {
		i = len(a.checks)
		a.checks = append(a.checks, GapCheck{Check: f.Check, Provider: f.Resource.Provider, Desired: f.Desired, Remediation: f.Remediation})
	}
	c := &a.checks[i]
	if f.Outcome == Unobserved {
		c.Unobserved++
		if len(c.Reasons) < mostGapReasons && f.Reason != "" && !slices.Contains(c.Reasons, f.Reason) {
			c.Reasons = append(c.Reasons, f.Reason)
		}
		return
	}
	c.Failing++
	if f.Acceptance != nil {
		c.Accepted++
		return
	}
	if len(c.Examples) < mostCheckExamples {
		c.Examples = append(c.Examples, f.Resource)
	}
}

func (a *affected) show(f *Finding) {
	one := GapExample{Resource: f.Resource, Check: f.Check, Outcome: f.Outcome, Reason: f.Reason, Current: f.Observed, Since: f.LastChanged}
	if f.Acceptance != nil {
		one.Accepted = f.Acceptance.ID
	}
	if len(a.examples) == mostGapExamples {
		// What fails is shown before what was not seen, and what nobody accepted first.
		i := slices.IndexFunc(a.examples, func(e GapExample) bool { return exampleRank(one) < exampleRank(e) })
		if i < 0 {
			return
		}
		worst := 0
		for n := range a.examples {
			if exampleRank(a.examples[n]) >= exampleRank(a.examples[worst]) {
				worst = n
			}
		}
		a.examples, a.keys = slices.Delete(a.examples, worst, worst+1), slices.Delete(a.keys, worst, worst+1)
	}
	a.examples, a.keys = append(a.examples, one), append(a.keys, f.Key())
}

func exampleRank(e GapExample) int {
	switch {
	case e.Outcome == Fail && e.Accepted == "":
		return 0
	case e.Outcome == Fail:
		return 1
	}
	return 2
}

// place notes where a resource is and what is known of it.
func (a *affected) place(asset Asset, systems map[string]System, levels map[string]string) {
	x := &a.facts
	x.all++
	if asset.Unscoped() && asset.Resource.Kind != evidence.KindScope {
		a.unscoped++
	}
	production := asset.Environment
	data := slices.Clone(asset.Data)
	for _, id := range asset.Systems {
		a.systems[id]++
		if s, ok := systems[id]; ok {
			if s.Owner != "" {
				a.systemOwners[s.ID]++
			}
			if production == "" {
				production = s.Environment
			}
			if len(asset.Data) == 0 {
				data = append(data, s.Data...)
			}
		}
	}
	if asset.Owner != "" {
		a.assetOwners[asset.Owner+"\x00"+asset.OwnerBy]++
	}
	seen := func(v *bool, yes, no, unseen *int) {
		switch {
		case v == nil:
			*unseen++
		case *v:
			*yes++
		default:
			*no++
		}
	}
	seen(asset.Exposed, &x.exposed, &x.notExposed, &x.exposedUnseen)
	seen(asset.Privileged, &x.privileged, &x.ordinary, &x.privilegedUnseen)
	switch production {
	case "production":
		x.production++
	case "":
		x.productionUnseen++
	}
	sensitive := false
	for _, id := range data {
		level := levels[id]
		if level == "" {
			level = id // tags may name the level itself
		}
		if level == "restricted" || level == "confidential" {
			sensitive = true
			x.sensitiveClasses[id] = true
		}
	}
	switch {
	case sensitive:
		x.sensitive++
	case len(data) == 0:
		x.dataUnseen++
	}
}
