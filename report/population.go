package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/controlwatch/controlwatch/soc2"
)

// Population writes a population for people: first what casts doubt on it, then how
// the list was made, then every item.
func Population(w io.Writer, p soc2.Population, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o, sample: p.SampleData}
	s.section(fmt.Sprintf("Population %s · %s", Safe(p.Name), periodOf(p.From, p.To)))
	s.lines(0, "", p.Doc)
	if p.Narrowed != "" {
		s.lines(0, "", "Only "+escaped(p.Narrowed)+"; everything else was left out.")
	}
	s.doubts(p)
	s.lines(0, "", count(len(p.Items), "item", "items")+", "+fmt.Sprint(p.Uncertain())+" of them not certain.",
		"Digest sha256:"+p.Digest+", as known on "+minute(p.KnownAt)+".")
	s.listRecords(p)
	s.populationItems(p)
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the population: %w", err)
	}
	return nil
}

// doubts says what a reader must know before the list.
func (s *summary) doubts(p soc2.Population) {
	for _, d := range populationDoubts(p) {
		s.lines(0, s.paint(colours{text.FgYellow}, "! "), d)
	}
}

// populationDoubts are sentences on why a population may not be whole, worst first.
func populationDoubts(p soc2.Population) []string {
	var out []string
	if len(p.Lists) == 0 {
		out = append(out, "NOT SEEN: no source that was ever looked at lists "+string(p.Kind)+" facts here. Nothing is known, which is not the same as none.")
	}
	holes := 0
	for _, l := range p.Lists {
		holes += len(l.Holes)
	}
	if holes > 0 {
		out = append(out, "NOT COMPLETE: "+count(holes, "hole", "holes")+" in the period; what was there only then is not in the list.")
	}
	if p.Running {
		out = append(out, "The period has not ended: this is what is known up to "+minute(p.KnownAt)+".")
	}
	if p.Unconfirmed > 0 {
		out = append(out, "NOT CONFIRMED: "+count(p.Unconfirmed, "export was", "exports were")+" confirmed by nobody but the preparer (controlwatch population confirm).")
	}
	if len(p.Lists) > 0 {
		out = append(out, reconciliation(p))
	}
	for _, l := range p.NotLookedAt {
		out = append(out, "Out of scope in the whole period: "+escaped(l)+".")
	}
	return out
}

func reconciliation(p soc2.Population) string {
	if p.ReconciledWith != "" {
		return "Reconciled with " + escaped(p.ReconciledWith) + "."
	}
	if p.Dated {
		return "Not independently reconciled: what was taken off its source's list within " + lengthOf(time.Duration(p.LongestInterval)) + " can be missed."
	}
	can := "what existed for less than " + lengthOf(time.Duration(p.CanMiss)) + " can be missed."
	lacks := 0
	for _, l := range p.Lists {
		if l.EventLog == nil {
			return "Not independently reconciled: " + can
		}
		lacks += len(l.EventLog.NotThere)
	}
	if lacks > 0 {
		return "NOT RECONCILED with the event log: " + count(lacks, "item", "items") + " began or ended without an entry in it, and " + can
	}
	return "Reconciled with the event log where that was read; where it was not, " + can
}

// eventLogLines say what the provider's event log says of a list.
func eventLogLines(e *soc2.EventLogRecord) (lines []string) {
	said := fmt.Sprintf("%s: %s; %s in the list from there only", e.Name, count(e.Entries, "entry", "entries"), count(len(e.OnlyThere), "item is", "items are"))
	if n := len(e.NotThere); n > 0 {
		said += fmt.Sprintf("; of %s it has no entry that says so: %s", count(n, "item that began or ended", "items that began or ended"), escaped(strings.Join(atMost(e.NotThere, 5), ", ")))
	}
	lines = append(lines, said)
	for _, h := range e.NotRead {
		lines = append(lines, "not read: "+escaped(h.String()))
	}
	return lines
}

func atMost(all []string, most int) []string {
	if len(all) <= most {
		return all
	}
	return append(slices.Clone(all[:most]), fmt.Sprintf("%d more", len(all)-most))
}

func (s *summary) listRecords(p soc2.Population) {
	if len(p.Lists) == 0 {
		return
	}
	s.section("How the list was made")
	for _, l := range p.Lists {
		s.lines(2, "", Safe(l.Type)+" of "+Safe(l.Scope.String())+", by "+l.Collector+" for "+Safe(l.Source))
		s.lines(4, "", fmt.Sprintf("%s in the period, %d complete; %s", count(l.Pulls, "pull", "pulls"), l.CompletePulls, pullRange(l)))
		if len(l.Principals) > 0 {
			s.lines(4, "", "as "+escaped(strings.Join(l.Principals, ", ")))
		}
		if l.ProviderTotal != nil {
			s.lines(4, "", fmt.Sprintf("the source's own total: %d; the pull brought %d", *l.ProviderTotal, *l.ProviderItems))
		}
		if l.LookBack > 0 {
			s.lines(4, "", "each pull reads "+lengthOf(time.Duration(l.LookBack))+" back")
		}
		s.lines(4, "", "longest time between complete pulls: "+lengthOf(time.Duration(l.LongestInterval)))
		if l.DroppedAt != nil {
			s.lines(4, "", "not looked at any more since "+minute(*l.DroppedAt))
		}
		if l.EventLog != nil {
			for _, line := range eventLogLines(l.EventLog) {
				s.lines(4, "event log ", line)
			}
		}
		for _, h := range l.Holes {
			s.lines(4, "hole ", escaped(h.String()))
		}
		for _, e := range l.Exports {
			s.lines(4, "export ", exportLine(e))
		}
	}
}

func pullRange(l soc2.ListRecord) string {
	if l.First == nil {
		return "none"
	}
	return fmt.Sprintf("first %s (%s), last %s (%s)", l.First.ID, minute(l.First.At), l.Last.ID, minute(l.Last.At))
}

func exportLine(e soc2.Export) string {
	rows := "it did not say how many rows there are"
	if e.Rows != nil {
		rows = fmt.Sprintf("%d rows by its own count, %d read", *e.Rows, e.Items)
	}
	line := fmt.Sprintf("%s from %s, taken out on %s by %s: %s; asked: %s; digest sha256:%s; ",
		escaped(e.Data), escaped(e.System), e.ExtractedAt, escaped(e.Preparer), rows, escaped(e.Query), e.Digest)
	if e.Confirmed == nil {
		return line + "NOT CONFIRMED by a second person"
	}
	return line + "confirmed by " + approvalOf(*e.Confirmed) + " on " + minute(e.Confirmed.At) + " (" + e.Confirmed.Entry + ")"
}

func approvalOf(a soc2.Approval) string {
	if a.Identity == "" {
		return escaped(a.By) + " (identity not verified)"
	}
	return escaped(a.By) + " (" + a.Identity + ")"
}

func (s *summary) populationItems(p soc2.Population) {
	s.section("Items")
	if len(p.Items) == 0 {
		s.lines(2, "", "none was seen")
	}
	for i := range p.Items {
		item := &p.Items[i]
		s.lines(2, "", itemLine(item.Resource.Label(), item.Part)+" · "+Safe(item.Resource.Type)+" · "+Safe(item.Resource.Provider+"/"+item.Resource.Account))
		for _, words := range itemTimes(item.At, item.Began, item.Ended) {
			s.lines(6, "", words)
		}
		if item.FromLog {
			s.lines(6, "", "known from the event log only: no pull saw it")
		}
		if !item.Certain {
			s.lines(6, s.paint(colours{text.FgYellow}, "NOT CERTAIN "), item.Why)
		}
	}
}

func itemLine(label, part string) string {
	if part == "" {
		return Safe(label)
	}
	return Safe(label) + " " + Safe(part)
}

func itemTimes(at *time.Time, began, ended *soc2.Bounds) []string {
	var out []string
	if at != nil {
		out = append(out, "on "+minute(*at))
	}
	if began != nil {
		out = append(out, "began "+boundWords(*began))
	}
	if ended != nil {
		out = append(out, "ended "+boundWords(*ended))
	}
	return out
}

func boundWords(b soc2.Bounds) string {
	switch {
	case b.FromProvider:
		return "on " + minute(b.By) + ", as the provider says"
	case b.After == nil:
		return "before " + minute(b.By) + ", when it was first looked at"
	}
	return "between " + minute(*b.After) + " and " + minute(b.By)
}

// periodOf shows whole days as people say them: the last day is in.
func periodOf(from, to time.Time) string {
	if from.Truncate(24*time.Hour).Equal(from) && to.Truncate(24*time.Hour).Equal(to) {
		return from.UTC().Format(time.DateOnly) + " to " + to.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return from.UTC().Format(time.RFC3339) + " to " + to.UTC().Format(time.RFC3339)
}

// lengthOf rounds up: a bound must not look better than it is.
func lengthOf(d time.Duration) string {
	switch {
	case d <= 0:
		return "0m"
	case d >= 48*time.Hour:
		hours := int((d + time.Hour - 1) / time.Hour)
		return fmt.Sprintf("%dd%dh", hours/24, hours%24)
	}
	minutes := int((d + time.Minute - 1) / time.Minute)
	return fmt.Sprintf("%dh%02dm", minutes/60, minutes%60)
}
