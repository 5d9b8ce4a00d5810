package soc2

import (
	"sort"
	"time"
)

// span is a time for which a resource was of a population, as a list saw it. It
// is outlined from outside and from inside: it began after low and by began, and
// ended after last and, if it has, by high.
type span struct {
	low      *time.Time // nil: not known
	began    time.Time
	dated    bool // by the provider
	last     time.Time
	high     *time.Time // nil: it had not ended
	certain  bool       // some version is known to be one
	versions []Version
	sure     [][2]time.Time // when it is proven to have been one
}

// spansOf cuts the versions of a resource into the times for which it was one.
// A pull's moments are rounded outwards: what it saw was there at its start, and
// what it did not see had gone, or not yet come, at the latest by its end.
func (q PopulationQuery) spansOf(l ListHistory, versions []Version) []span {
	var spans []span
	var open *span
	for i, v := range versions {
		look := l.look(v.Seq)
		is, unknown := q.is(v)
		if open != nil {
			low := latest(l.lastComplete(v.Seq), versions[i-1].Seq, l)
			open.last = low
			open.extend(q, l, low)
			if !is {
				by := look.FinishedAt
				open.high = &by
				spans = append(spans, *open)
				open = nil
			}
		}
		if !is {
			continue
		}
		if open == nil {
			open = &span{began: look.FinishedAt}
			if before := l.lastComplete(v.Seq); before != nil {
				open.low = &before.StartedAt
			} else if i > 0 { // it was there before, and not one
				at := l.look(versions[i-1].Seq).StartedAt
				open.low = &at
			}
			if q.Of.where == nil && i == 0 {
				if at := createdAt(v.Fact); at != nil && !at.After(look.FinishedAt) {
					open.low, open.began, open.dated = at, *at, true
				}
			}
		}
		open.versions = append(open.versions, v)
		open.certain = open.certain || !unknown
	}
	if open != nil {
		final := versions[len(versions)-1]
		open.last = latest(l.lastComplete(1<<62), final.Seq, l)
		open.extend(q, l, open.last)
		spans = append(spans, *open)
	}
	return spans
}

// extend adds for how long the span's newest version is proven.
func (s *span) extend(q PopulationQuery, l ListHistory, until time.Time) {
	v := s.versions[len(s.versions)-1]
	if _, unknown := q.is(v); unknown {
		return
	}
	if n := len(s.sure); n > 0 && len(s.versions) > 1 {
		if _, unknown := q.is(s.versions[len(s.versions)-2]); !unknown {
			s.sure[n-1][1] = until // it was one before, and still is
			return
		}
	}
	from := s.began
	if len(s.versions) > 1 {
		from = l.look(v.Seq).FinishedAt
	}
	if from.After(until) {
		from = until
	}
	s.sure = append(s.sure, [2]time.Time{from, until})
}

// is says whether a version is one of the population, or may be.
func (q PopulationQuery) is(v Version) (is, unknown bool) {
	if v.Gone {
		return false, false
	}
	if q.Of.where == nil {
		return true, false
	}
	if v.Missing != nil {
		return true, true
	}
	answer := q.Of.where(v.Fact)
	if answer == nil {
		return true, true
	}
	return *answer, false
}

// existing is the item of a resource that existed in the period, or may have.
func (q PopulationQuery) existing(l ListHistory, versions []Version) (PopulationItem, bool) {
	var in []span
	certain := false
	for _, s := range q.spansOf(l, versions) {
		if s.low != nil && !s.low.Before(q.To) || s.high != nil && s.high.Before(q.From) {
			continue
		}
		in = append(in, s)
		for _, sure := range s.sure {
			certain = certain || sure[0].Before(q.To) && !sure[1].Before(q.From)
		}
	}
	if len(in) == 0 {
		return PopulationItem{}, false
	}
	first, final := in[0], in[len(in)-1]
	shown := q.shown(l, in)
	item := itemOf(l, shown, "")
	item.Certain, item.Times = certain, len(in)
	if !certain {
		item.Why = q.doubt(in)
	}
	if !first.began.Before(q.From) {
		item.Began = &Bounds{After: first.low, By: first.began, FromProvider: first.dated}
	}
	if final.high != nil && final.last.Before(q.To) {
		after := final.last
		item.Ended = &Bounds{After: &after, By: *final.high}
	}
	item.CountedAt = q.counted(first)
	return item, true
}

// shown is the version that shows the resource as it was in the period: the
// newest of them, else the first that was seen after.
func (q PopulationQuery) shown(l ListHistory, in []span) Version {
	shown := in[0].versions[0]
	for _, s := range in {
		for _, v := range s.versions {
			if l.look(v.Seq).StartedAt.Before(q.To) {
				shown = v
			}
		}
	}
	return shown
}

func (q PopulationQuery) doubt(in []span) string {
	for _, s := range in {
		for _, v := range s.versions {
			if v.Missing != nil {
				return v.Missing.Detail
			}
		}
		if !s.certain {
			return "what makes it one of them was not observed"
		}
	}
	switch s := in[0]; {
	case !s.began.Before(q.To):
		return "first seen after the period; nothing that was looked at proves that it began after it"
	case s.last.Before(q.From) && s.high != nil:
		return "last seen before the period; it had gone when the list was next looked at"
	case s.last.Before(q.From):
		return "last seen before the period; its list was not seen to its end since"
	}
	return "it was not seen in the period"
}

// counted is when an item is taken to have come into the period.
func (q PopulationQuery) counted(s span) *time.Time {
	at := q.From
	switch {
	case s.began.Before(q.From):
	case s.began.Before(q.To):
		at = s.began
	case s.low != nil && s.low.After(q.From):
		at = *s.low
	}
	at = at.UTC()
	return &at
}

func itemOf(l ListHistory, v Version, part string) PopulationItem {
	look := l.look(v.Seq)
	item := PopulationItem{
		Key: ItemKey(v.Key, part), Resource: v.Fact.Resource, Part: part, Times: 1,
		Fact: v.Fact.Digest, Pull: look.Pull, Source: l.Source, Seq: v.Seq, Body: v.Fact,
	}
	if v.Missing != nil {
		item.Missing = v.Missing.Detail
	}
	return item
}

// look is the pull with a number. A list without it is not one the store gave.
func (l ListHistory) look(seq int64) ListLook {
	i := sort.Search(len(l.Looks), func(i int) bool { return l.Looks[i].Seq >= seq })
	if i == len(l.Looks) || l.Looks[i].Seq != seq {
		return ListLook{Seq: seq}
	}
	return l.Looks[i]
}

// lastComplete is the newest pull before a number that saw the list to its end.
func (l ListHistory) lastComplete(before int64) *ListLook {
	i := sort.Search(len(l.Looks), func(i int) bool { return l.Looks[i].Seq >= before })
	for i--; i >= 0; i-- {
		if l.Looks[i].Complete {
			return &l.Looks[i]
		}
	}
	return nil
}

// latest is when a version was last confirmed: by the pull that brought it, or by
// a complete one after it.
func latest(complete *ListLook, version int64, l ListHistory) time.Time {
	at := l.look(version).StartedAt
	if complete != nil && complete.Seq > version && complete.StartedAt.After(at) {
		return complete.StartedAt
	}
	return at
}
