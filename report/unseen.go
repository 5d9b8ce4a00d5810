package report

import (
	"cmp"
	"slices"

	"github.com/controlwatch/controlwatch/evidence"
	"github.com/controlwatch/controlwatch/soc2"
)

// UnseenGroup is everything that was not seen for one reason.
type UnseenGroup struct {
	Reason evidence.Reason
	Remedy string // what to do about it
	Count  int    // holes, before alike ones are put together
	Lines  []UnseenLine
}

// UnseenLine is holes that are alike but for the resource or the region.
type UnseenLine struct {
	Provider, Account, Collector string
	What                         string // population, and the field if it is only a field
	Operation                    string // the read that would have told
	Detail                       string // what the provider said of the first of them
	Count                        int
}

// Unseen groups holes by reason, in the order of evidence.Reasons, the largest
// first within a reason.
func Unseen(holes []soc2.ScopedHole) []UnseenGroup {
	reasons := slices.Clone(evidence.Reasons)
	for _, h := range holes {
		if !slices.Contains(reasons, h.Hole.Reason) {
			reasons = append(reasons, h.Hole.Reason) // a reason without a name is still a hole
		}
	}
	var groups []UnseenGroup
	for _, reason := range reasons {
		g := UnseenGroup{Reason: reason, Remedy: Remedy(reason)}
		index := map[UnseenLine]int{}
		for _, h := range holes {
			if h.Hole.Reason != reason {
				continue
			}
			g.Count++
			line := UnseenLine{Provider: h.Provider, Account: h.Account, Collector: h.Collector, What: what(h.Hole), Operation: h.Hole.Operation}
			i, ok := index[line]
			if !ok {
				i = len(g.Lines)
				index[line] = i
				line.Detail = h.Hole.Detail
				g.Lines = append(g.Lines, line)
			}
			g.Lines[i].Count++
		}
		if g.Count > 0 {
			slices.SortStableFunc(g.Lines, func(a, b UnseenLine) int { return cmp.Compare(b.Count, a.Count) })
			groups = append(groups, g)
		}
	}
	return groups
}

func what(h evidence.Hole) string {
	switch {
	case h.Field == "" && h.Type == "":
		return "everything it reads"
	case h.Field == "":
		return h.Type
	case h.Type == "":
		return h.Field
	}
	return h.Type + " " + h.Field
}

// Remedy is what a person can do about holes of a reason.
func Remedy(r evidence.Reason) string {
	switch r {
	case evidence.Denied:
		return "Grant the read permission named there to the identity we look as, then look again."
	case evidence.Throttled:
		return "Look less often or at a lower rate; what was refused is read again on the next pull."
	case evidence.Truncated:
		return "Look again; if pages keep going missing, what changes while it is read is too much for one pull."
	case evidence.Disabled:
		return "Switch the feature on, or license it: while it is off the provider cannot tell."
	case evidence.ProviderError:
		return "Look again later; if it stays, the provider's own message there says where to begin."
	case evidence.Stale:
		return "Find out why the pull no longer runs to its end: what was seen is too old to rely on."
	case evidence.NotCollected:
		return "Nothing has read this yet; the next complete pull will, if a collector does."
	case evidence.NotConfigured:
		return "Configure a source that can tell, or attest the control."
	case evidence.Pruned:
		return "It was seen and is older than the retention: a copy of the store from before may still have it."
	case evidence.Erased:
		return "It was seen and was erased on request: nothing brings it back, and what else is known of that time has to do."
	}
	return "Look again; the reason is not one this version knows."
}
