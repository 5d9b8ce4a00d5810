package alerts

import (
	"slices"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
)

// notice is what an incident says now. Before one that began and ended at once is
// told as ended, it is told as it began.
func (t *turning) notice(i *Incident, ends bool) alert.Notice {
	var all []*Tracked
	for _, id := range i.Alerts {
		if one := t.state.Alerts[id]; one != nil {
			all = append(all, one)
		}
	}
	if i.Kind == alert.Incident && !ends && t.firingOf(i) == 0 {
		for n, one := range all {
			began := *one
			began.Alert.Status, began.Alert.EndsAt, began.Alert.Ending = alert.Firing, time.Time{}, ""
			all[n] = &began
		}
	}
	slices.SortStableFunc(all, compareTracked)
	n := alert.Notice{
		ID: noticeID(i), Key: i.Key, Number: i.Number, Kind: i.Kind, Status: alert.Resolved, Class: i.Class, At: t.in.Now,
		Total: len(all), Sample: t.in.Assessment.SampleData,
	}
	for k, one := range all {
		a := one.Alert
		if k == 0 {
			n.Owner, n.System, n.StartsAt = a.Owner, a.System, a.StartsAt
		}
		if a.Status == alert.Firing {
			n.Status = alert.Firing
		} else {
			n.Resolved++
		}
		n.Severity = max(n.Severity, a.Severity)
		if a.Owner != n.Owner {
			n.Owner = "" // of nobody alone
		}
		if a.System != n.System {
			n.System = ""
		}
		if a.StartsAt.Before(n.StartsAt) {
			n.StartsAt = a.StartsAt
		}
		if a.EndsAt.After(n.EndsAt) {
			n.EndsAt = a.EndsAt
		}
		if len(n.Alerts) < alert.MaxAlerts {
			n.Alerts = append(n.Alerts, a)
		}
	}
	if n.Status == alert.Firing {
		n.EndsAt = time.Time{}
	}
	n.Link = t.page(placeOf(i, all))
	n.Title, n.Summary = t.words(i, all, &n)
	return n
}

// placeOf is the part of the status page that shows what a notice is about.
func placeOf(i *Incident, all []*Tracked) string {
	switch {
	case i.Kind != alert.Incident:
		return "drift"
	case allSame(all, func(a *alert.Alert) string { return a.Control }):
		return "control-" + all[0].Alert.Control
	case i.Class == alert.OutOfSight:
		return "unseen"
	}
	return "drift"
}

// page is a part of the status page; empty: where that is, is not known.
func (t *turning) page(part string) string {
	if t.in.Link == "" {
		return ""
	}
	return t.in.Link + "#" + part
}
