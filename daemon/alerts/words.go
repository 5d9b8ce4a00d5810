package alerts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/publish/alert"
	"github.com/controlwatch/controlwatch/report"
	"github.com/controlwatch/controlwatch/soc2"
)

// longestCurrent bounds what was seen, in characters.
const longestCurrent = 300

func observedLine(observed json.RawMessage) string {
	line := []rune(report.Current(observed))
	if len(line) > longestCurrent {
		line = append(line[:longestCurrent-1], '…')
	}
	return string(line)
}

// clean makes a text that others chose stay on its line.
func clean(text string) string {
	if text == "" {
		return ""
	}
	return report.Safe(text)
}

// words are the title and the summary of an incident: what, since when, for what cause.
func (t *turning) words(i *Incident, all []*Tracked, n *alert.Notice) (title, summary string) {
	if i.Kind == alert.Digest {
		return digestWords(all, n)
	}
	first := &all[0].Alert
	what := resources(all)
	switch group, _, _ := strings.Cut(i.Group, "|"); group + "|" {
	case groupSight:
		title = fmt.Sprintf("Sight lost of %s in %s: %s", count(len(all), "finding", "findings"), places(all), reasons(all))
	case groupAccount:
		title = fmt.Sprintf("%s in %s: %s", many(all, "began to fail at once"), places(all), resources(all))
	case groupJudged:
		title = many(all, "fail by a changed catalogue, parameters or program")
	case groupScope:
		title = fmt.Sprintf("%s in %s, which is in scope now", many(all, "fail"), places(all))
	case groupMany:
		word := "began to fail at once"
		if i.Class == alert.OutOfSight {
			word = "were lost sight of at once"
		}
		title = fmt.Sprintf("%s in %s", many(all, word), places(all))
	default:
		title = fmt.Sprintf("Does not hold: %s: %s", first.Title, what)
		if first.Change == soc2.AcceptanceExpired && allSame(all, func(a *alert.Alert) soc2.Change { return a.Change }) {
			title = fmt.Sprintf("No longer accepted, and does not hold: %s: %s", first.Title, what)
		}
	}
	if ids := criteria(all); ids != "" {
		title += " (" + ids + ")"
	}
	lines := []string{}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	add("%s: %s.", cmp.Or(map[alert.Class]string{alert.Failing: "Failing", alert.OutOfSight: "Out of sight"}[i.Class], string(i.Class)), what)
	add("Since %s; cause: %s.", stamp(n.StartsAt), causes(all))
	if i.Class == alert.OutOfSight {
		add("Nobody knows how it is while it is not seen. What failed before still counts as failing.")
	}
	if n.Resolved > 0 {
		add("Ended: %d of %d: %s.", n.Resolved, n.Total, endings(all))
	}
	if n.Status == alert.Resolved {
		add("All of it has ended.")
	}
	if len(all) > 1 {
		add("Controls: %s.", controls(all))
	}
	if more := n.Total - len(n.Alerts); more > 0 {
		add("%d more are not listed.", more)
	}
	return title, strings.Join(lines, "\n")
}

func digestWords(all []*Tracked, n *alert.Notice) (title, summary string) {
	title = fmt.Sprintf("Digest: %d began and still last, %d ended", n.Total-n.Resolved, n.Resolved)
	lines := []string{fmt.Sprintf("%s since the last digest, the gravest %s.", count(n.Total, "alert", "alerts"), n.Severity)}
	lines = append(lines, "Controls: "+controls(all)+".")
	if n.Resolved > 0 {
		lines = append(lines, "Ended: "+endings(all)+".")
	}
	if more := n.Total - len(n.Alerts); more > 0 {
		lines = append(lines, fmt.Sprintf("%d more are not listed.", more))
	}
	return title, strings.Join(lines, "\n")
}

func count(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

// resources names the one resource, or counts many by type.
func resources(all []*Tracked) string {
	types, keys := map[string]int{}, map[evidence.Key]bool{}
	for _, one := range all {
		if key := one.Alert.Resource.Key(); !keys[key] {
			keys[key] = true
			types[cmp.Or(one.Alert.Resource.Type, string(one.Alert.Resource.Kind))]++
		}
	}
	if len(keys) == 1 {
		r := all[0].Alert.Resource
		return fmt.Sprintf("%s %s in %s", clean(r.Type), clean(r.Label()), place(&all[0].Alert))
	}
	var parts []string
	for _, typ := range slices.SortedFunc(maps.Keys(types), func(a, b string) int { return cmp.Or(cmp.Compare(types[b], types[a]), strings.Compare(a, b)) }) {
		parts = append(parts, fmt.Sprintf("%d %s", types[typ], clean(typ)))
	}
	return strings.Join(atMost(parts, 4), ", ")
}

func many(all []*Tracked, word string) string {
	ids := map[string]bool{}
	for _, one := range all {
		ids[one.Alert.Control] = true
	}
	return fmt.Sprintf("%s of %s %s", count(len(all), "finding", "findings"), count(len(ids), "control", "controls"), word)
}

func place(a *alert.Alert) string {
	return clean(strings.TrimSpace(a.Resource.Provider + " " + a.Resource.Account))
}

func places(all []*Tracked) string { return list(all, 3, place) }

func controls(all []*Tracked) string {
	return list(all, 6, func(a *alert.Alert) string { return a.Control })
}

func endings(all []*Tracked) string {
	return list(all, 3, func(a *alert.Alert) string { return a.Ending })
}

func causes(all []*Tracked) string {
	return list(all, 3, func(a *alert.Alert) string {
		switch a.Cause {
		case soc2.CauseSystem:
			return "the system changed"
		case soc2.CauseSight:
			return "what can be seen changed"
		case soc2.CauseJudgement:
			return "the catalogue, parameters or program changed"
		case soc2.CauseTime:
			return "time passed"
		case soc2.CauseScope:
			return "scope or decisions changed"
		}
		return "not known"
	})
}

func reasons(all []*Tracked) string {
	counts := map[string]int{}
	for _, one := range all {
		counts[cmp.Or(string(one.Reason), "nobody knows why")]++
	}
	return strings.Join(atMost(slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	}), 2), ", ")
}

func criteria(all []*Tracked) string {
	seen := map[string]bool{}
	for _, one := range all {
		for _, id := range one.Alert.Criteria {
			seen[id] = true
		}
	}
	return strings.Join(atMost(slices.Sorted(maps.Keys(seen)), 4), ", ")
}

func list(all []*Tracked, most int, of func(*alert.Alert) string) string {
	seen := map[string]bool{}
	for _, one := range all {
		if text := of(&one.Alert); text != "" {
			seen[text] = true
		}
	}
	return strings.Join(atMost(slices.Sorted(maps.Keys(seen)), most), ", ")
}

func atMost(parts []string, most int) []string {
	if len(parts) <= most {
		return parts
	}
	return append(slices.Clone(parts[:most]), fmt.Sprintf("%d more", len(parts)-most))
}

func allSame[T comparable](all []*Tracked, of func(*alert.Alert) T) bool {
	for _, one := range all {
		if of(&one.Alert) != of(&all[0].Alert) {
			return false
		}
	}
	return true
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
