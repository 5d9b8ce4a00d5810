package alertmanager

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// postable is postableAlert of Alertmanager's API v2.
type postable struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     string            `json:"startsAt,omitempty"`
	EndsAt       string            `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// ours are the labels an alert is known by. Alertmanager takes two alerts for one
// if all their labels are equal, and for two if any differs: nothing that changes
// while an alert lives is one. What is said of it (who owns it, how grave it is)
// is as it was when it began; whoever makes alerts sees to that.
var ours = map[string]bool{
	"alertname": true, "class": true, "control": true, "check": true, "severity": true, "criteria": true, "owner": true, "system": true,
	"provider": true, "account": true, "region": true, "kind": true, "resource": true, "sample": true,
}

// The names of alerts.
var names = map[alert.Class]string{
	alert.Failing:    "ControlwatchFinding",
	alert.OutOfSight: "ControlwatchOutOfSight",
}

const (
	mostLabel      = 512  // bytes
	mostAnnotation = 2000 // characters
)

func (m *Mirror) postable(a alert.Alert, now time.Time, valid time.Duration) postable {
	p := postable{Labels: m.labels(a), Annotations: annotations(a), EndsAt: stamp(now.Add(valid))}
	starts := a.StartsAt
	if a.Status == alert.Resolved {
		// An end that is still to come would keep it firing.
		ends := a.EndsAt
		if ends.IsZero() || ends.After(now) {
			ends = now
		}
		if starts.After(ends) {
			starts = ends
		}
		p.EndsAt = stamp(ends)
	} else if starts.After(now) {
		starts = now // clocks apart; a start after the end is refused
	}
	if !starts.IsZero() {
		p.StartsAt = stamp(starts)
	}
	for _, l := range a.Links() {
		p.GeneratorURL = l
	}
	return p
}

func (m *Mirror) labels(a alert.Alert) map[string]string {
	criteria := slices.Clone(a.Criteria)
	slices.Sort(criteria)
	name, ok := names[a.Class]
	if !ok {
		name = "ControlwatchAlert"
	}
	l := map[string]string{
		"alertname": name, "class": string(a.Class), "control": a.Control, "check": a.Check, "severity": severity(a.Severity),
		"criteria": strings.Join(criteria, ","), "owner": a.Owner, "system": a.System,
		"provider": a.Resource.Provider, "account": a.Resource.Account, "region": a.Resource.Region,
		"kind": string(a.Resource.Kind), "resource": a.Resource.ID,
	}
	if a.Sample {
		l["sample"] = "true"
	}
	for name, value := range l {
		if l[name] = labelValue(value); value == "" {
			delete(l, name) // to Alertmanager the same
		}
	}
	maps.Copy(l, m.extra)
	return l
}

func labelValue(s string) string { return alert.Short(s, mostLabel) }

// severity is a label people route by. One that is not known goes where the
// gravest go.
func severity(s soc2.Severity) string {
	if s < soc2.Low || s > soc2.Critical {
		return soc2.Critical.String()
	}
	return s.String()
}

func annotations(a alert.Alert) map[string]string {
	var said []string
	if a.Sample {
		said = append(said, alert.SampleWords)
	}
	for _, l := range a.Lines() {
		said = append(said, l.Name+": "+l.Text)
	}
	all := map[string]string{
		"summary":     a.Heading(),
		"description": strings.Join(said, "\n"),
		"current":     a.Current,
		"desired":     a.Desired,
		"remediation": a.Remediation,
		"finding":     a.ID,
	}
	for _, l := range a.Links() {
		all["link"] = l
	}
	for name, value := range all {
		if name == "description" {
			value = alert.Cut(value, mostAnnotation) // of lines, each made visible
		} else {
			value = alert.Brief(value, mostAnnotation)
		}
		if all[name] = value; value == "" {
			delete(all, name)
		}
	}
	return all
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
