package soc2

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/controlwatch/controlwatch/evidence"
)

// EventLogRecord is what a provider's own event log says of a list: whatever came
// and went between two looks is an entry there. It stands for the time only that
// the log was read whole.
type EventLogRecord struct {
	Name    string     `json:"name"`     // what people call the log
	NotRead []ListHole `json:"not_read"` // times of the period for which it was not read whole
	Entries int        `json:"entries"`  // of the period, about what is of this list
	// OnlyThere are the items that no pull of the list ever saw; they are in the population.
	OnlyThere []string `json:"only_in_log"`
	// NotThere are the items that began or ended while the log was read, and without
	// an entry that says so.
	NotThere []string `json:"not_in_log"`
	// CanMiss is how long something can have lived between two complete pulls
	// while the log was not read.
	CanMiss Seconds `json:"can_miss_seconds"`
}

// tellsParameter is how collectors of event logs record of which types of resource
// they show every beginning and every end.
const tellsParameter = "shows each beginning and end of: "

// logDelay is how late an entry may come: what is younger than a pull less that was
// not read by it. Collectors read as much again.
const logDelay = time.Hour

// logEntry is an entry, and where it is kept.
type logEntry struct {
	LoggedChange
	list    *ListHistory
	version Version
}

// logOf finds the event logs that show what comes and goes of a list. A log of which
// it is not known what it shows counts among them: it may have missed something.
func logsOf(events History, l ListHistory) (logs []*ListHistory) {
	told := false
	for i := range events.Lists {
		e := &events.Lists[i]
		at, of := e.Feed.Scope, l.Feed.Scope
		if at.Provider != of.Provider || at.Account != of.Account || of.Region != "" && at.Region != "" && at.Region != of.Region {
			continue
		}
		if len(e.Looks) == 0 && e.DroppedAt != nil { // stood for what was not discovered yet
			continue
		}
		tells, known := e.tellsOf(l.Of.Type)
		if told = told || tells; tells || !known {
			logs = append(logs, e)
		}
	}
	if !told {
		return nil
	}
	return logs
}

func (l *ListHistory) tellsOf(typ string) (tells, known bool) {
	for _, look := range l.Looks {
		if look.Record == nil {
			continue
		}
		for _, p := range look.Record.Parameters {
			if types, is := strings.CutPrefix(p, tellsParameter); is {
				known = true
				tells = tells || slices.Contains(strings.Split(types, ", "), typ)
			}
		}
	}
	return tells, known
}

// notRead are the times of a period for which a log was not read whole. A pull reads
// some days back, and not the last of them that late entries may still come to.
func (l *ListHistory) notRead(from, until time.Time) []ListHole {
	read := ListHistory{Looks: slices.Clone(l.Looks)}
	for i := range read.Looks {
		read.Looks[i].StartedAt = read.Looks[i].StartedAt.Add(-logDelay)
	}
	holes := notReached(read, from, until, max(0, lookBack(*l)-logDelay))
	for i := range holes {
		h := &holes[i]
		h.Detail = "no complete pull of " + l.Of.Type + " of " + l.Feed.Scope.String() + " reaches it"
		for _, look := range l.Looks {
			if !look.Complete && look.Record != nil && !look.StartedAt.Before(h.From) {
				if why, ok := look.Record.HoleFor(l.Of.Type); ok {
					h.Reason, h.Operation = why.Reason, why.Operation
					break
				}
			}
		}
	}
	return append(holes, lostHoles(*l, from, until)...)
}

// reconciled compares a list with the provider's event log, and gives the items that
// are known from there only. Nil: no log that is read shows what comes and goes of it.
func (q PopulationQuery) reconciled(l ListHistory, items []PopulationItem, from, until time.Time) (*EventLogRecord, []PopulationItem) {
	logs := logsOf(q.Events, l)
	if q.Of.Dated() || len(logs) == 0 {
		return nil, nil
	}
	r := &EventLogRecord{Name: EventLogName(l.Feed.Scope.Provider), NotRead: []ListHole{}, OnlyThere: []string{}, NotThere: []string{}}
	var entries []logEntry
	known := map[evidence.Key]bool{} // an entry that went and came back is one
	for _, log := range logs {
		r.NotRead = append(r.NotRead, log.notRead(from, until)...)
		for _, v := range log.Versions {
			if hole, is := l.untold(v, from, until); is {
				r.NotRead = append(r.NotRead, hole)
			}
			c, ok := LoggedChangeOf(v.Fact)
			if v.Gone || v.Missing != nil || !ok || c.About.Type != l.Of.Type || !c.At.Before(until) || known[v.Key] {
				continue
			}
			known[v.Key] = true
			entries = append(entries, logEntry{c, log, v})
			if !c.At.Before(from) {
				r.Entries++
			}
		}
	}
	slices.SortStableFunc(r.NotRead, func(a, b ListHole) int { return a.From.Compare(b.From) })
	slices.SortStableFunc(entries, func(a, b logEntry) int { return cmp.Or(a.At.Compare(*b.At), cmp.Compare(a.ID, b.ID)) })
	var only []PopulationItem
	for _, one := range livesOf(entries) {
		if item, in := q.onlyLogged(l, one, until); in {
			only = append(only, item)
			r.OnlyThere = append(r.OnlyThere, item.Key)
		}
	}
	if q.Of.where == nil {
		for i := range items {
			if r.lacks(items[i], entries, from, until) {
				r.NotThere = append(r.NotThere, items[i].Key)
			}
		}
	}
	slices.Sort(r.OnlyThere)
	r.CanMiss = Seconds(canMiss(l, r.NotRead, from, until))
	return r, only
}

// untold is the time between two complete looks in which something came or went by an
// entry that does not say what: it may have been of the list, and lived in between.
func (l ListHistory) untold(v Version, from, until time.Time) (ListHole, bool) {
	e, is := v.Fact.Body.(*evidence.ChangeEvent)
	switch {
	case !is || e == nil || e.At == nil || e.At.Before(from) || !e.At.Before(until):
		return ListHole{}, false
	case e.Effect != nil && *e.Effect == evidence.ChangeChanged:
		return ListHole{}, false
	case e.About != nil && (e.About.Type != l.Of.Type || e.About.ID != "" || e.About.Name != ""):
		return ListHole{}, false
	}
	h := ListHole{From: from.UTC(), To: until.UTC(), Reason: evidence.ProviderError, Detail: "the entry " + v.Key.ID + " does not say what began or ended"}
	for _, look := range completeLooks(l) {
		switch at := look.StartedAt.UTC(); {
		case at.After(*e.At):
			h.To = earliest(h.To, at)
		case at.After(h.From):
			h.From = at
		}
	}
	return h, true
}

// life is from when something began until it ended, by a log; either may be unknown.
type life struct{ began, ended *logEntry }

func (l life) first() *logEntry { return cmp.Or(l.began, l.ended) }

func (l life) id() (id, name string) {
	for _, e := range []*logEntry{l.ended, l.began} {
		if e != nil {
			id, name = cmp.Or(e.About.ID, id), cmp.Or(e.About.Name, name)
		}
	}
	return id, name
}

// livesOf puts ends to beginnings. Where some entries have nothing but a name, all
// that have one are told apart by it, one life after the other.
func livesOf(entries []logEntry) (lives []life) {
	byName := slices.ContainsFunc(entries, func(e logEntry) bool { return e.About.ID == "" })
	groups := map[string][]*logEntry{}
	for i := range entries {
		e := &entries[i]
		key := "id\x00" + e.About.ID
		if byName && e.About.Name != "" {
			key = "name\x00" + e.About.Name
		}
		groups[e.About.Region+"\x00"+key] = append(groups[e.About.Region+"\x00"+key], e)
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		var open *logEntry
		for _, e := range groups[key] {
			switch {
			case e.does(evidence.ChangeBegan):
				if open != nil {
					lives = append(lives, life{began: open})
				}
				open = e
			case e.does(evidence.ChangeEnded):
				lives = append(lives, life{open, e})
				open = nil
			}
		}
		if open != nil {
			lives = append(lives, life{began: open})
		}
	}
	return lives
}

// onlyLogged is the item of a life in the period that no pull of the list ever saw.
func (q PopulationQuery) onlyLogged(l ListHistory, one life, until time.Time) (PopulationItem, bool) {
	if one.ended != nil && one.ended.At.Before(q.From) || one.began != nil && !one.began.At.Before(q.To) || l.saw(one) {
		return PopulationItem{}, false
	}
	e := one.first()
	id, name := one.id()
	resource := evidence.Resource{
		Provider: e.Provider, Account: e.Account, Region: e.About.Region, Kind: e.About.Kind, Type: e.About.Type, ID: cmp.Or(id, "name:"+name), Name: name,
	}
	item := itemOf(*e.list, e.version, "")
	item.Key, item.Resource, item.FromLog, item.Certain = ItemKey(resource.Key(), ""), resource, true, true
	counted := q.From.UTC()
	if one.began != nil && !one.began.At.Before(q.From) {
		item.Began, counted = loggedAt(one.began), one.began.At.UTC()
	}
	item.CountedAt = &counted
	if one.ended != nil && one.ended.At.Before(q.To) {
		item.Ended = loggedAt(one.ended)
	}
	switch {
	case q.Of.where != nil:
		item.Certain, item.Why = false, "the event log does not say whether it was one of them"
	case one.began == nil:
		item.Certain, item.Why = false, "the event log says that it ended and not when it began, and no pull saw it by this name or id"
	case one.ended == nil && l.looked(*one.began.At, until):
		item.Certain, item.Why = false, "the event log says that it began and not that it ended, and a complete pull after that did not see it"
	}
	return item, true
}

func loggedAt(e *logEntry) *Bounds {
	at := e.At.UTC()
	return &Bounds{After: &at, By: at, FromProvider: true}
}

// saw says whether some pull of the list saw the resource while it lived.
func (l ListHistory) saw(one life) bool {
	id, name := one.id()
	return slices.ContainsFunc(l.Versions, func(v Version) bool {
		switch {
		case v.Gone:
			return false
		case id != "":
			return v.Key.ID == id
		case v.Fact.Resource.Name != name:
			return false
		}
		look := l.look(v.Seq)
		return (one.began == nil || !look.FinishedAt.Before(*one.began.At)) && (one.ended == nil || !look.StartedAt.After(*one.ended.At))
	})
}

func (l ListHistory) looked(after, before time.Time) bool {
	return slices.ContainsFunc(l.Looks, func(look ListLook) bool {
		return look.Complete && look.StartedAt.After(after) && look.StartedAt.Before(before)
	})
}

// clocksDiffer is how much the dates of a log and those of a list, or ours, may differ.
const clocksDiffer = 5 * time.Minute

// lacks says that an item began or ended while the log was read, and that the log
// has no entry of that.
func (r *EventLogRecord) lacks(item PopulationItem, entries []logEntry, start, end time.Time) bool {
	lacks := func(effect string, b *Bounds) bool {
		if b == nil || b.After == nil || b.After.Before(start) || !b.By.Before(end) { // entries beyond were not looked for
			return false
		}
		from, to := b.After.Add(-clocksDiffer), b.By.Add(clocksDiffer)
		if slices.ContainsFunc(r.NotRead, func(h ListHole) bool { return from.Before(h.To) && h.From.Before(to) }) {
			return false
		}
		return !slices.ContainsFunc(entries, func(e logEntry) bool {
			is, maybe := e.About.Names(item.Resource)
			return (is || maybe || e.About.ID == "" && e.About.Name == item.Resource.Name) && e.does(effect) && !e.At.Before(from) && !e.At.After(to)
		})
	}
	return lacks(evidence.ChangeBegan, item.Began) || lacks(evidence.ChangeEnded, item.Ended)
}

// canMiss is the longest time in which nobody looked, neither at the list nor,
// whole, at the log.
func canMiss(l ListHistory, notRead []ListHole, from, until time.Time) (longest time.Duration) {
	var looks []time.Time
	for _, look := range completeLooks(l) {
		if look.StartedAt.After(from) && look.StartedAt.Before(until) {
			looks = append(looks, look.StartedAt)
		}
	}
	slices.SortFunc(looks, time.Time.Compare)
	for _, h := range overlapping(notRead) {
		last := h.From
		for _, at := range append(slices.Clone(looks), h.To) {
			if at.After(last) && !at.After(h.To) {
				longest, last = max(longest, at.Sub(last)), at
			}
		}
	}
	return longest
}

// overlapping makes one hole of those that touch; they are in the order of their beginnings.
func overlapping(holes []ListHole) (out []ListHole) {
	for _, h := range holes {
		if n := len(out) - 1; n >= 0 && !h.From.After(out[n].To) {
			if h.To.After(out[n].To) {
				out[n].To = h.To
			}
			continue
		}
		out = append(out, h)
	}
	return out
}
