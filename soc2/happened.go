package soc2

import (
	"slices"
	"strings"
)

// datedItems are what a resource says has happened in the period. What it says
// now counts; what it said earlier and does not say any more is kept, marked.
func (q PopulationQuery) datedItems(l ListHistory, versions []Version) []PopulationItem {
	type told struct {
		happened
		version Version
	}
	all := map[string][]told{}
	newest := versions[len(versions)-1]
	var missing []Version
	for _, v := range versions {
		if v.Gone {
			continue
		}
		if v.Missing != nil {
			missing = append(missing, v)
			continue
		}
		for _, h := range q.Of.dated(v.Fact) {
			all[h.part] = append(all[h.part], told{h, v})
		}
		newest = v
	}
	var out []PopulationItem
	for part, said := range all {
		last := said[len(said)-1]
		dated := func(t told) bool { return t.at != nil && !t.at.Before(q.From) && t.at.Before(q.To) }
		pick, why := last, ""
		switch {
		case dated(last) && (part != "" || last.version.Seq == newest.Seq):
		case last.at == nil:
			if !q.while(l, versions, last.version) {
				continue
			}
			why = "when, or whether, was not observed"
		default:
			i := -1
			for j, t := range said {
				if dated(t) {
					i = j
				}
			}
			if i < 0 {
				continue
			}
			pick, why = said[i], "it was dated so once; later it was dated otherwise, or not at all"
		}
		item := itemOf(l, pick.version, part)
		item.Certain, item.Why = why == "", why
		if pick.at != nil {
			at := pick.at.UTC()
			item.At, item.CountedAt = &at, &at
		}
		out = append(out, item)
	}
	if item, in := lost(l, missing, out); in {
		out = append(out, item)
	}
	slices.SortFunc(out, func(a, b PopulationItem) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// lost is an item for what a resource may have said before that was pruned or
// erased. One that is told of without a part says it of the resource already.
func lost(l ListHistory, missing []Version, told []PopulationItem) (PopulationItem, bool) {
	for i := range told {
		if told[i].Part == "" {
			if told[i].Missing == "" && len(missing) > 0 && missing[len(missing)-1].Seq > told[i].Seq {
				told[i].Certain, told[i].Why = false, "what it said later is not known: "+missing[len(missing)-1].Missing.Detail
			}
			return PopulationItem{}, false
		}
	}
	if len(missing) == 0 { // a date may lie anywhere, whenever it was told
		return PopulationItem{}, false
	}
	v := missing[len(missing)-1]
	item := itemOf(l, v, "")
	item.Why = "when, or whether, is not known any more: " + v.Missing.Detail
	return item, true
}

// while says whether a version was the newest at some time of the period, or is
// the newest of all.
func (q PopulationQuery) while(l ListHistory, versions []Version, v Version) bool {
	i := slices.IndexFunc(versions, func(other Version) bool { return other.Seq == v.Seq })
	if i == len(versions)-1 {
		return true
	}
	return l.look(v.Seq).StartedAt.Before(q.To) && !l.look(versions[i+1].Seq).FinishedAt.Before(q.From)
}
