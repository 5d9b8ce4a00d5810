package soc2

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// controls tells of each control that counts whether it has evidence, a first
// instance and an owner.
func (j *readinessJudge) controls() {
	results := map[string]ControlResult{}
	blindAttested := map[string]int{}
	if a := j.in.Assessment; a != nil {
		for _, r := range a.Controls {
			results[r.ID] = r
		}
		for i := range a.Findings {
			if f := &a.Findings[i]; f.Check == AttestationCheck && f.Outcome == Unobserved && f.ExcludedBy == "" {
				blindAttested[f.Control]++
			}
		}
	}
	standings := map[string][]AttestationStanding{}
	for _, s := range j.in.Standings {
		standings[s.Control.ID] = append(standings[s.Control.ID], s)
	}
	for _, id := range slices.Sorted(maps.Keys(j.counting)) {
		c := j.counting[id]
		r, judged := results[id]
		if len(c.Checks) > 0 || c.AttestationAsked == nil {
			j.evidence(c, r, judged, r.Unobserved-blindAttested[id])
		}
		if c.AttestationAsked != nil {
			j.instances(c, standings[id])
		}
		j.owner(c)
	}
}

// evidence tells whether the checks of a control saw anything, and all of it.
func (j *readinessJudge) evidence(c Control, r ControlResult, judged bool, blind int) {
	say := func(what, do string) {
		j.say(ReadinessReason{Area: AreaEvidence, Bearing: Unknown, Subject: c.ID, Title: c.Title, Owner: j.ownerOf(c), What: what, Do: do})
	}
	seen := r.Failing + r.Passing
	explain := "`controlwatch explain " + c.ID + "` names what was not seen and the permission or setting it takes"
	switch {
	case !judged:
		say("No evidence yet: it was not judged.", "Scan with a source that it looks at: `controlwatch scan -c FILE`")
	case r.Excluded > 0 && seen == 0 && blind <= 0:
		say(fmt.Sprintf("No evidence: all %d that it is about are excluded by decision.", r.Excluded), "Look at the exclusions again: `controlwatch decisions`")
	case blind > 0 && seen == 0:
		say(fmt.Sprintf("No evidence yet: %d could not be seen.", blind), explain)
	case blind > 0:
		say(fmt.Sprintf("%d of %d could not be seen.", blind, blind+seen), explain)
	case seen == 0 && r.State != NotApplicable:
		say("No evidence yet.", explain)
	}
}

// instances tells whether an attested control was performed a first time, and counts.
func (j *readinessJudge) instances(c Control, all []AttestationStanding) {
	if len(all) == 0 {
		j.say(ReadinessReason{
			Area: AreaFirstInstance, Bearing: Unknown, Subject: c.ID, Title: c.Title, Owner: j.ownerOf(c),
			What: "Whether it was performed was not looked at.", Do: "`controlwatch attestations`",
		})
	}
	for _, s := range all {
		r := ReadinessReason{Area: AreaFirstInstance, Bearing: Against, Subject: c.ID, Title: c.Title, Owner: j.ownerOf(c)}
		attest := "Perform it and record it: `controlwatch attest " + c.ID
		of := ""
		if s.System != "" {
			of, attest = " for "+s.System, attest+" --system "+s.System
		}
		r.Do = attest + " …`"
		switch s.State {
		case AttestedPerformed, AttestedSoon, AttestedDue:
			if j.in.Window.Empty() || s.Until.After(j.in.Window.From) {
				continue
			}
			r.Bearing, r.On = Watch, j.in.day(s.Until)
			r.What = "Its last instance" + of + " stops counting before the period begins."
		case AttestedNever:
			r.What = "No first instance" + of + ": nobody ever attested it."
		case AttestedNotMet:
			r.What = "The last statement" + of + " says that it was not met."
		case AttestedOverdue:
			r.What = "The last instance" + of + " does not count any more."
			if !s.Until.IsZero() {
				r.What = "The last instance" + of + " counted until " + j.in.day(s.Until).Format(time.DateOnly) + "."
			}
		case AttestedIncomplete:
			r.What = "The last instance" + of + " lacks " + strings.Join(s.Lacks, ", ") + "."
			if slices.ContainsFunc(s.Lacks, func(l string) bool { return strings.HasPrefix(l, lacksSight) }) {
				r.Bearing, r.Do = Unknown, "Let controlwatch read all attestations, then ask again"
			}
		default:
			r.Bearing, r.What = Unknown, "How it stands"+of+" is not known."
		}
		j.say(r)
	}
}

// owner tells whether anybody in the company answers for a control. The role that the
// catalogue proposes is nobody yet.
func (j *readinessJudge) owner(c Control) {
	if j.ownerOf(c) != "" {
		return
	}
	j.say(ReadinessReason{
		Area: AreaOwner, Bearing: Against, Subject: c.ID, Title: c.Title, What: "No owner: nobody is named; the catalogue proposes the role " + strconv.Quote(c.Owner) + ".",
		Do: "Name a person or team under scope.owners, by control or criterion",
	})
}

// ownerOf is who answers for a control wherever it works: by a rule that is not of one
// system only, by rules of every system, or by the company's own control.
func (j *readinessJudge) ownerOf(c Control) string { return ControlOwner(c, j.in.Scope, j.in.Company) }

// ControlOwner is who in the company answers for a control: by the first owner rule
// that applies to all of it, else the rules that together name one for every system,
// else the company's own control. Nobody is "".
func ControlOwner(c Control, scope Scope, company []CompanyControl) string {
	by := map[string]string{}
	for _, rule := range scope.Owners {
		of := Gap{Control: c.ID, Criteria: c.Criteria}
		if rule.System != "" {
			of.Systems = []string{rule.System}
		}
		if rule.Owner == "" || !rule.applies(&of) {
			continue
		}
		if rule.System == "" {
			return rule.Owner
		}
		if by[rule.System] == "" {
			by[rule.System] = rule.Owner
		}
	}
	var owners []string
	for _, s := range scope.Systems {
		if by[s.ID] == "" {
			owners = nil
			break
		}
		if !slices.Contains(owners, by[s.ID]) {
			owners = append(owners, by[s.ID])
		}
	}
	if len(owners) > 0 {
		return strings.Join(owners, ", ")
	}
	for _, own := range company {
		if own.Owner != "" && slices.Contains(own.Controls, c.ID) {
			return own.Owner
		}
	}
	return ""
}
