package soc2

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func (j *readinessJudge) period() {
	say := func(b Bearing, what, do string) {
		j.say(ReadinessReason{Area: AreaPeriod, Bearing: b, Subject: "period", What: what, Do: do})
	}
	w := j.in.Window
	switch {
	case w.Empty():
		say(Against, "The period is not stated.", "Set period.from and period.to in the configuration, or give --from and --to")
	case !j.in.Now.Before(w.To):
		say(Against, "The period is over.", "State the period that is to start: period.from and period.to, or --from and --to")
	case w.From.Before(j.in.day(j.in.Now)):
		say(Watch, "The period began on "+j.in.day(w.From).Format(time.DateOnly)+".", "`controlwatch period` tells how it has gone since")
	}
}

// scope tells what the company has not stated. What the auditor cannot plan without
// stands against starting; what may follow within the period is to be watched.
func (j *readinessJudge) scope() {
	s := j.in.Scope
	missing := func(b Bearing, absent bool, field, what string) {
		if absent {
			j.say(ReadinessReason{Area: AreaScope, Bearing: b, Subject: field, What: what, Do: "State it in the configuration: " + field})
		}
	}
	missing(Against, len(s.Systems) == 0, "scope.systems", "No system is stated: it cannot be told what is audited.")
	missing(Against, s.Audit.IsZero(), "scope.audit", "The day the audit begins is not stated.")
	d := s.Description
	missing(Against, len(d.Services) == 0, "scope.description.services", "What services are provided is not stated.")
	missing(Against, strings.TrimSpace(d.Boundary) == "", "scope.description.boundary", "What belongs to the system and what does not is not stated.")
	missing(Watch, len(s.Commitments) == 0, "scope.commitments", "No commitment to customers is stated.")
	missing(Watch, len(s.Data) == 0, "scope.data", "No class of data is stated.")
	missing(Watch, len(d.UserControls) == 0, "scope.description.user_controls", "What customers must do themselves is not stated.")
	missing(Watch, len(d.Subservices) == 0, "scope.description.subservices", "No subservice organisation is stated.")
	for _, system := range s.Systems {
		missing(Against, system.Owner == "", "scope.systems."+system.ID+".owner", "System "+system.ID+" has no owner.")
		missing(Watch, len(system.Data) == 0, "scope.systems."+system.ID+".data", "System "+system.ID+" has no class of data.")
	}
	if a := j.in.Assessment; a != nil && len(s.Systems) > 0 && a.Assets.Unscoped > 0 {
		j.say(ReadinessReason{
			Area: AreaScope, Bearing: Watch, Subject: "assets", What: fmt.Sprintf("%d assets belong to no system.", a.Assets.Unscoped),
			Do: "Let a system claim them, under scope.systems: `controlwatch inventory`",
		})
	}
}

// sources tells what was not read, by account and reason.
func (j *readinessJudge) sources() {
	a := j.in.Assessment
	if a == nil || len(a.Feeds) == 0 {
		j.say(ReadinessReason{
			Area: AreaSources, Bearing: Unknown, Subject: "sources", What: "No source was read.", Do: "Name sources in the configuration, and `controlwatch scan -c FILE`",
		})
		return
	}
	type place struct{ where, reason string }
	lists, fields := map[place][]string{}, map[place]int{}
	for _, h := range a.Holes {
		p := place{cmp.Or(strings.Trim(h.Provider+"/"+h.Account, "/"), "sources"), string(h.Hole.Reason)}
		if h.Hole.Field == "" {
			lists[p] = append(lists[p], strings.TrimSpace(h.Collector+" "+h.Region))
			continue
		}
		fields[p]++
	}
	say := func(p place, what string) {
		j.say(ReadinessReason{
			Area: AreaSources, Bearing: Unknown, Subject: p.where, What: what,
			Do: "`controlwatch scan` names each with the permission it takes",
		})
	}
	order := func(p, q place) int { return strings.Compare(p.where+"\x00"+p.reason, q.where+"\x00"+q.reason) }
	for _, p := range slices.SortedFunc(maps.Keys(lists), order) {
		names := lists[p]
		slices.Sort(names)
		names = slices.Compact(names)
		say(p, fmt.Sprintf("%d lists were not seen to their end (%s): %s.", len(lists[p]), p.reason, few(names)))
	}
	for _, p := range slices.SortedFunc(maps.Keys(fields), order) {
		say(p, fmt.Sprintf("%d fields of what was listed were not seen (%s).", fields[p], p.reason))
	}
}

// few names the first of many.
func few(names []string) string {
	const shown = 4
	if len(names) > shown {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return strings.Join(names, ", ")
}

func (j *readinessJudge) criteria() {
	in := GapInputs{Scope: j.in.Scope, Catalogue: j.in.Catalogue, Company: j.in.Company}
	for _, c := range j.in.Catalogue.Criteria {
		if !in.inScope(c.ID) {
			continue
		}
		counting, declined := j.adoptions.bearing(&in, c.ID)
		asked := slices.ContainsFunc(counting, func(id string) bool {
			_, known := j.counting[id]
			return known || !slices.ContainsFunc(j.in.Catalogue.Controls, func(c Control) bool { return c.ID == id })
		})
		if asked {
			continue
		}
		what := "No adopted control bears on it."
		switch {
		case len(declined) > 0:
			what = "Controls that would bear on it were declined: " + few(declined) + "."
		case len(counting) > 0:
			what = "Only controls above the profile bear on it: " + few(counting) + "."
		}
		j.say(ReadinessReason{
			Area: AreaCriteria, Bearing: Against, Subject: c.ID, Title: c.Title, What: what,
			Do: "Adopt a control for it: `controlwatch controls list`",
		})
	}
}

// gaps tells which open gaps weigh most. What is only not seen is told of its control.
func (j *readinessJudge) gaps() {
	if j.in.Gaps == nil {
		j.say(ReadinessReason{Area: AreaGaps, Bearing: Unknown, Subject: "gaps", What: "Gaps were not analysed.", Do: "`controlwatch plan`"})
		return
	}
	lesser := 0
	for _, g := range j.in.Gaps.Gaps {
		if _, counts := j.counting[g.Control]; g.OutOfScope || g.Kind == NoControl || g.Control != "" && !counts && j.inCatalogue(g.Control) {
			continue
		}
		r := ReadinessReason{Area: AreaGaps, Bearing: Against, Subject: g.ID, Title: g.Title, Owner: g.Owner, Do: "`controlwatch plan` has its tasks"}
		switch {
		case g.Blind() && g.Control != "":
			continue
		case g.Blind():
			r.Bearing, r.What = Unknown, g.Current
		case g.Risk.Severity != Critical && g.Risk.Severity != High:
			lesser++
			continue
		case g.WhollyAccepted():
			r.Bearing, r.On = Watch, j.in.day(g.AcceptedUntil)
			r.What = fmt.Sprintf("%s gap, accepted: %d still fail and deviate for as long as they do.", g.Risk.Severity, g.Failing)
		default:
			r.What = fmt.Sprintf("Open %s gap (%s): %d fail.", g.Risk.Severity, g.Kind, g.Failing)
			if g.Failing == 0 {
				r.What = fmt.Sprintf("Open %s gap (%s): %s", g.Risk.Severity, g.Kind, g.Current)
			}
		}
		if _, counts := j.counting[g.Control]; counts && r.Bearing != Watch {
			j.touched[g.Control] = true
		}
		j.say(r)
	}
	if lesser > 0 {
		j.say(ReadinessReason{
			Area: AreaGaps, Bearing: Watch, Subject: "gaps", What: fmt.Sprintf("%d open gaps of lesser severity: each is a deviation from the first day on.", lesser), Do: "`controlwatch plan`",
		})
	}
}

func (j *readinessJudge) inCatalogue(control string) bool {
	return slices.ContainsFunc(j.in.Catalogue.Controls, func(c Control) bool { return c.ID == control })
}

// decisions tells which acceptances and other decisions end before the period does.
func (j *readinessJudge) decisions() {
	if j.in.Assessment == nil {
		return // told already: no source was read
	}
	for _, d := range j.in.Assessment.Decisions {
		r := ReadinessReason{Area: AreaDecisions, Bearing: Watch, Subject: d.ID, Title: d.Reason, Owner: d.Requester}
		switch d.Life {
		case DecisionInForce:
			if j.in.Window.Empty() || !d.Expires.Before(j.in.Window.To) {
				continue
			}
			r.On, r.What = j.in.day(d.Expires), fmt.Sprintf("This %s ends within the period.", decisionWord(d.Kind))
			if d.Expires.Before(j.in.Window.From) {
				r.What = fmt.Sprintf("This %s ends before the period begins.", decisionWord(d.Kind))
			}
			r.Do = "Mend what it covers before it ends, or have it decided anew"
		case DecisionRequested:
			r.What, r.Do = fmt.Sprintf("This %s waits for another person's word.", decisionWord(d.Kind)), "`controlwatch approve "+d.ID+"`, or withdraw it"
		case DecisionUnreadable:
			r.Bearing, r.What, r.Do = Unknown, "This decision cannot be read: "+d.Unreadable, "Record it anew"
		case DecisionExpired, DecisionWithdrawn, DecisionRefused:
			continue
		}
		j.say(r)
	}
}

func decisionWord(k DecisionKind) string {
	if k == LeaveOut {
		return "exclusion from the scope"
	}
	return string(k)
}

// log tells whether the log is out of the reach of those who run the program. Days
// that have passed without it cannot be made up for.
func (j *readinessJudge) log() {
	r := ReadinessReason{Area: AreaLog, Subject: "evidence.log.anchors", Do: "Configure an anchor out of the operator's reach under evidence.log.anchors; `controlwatch verify` says what it has taken"}
	p := j.in.Protection
	switch {
	case p == nil:
		r.Bearing, r.What, r.Do = Unknown, "Whether the log is protected against those who run controlwatch was not looked at.", "`controlwatch verify`"
	case len(p.Outside) == 0 || p.Size <= 0:
		r.Bearing, r.What = Against, "The evidence log is "+p.Words()+"."
	case !p.Holds():
		r.Bearing, r.What, r.Do = Watch, p.Words()+".", "Nothing, if the next round takes them: `controlwatch verify` says"
	}
	if p != nil {
		j.out.Protection = p.Words()
	}
	if r.What != "" {
		j.say(r)
	}
}

// people tells whether records can be proven to be of who they say. It takes two: an
// approver is another person than who asks.
func (j *readinessJudge) people() {
	r := ReadinessReason{Area: AreaPeople, Bearing: Against, Subject: "identities", Do: "List people with their SSH keys under identities; `controlwatch identity create` makes a key"}
	switch n := j.in.Signers; {
	case n == nil:
		r.Bearing, r.What = Unknown, "Whether people can sign what they record is not known."
	case *n == 0:
		r.What = "Nobody can sign what they record: every attestation and approval would read \"identity not verified\"."
	case *n == 1:
		r.What = "One person only can sign: nothing can be approved by another whose identity is verified."
	}
	if j.in.Signers != nil {
		j.out.Signers = *j.in.Signers
	}
	if r.What != "" {
		j.say(r)
	}
}
