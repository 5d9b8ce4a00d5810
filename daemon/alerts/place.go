package alerts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// How much is one incident. What begins with one assessment began together.
const (
	mostControls = 3         // that begin to fail at once in one account; more are one thing that happened to it
	mostGroups   = 5         // that begin at once on one route; more are one thing that happened
	joinWithin   = time.Hour // of its beginning, what fails for the same cause belongs to an incident
)

// The groups. What follows the bar is the place or the control.
const (
	groupSight   = "sight|"
	groupAccount = "account|"
	groupControl = "control|"
	groupJudged  = "judgement|"
	groupScope   = "scope|"
	groupMany    = "many|"
	groupDigest  = "digest|"
)

// place puts each alert that began into one incident on each route it takes, and
// what ended into the digests that are to say so.
func (t *turning) place() {
	slices.SortFunc(t.began, compareTracked)
	byRoute := map[string][]*Tracked{}
	for _, one := range t.began {
		for _, route := range t.routes.Of(one) {
			byRoute[route.Name] = append(byRoute[route.Name], one)
		}
	}
	for _, route := range t.routes.List {
		began := byRoute[route.Name]
		groups := groupsOf(began)
		for _, one := range began {
			if route.Digest != nil {
				t.digest(route, one)
				continue
			}
			incident := t.incident(route, groups[one], one)
			incident.Alerts = append(incident.Alerts, one.Alert.ID)
			one.Told = append(one.Told, Told{Route: route.Name, Incident: incident.Key, Receivers: incident.Receivers})
		}
	}
	for _, one := range t.ended {
		for _, told := range one.Told {
			if told.Digest {
				route, ok := t.routes.Find(told.Route)
				if !ok || route.Digest == nil { // the configuration changed: those who were told are told at once
					route = Route{Name: told.Route, Receivers: told.Receivers}
				}
				t.digest(route, one)
			}
		}
	}
}

// incident is the open one that an alert belongs to, or a new one.
func (t *turning) incident(route Route, group string, one *Tracked) *Incident {
	for _, key := range t.sortedIncidents() {
		i := t.state.Incidents[key]
		if i.Route != route.Name || i.Group != group || i.Kind != alert.Incident {
			continue
		}
		if t.isNew(i) || t.firingOf(i) > 0 && (i.Class == alert.OutOfSight || t.in.Now.Sub(i.Began) <= joinWithin) {
			t.changed[i.Key] = true
			return i
		}
	}
	i := &Incident{
		Key: "i" + incidentKey(route.Name, group, one.Alert.ID), Route: route.Name, Receivers: slices.Clone(route.Receivers), Group: group,
		Kind: alert.Incident, Class: one.Alert.Class, Began: t.in.Now,
	}
	t.state.Incidents[i.Key] = i
	t.changed[i.Key] = true
	return i
}

func (t *turning) isNew(i *Incident) bool { return i.Number == 0 }

func (t *turning) firingOf(i *Incident) (n int) {
	for _, id := range i.Alerts {
		if one := t.state.Alerts[id]; one != nil && one.firing() {
			n++
		}
	}
	return n
}

// digest adds an alert to the digest that is sent next on a route.
func (t *turning) digest(route Route, one *Tracked) {
	var next *Incident
	for _, key := range t.sortedIncidents() {
		if i := t.state.Incidents[key]; i.Kind == alert.Digest && i.Route == route.Name && (t.isNew(i) || i.Due.After(t.in.Now) && t.untouched(i)) {
			next = i
		}
	}
	if next == nil {
		due := t.in.Now
		if route.Digest != nil {
			due = route.Digest.Next(t.in.Now).UTC()
		}
		next = &Incident{
			Key: "d" + incidentKey(route.Name, groupDigest, due.Format(time.RFC3339)+one.Alert.ID), Route: route.Name, Receivers: slices.Clone(route.Receivers),
			Group: groupDigest, Kind: alert.Digest, Class: one.Alert.Class, Began: t.in.Now, Due: due,
		}
		t.state.Incidents[next.Key] = next
	}
	t.changed[next.Key] = true
	if !slices.Contains(next.Alerts, one.Alert.ID) {
		next.Alerts = append(next.Alerts, one.Alert.ID)
	}
	if !slices.ContainsFunc(one.Told, func(told Told) bool { return told.Route == route.Name }) {
		one.Told = append(one.Told, Told{Route: route.Name, Incident: next.Key, Receivers: next.Receivers, Digest: true})
		t.changed[one.Alert.ID] = true
	}
}

func (t *turning) sortedIncidents() []string {
	keys := make([]string, 0, len(t.state.Incidents))
	for key := range t.state.Incidents {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// groupsOf tells what alerts that began together, on one route, have in common.
func groupsOf(began []*Tracked) map[*Tracked]string {
	controls := map[string]map[string]bool{} // by account
	groups := map[*Tracked]string{}
	for _, one := range began {
		a := &one.Alert
		groups[one] = groupControl + a.Control + "|" + string(a.Cause)
		switch {
		case a.Class == alert.OutOfSight:
			groups[one] = groupSight + account(a)
		case a.Cause == soc2.CauseJudgement:
			groups[one] = groupJudged
		case a.Cause == soc2.CauseScope && a.Change != soc2.AcceptanceExpired:
			groups[one] = groupScope + account(a)
		default:
			if controls[account(a)] == nil {
				controls[account(a)] = map[string]bool{}
			}
			controls[account(a)][a.Control] = true
		}
	}
	distinct := map[string]bool{}
	for one, group := range groups {
		if strings.HasPrefix(group, groupControl) && len(controls[account(&one.Alert)]) > mostControls {
			groups[one] = groupAccount + account(&one.Alert)
		}
		distinct[groups[one]] = true
	}
	if len(distinct) > mostGroups {
		for one := range groups {
			groups[one] = groupMany + string(one.Alert.Class)
		}
	}
	return groups
}

// account is where the system is that alerts of one cause have in common.
func account(a *alert.Alert) string { return a.Resource.Provider + "|" + a.Resource.Account }

// compareTracked puts the gravest first, and what fires before what ended.
func compareTracked(a, b *Tracked) int {
	return cmp.Or(
		-cmp.Compare(a.Alert.Severity, b.Alert.Severity),
		strings.Compare(string(a.Alert.Status), string(b.Alert.Status)), // firing before resolved
		strings.Compare(a.Alert.Control, b.Alert.Control),
		strings.Compare(a.Alert.Check, b.Alert.Check),
		a.Alert.Resource.Key().Compare(b.Alert.Resource.Key()),
		strings.Compare(string(a.Alert.Class), string(b.Alert.Class)),
		strings.Compare(a.Alert.ID, b.Alert.ID),
	)
}
