package alerts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// begin makes the alert of drift, with what the newest assessment says of it. What
// fires already fires on.
func (t *turning) begin(what about, d Noted) {
	if t.open[what] != nil {
		return
	}
	one := &Tracked{Seq: d.Seq, Alert: alert.Alert{
		ID: alertID("alert", d.Seq, what), Status: alert.Firing, Class: what.class, Change: d.Change, Cause: d.Cause,
		Control: d.Control, Title: d.Control, Check: d.Check, Severity: cmp.Or(d.Severity, soc2.Medium), Resource: d.Resource,
		From: d.From, To: d.To, StartsAt: d.At, Link: t.page("control-" + d.Control), Sample: t.in.Assessment.SampleData,
	}}
	if c := t.controls[d.Control]; c != nil {
		one.Alert.Title = cmp.Or(c.Title, d.Control)
		for _, m := range c.Criteria {
			one.Alert.Criteria = append(one.Alert.Criteria, m.ID)
		}
	}
	t.describe(one, t.findings[what.finding], d.At)
	// What a gap weighs comes before what its control weighs: the gap knows what is affected.
	if item := t.items[d.Control]; item != nil {
		one.Alert.Owner, one.Alert.Severity = cmp.Or(item.Owner, one.Alert.Owner), cmp.Or(item.Severity, one.Alert.Severity)
	}
	one.Alert.Owner = clean(one.Alert.Owner)
	if d.From == soc2.Pass && t.in.GoodAt != nil {
		one.Alert.SeenGood = t.in.GoodAt(one.Alert.StartsAt)
	}
	t.open[what] = one
	t.keep(one)
	t.began = append(t.began, one)
}

// describe adds what a finding says, as long as it is still what drifted.
func (t *turning) describe(one *Tracked, f *soc2.Finding, at time.Time) {
	a := &one.Alert
	if f == nil || (f.Outcome == soc2.Fail) != (a.Class == alert.Failing) {
		return
	}
	a.Severity = cmp.Or(f.Severity, a.Severity)
	a.Desired, a.Remediation = strings.TrimSpace(f.Desired), strings.TrimSpace(f.Remediation)
	a.Resource = f.Resource
	// It may have waited for confirmation since it was first seen.
	if a.Change != soc2.AcceptanceExpired && !f.LastChanged.IsZero() && f.LastChanged.Before(at) {
		a.StartsAt = f.LastChanged
	}
	if f.Asset != nil {
		one.Systems = slices.Clone(f.Asset.Systems)
		a.System = strings.Join(one.Systems, ", ")
		a.Owner = f.Asset.Owner
	}
	if a.Class == alert.Failing {
		a.Current = observedLine(f.Observed)
		return
	}
	var whys []string
	for _, h := range f.Holes {
		if h.Reason != "" && one.Reason == "" {
			one.Reason = h.Reason
		}
		if why := holeLine(h); !slices.Contains(whys, why) && len(whys) < 3 {
			whys = append(whys, why)
		}
	}
	a.Current = "not seen: " + cmp.Or(strings.Join(whys, "; "), clean(f.Reason), "nobody knows why")
	a.Remediation = report.Remedy(one.Reason) // to see it; what the control asks for may be so
}

func holeLine(h evidence.Hole) string {
	line := string(h.Reason)
	if h.Operation != "" {
		line += " (" + clean(h.Operation) + ")"
	}
	return line
}
