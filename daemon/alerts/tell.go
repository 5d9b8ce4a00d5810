package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
)

const (
	// GrowEvery bounds how often an incident that grows says so.
	GrowEvery = time.Hour
	// ShowEnded is how long what ended is still shown to mirrors.
	ShowEnded = time.Hour
)

// tell writes a notice of each incident that began, grew or ended.
func (t *turning) tell() {
	grew := map[string]bool{}
	for _, one := range t.began {
		for _, told := range one.Told {
			grew[told.Incident] = true
		}
	}
	ended := map[string]bool{}
	for _, one := range t.ended {
		for _, told := range one.Told {
			ended[told.Incident] = true
		}
	}
	for _, key := range t.sortedIncidents() {
		i := t.state.Incidents[key]
		route, _ := t.routes.Find(i.Route)
		switch {
		case i.Kind == alert.Digest:
			if t.changed[key] {
				t.write(i, i.Due)
			}
			continue
		case grew[key] && i.Number == 0:
			t.write(i, t.in.Now.Add(route.Wait))
		case grew[key] && t.firingOf(i) > 0:
			due := t.in.Now
			if i.Number > 1 && !t.untouched(i) { // it grew before
				due = t.soon(i.Due.Add(GrowEvery))
			}
			t.write(i, due)
		case t.namesActor(i) && t.untouched(i): // whoever was told already reads it in what is told next
			t.write(i, i.Due)
		}
		if (ended[key] || grew[key]) && t.firingOf(i) == 0 {
			t.write(i, t.soon(i.Due))
			t.close(i)
		}
	}
}

// soon is a time to come, or now: where the clock was put back, what is due later
// than notices of an incident ever wait says nothing.
func (t *turning) soon(at time.Time) time.Time {
	if at.Before(t.in.Now) || at.After(t.in.Now.Add(GrowEvery)) {
		return t.in.Now
	}
	return at
}

func (t *turning) untouched(i *Incident) bool {
	return i.Number > 0 && t.in.Untouched != nil && t.in.Untouched(noticeID(i))
}

func noticeID(i *Incident) string { return fmt.Sprintf("%s-%d", i.Key, i.Number) }

// write makes the incident's next notice, or makes its newest anew where nobody was
// sent that yet: it is as late as it was then, and says more. What says that an
// incident ended is always one of its own.
func (t *turning) write(i *Incident, due time.Time) {
	ends := i.Kind == alert.Incident && i.Number > 0 && t.firingOf(i) == 0
	replaces := !ends && t.untouched(i)
	if replaces {
		due = i.Due
	} else {
		i.Number++
	}
	i.Due = due
	t.changed[i.Key] = true
	receivers := t.routes.sent(i.Receivers)
	if len(receivers) == 0 {
		return
	}
	t.messages = append(t.messages, Message{
		Notice: t.notice(i, ends), Route: i.Route, Receivers: receivers, Due: due, Replaces: replaces,
	})
}

// close forgets an incident that ended.
func (t *turning) close(i *Incident) {
	delete(t.state.Incidents, i.Key)
	delete(t.changed, i.Key)
	t.gone = append(t.gone, i.Key)
}

// forget lets go of digests that were sent, and of what ended and is not to be said
// by anything any more.
func (t *turning) forget() {
	named := map[string]bool{}
	for _, key := range t.sortedIncidents() {
		i := t.state.Incidents[key]
		if i.Kind == alert.Digest && !i.Due.After(t.in.Now) {
			t.close(i)
			continue
		}
		for _, id := range i.Alerts {
			named[id] = true
		}
	}
	for id, one := range t.state.Alerts {
		if !one.open() && !named[id] && t.in.Now.Sub(one.Alert.EndsAt) > ShowEnded {
			delete(t.state.Alerts, id)
			delete(t.changed, id)
			t.gone = append(t.gone, id)
		}
	}
	slices.Sort(t.gone)
}

func (t *turning) turn() Turn {
	return Turn{State: t.state, Changed: slices.Sorted(maps.Keys(t.changed)), Gone: slices.Compact(t.gone), Messages: t.messages}
}

func incidentKey(parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:12])
}

// Shown are the alerts that a mirror is to be kept told of, by id.
func Shown(s State, mirror string, now time.Time) []alert.Alert {
	shown := []alert.Alert{}
	for _, id := range slices.Sorted(maps.Keys(s.Alerts)) {
		one := s.Alerts[id]
		if one.Held != "" || !one.open() && now.Sub(one.Alert.EndsAt) > ShowEnded {
			continue
		}
		if slices.ContainsFunc(one.Told, func(told Told) bool { return slices.Contains(told.Receivers, mirror) }) {
			shown = append(shown, one.Alert)
		}
	}
	return shown
}
