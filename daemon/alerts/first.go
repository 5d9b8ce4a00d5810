package alerts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/soc2"
)

// begun is the one notice of the first assessment that is made into alerts: what
// fails and is out of sight already is counted, and no alert of its own.
func begun(routes Routes, in Input) []Message {
	var receivers []string
	for _, route := range routes.List {
		for _, name := range routes.sent(route.Receivers) {
			if !slices.Contains(receivers, name) {
				receivers = append(receivers, name)
			}
		}
	}
	if len(receivers) == 0 {
		return nil
	}
	a := in.Assessment
	failing, unseen, accepted := 0, 0, 0
	by := map[soc2.Severity]int{}
	worst := soc2.Low
	for i := range a.Findings {
		f := &a.Findings[i]
		switch {
		case f.ExcludedBy != "":
		case f.Outcome == soc2.Unobserved:
			unseen++
		case f.Outcome == soc2.Fail && f.Acceptance != nil:
			accepted++
		case f.Outcome == soc2.Fail:
			failing++
			by[f.Severity]++
			worst = max(worst, f.Severity)
		}
	}
	var graves []string
	for _, s := range soc2.Severities {
		if by[s] > 0 {
			graves = append(graves, fmt.Sprintf("%d %s", by[s], s))
		}
	}
	status := alert.Firing // silence about what fails already must not read as all being well
	if failing+unseen == 0 {
		status = alert.Resolved
	}
	key := "f" + incidentKey("first", fmt.Sprint(in.Seq), a.At.UTC().Format("20060102150405.000000"))
	return []Message{{
		Receivers: receivers, Due: in.Now,
		Notice: alert.Notice{
			ID: key + "-1", Key: key, Number: 1, Kind: alert.Digest, Status: status, Class: alert.Failing, At: in.Now, Severity: worst,
			StartsAt: a.At, Link: in.Link, Sample: a.SampleData,
			Title: fmt.Sprintf("controlwatch tells of drift from now on: %s already, %d out of sight", count(failing, "finding fails", "findings fail"), unseen),
			Summary: strings.Join([]string{
				fmt.Sprintf("As of %s: %d fail (%s), %d are accepted, %d are out of sight.", stamp(a.At), failing, cmp.Or(strings.Join(graves, ", "), "none"), accepted, unseen),
				"None of them is an alert of its own: what begins or ends from here on is told. controlwatch report gap lists them all.",
			}, "\n"),
		},
	}}
}
