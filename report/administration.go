package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/controlwatch/controlwatch/soc2"
)

// How much of what was done the text shows; JSON has all.
const (
	mostActs        = 20 // in a period
	mostActsChanged = 12 // settings of one record
)

// AdministrationText writes what was done for a person.
func AdministrationText(w io.Writer, a soc2.Administration, o Options) error {
	o.Width = max(o.Width, MinWidth)
	s := &summary{Options: o}
	s.section("What was done to controlwatch, and recorded in it by people")
	s.acts(a, len(a.Acts))
	if _, err := io.WriteString(w, s.String()); err != nil {
		return fmt.Errorf("write the administrators' log: %w", err)
	}
	return nil
}

func (s *summary) periodAdministration(p soc2.Period) {
	if p.Administration == nil {
		return
	}
	a := *p.Administration
	s.section("What administrators did")
	if a.Began.IsZero() || a.Began.After(p.Asked.Window.From) {
		what := "no administrators' log was kept: what was done is not known"
		if !a.Began.IsZero() {
			what = "the administrators' log begins " + minute(a.Began) + ": what was done before is not known"
		}
		s.lines(2, "note  ", s.paint(outcomeColours(soc2.Unobserved), what))
	}
	// Looks and snapshots are counted; what they would show changed is a record of its own.
	listed := a
	listed.Acts = slices.DeleteFunc(slices.Clone(a.Acts), func(act soc2.Act) bool {
		return len(act.Changes) == 0 && (act.Kind == "scan" || act.Kind == "settings")
	})
	s.lines(2, "", actsCounted(a))
	s.actList(listed, mostActs)
}

func actsCounted(a soc2.Administration) string {
	kinds := map[string]int{}
	for _, act := range a.Acts {
		kinds[act.Kind]++
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, fmt.Sprintf("%d %s", kinds[kind], escaped(kind)))
	}
	if len(parts) == 0 {
		return "Nothing is recorded."
	}
	return fmt.Sprintf("%s, %d of them by somebody whose identity is not verified: %s", count(len(a.Acts), "record", "records"), a.Unverified(), strings.Join(parts, ", "))
}

func (s *summary) acts(a soc2.Administration, most int) {
	s.lines(2, "", actsCounted(a))
	s.actList(a, most)
}

func (s *summary) actList(a soc2.Administration, most int) {
	for i, act := range a.Acts {
		if i == most {
			s.lines(2, "", fmt.Sprintf("and %d more: `controlwatch log`, or -o json, has all", len(a.Acts)-i))
			return
		}
		s.act(act)
	}
}

func (s *summary) act(act soc2.Act) {
	actor := Safe(act.Actor.String())
	if !act.Verified() {
		actor = s.paint(outcomeColours(soc2.Unobserved), actor)
	}
	head := minute(act.At) + "  " + escaped(act.Kind)
	if act.Subject != "" {
		head += "  " + Safe(act.Subject)
	}
	s.lines(2, "", head)
	s.lines(4, "by  ", actor+"  ("+act.ID+")")
	for i, c := range act.Changes {
		if i == mostActsChanged {
			s.lines(4, "", fmt.Sprintf("and %d more settings: -o json has all", len(act.Changes)-i))
			break
		}
		s.lines(4, "", changeText(c))
	}
	if text := referenceText(act); text != "" {
		s.lines(4, "", text)
	}
	for _, note := range act.Notes {
		s.lines(4, "", escaped(note))
	}
}

func changeText(c soc2.SettingChange) string {
	value := func(v *string) string {
		if v == nil {
			return "nothing"
		}
		return Safe(*v)
	}
	text := Safe(c.Path) + ": " + value(c.Before) + " -> " + value(c.After)
	if c.Unknown {
		text += " (digests under different keys: whether it is another is not known)"
	}
	return text
}

// referenceText says who wanted a change, and what of it is only said.
func referenceText(act soc2.Act) string {
	c := act.Change
	if c == (soc2.ChangeReference{}) {
		if len(act.Changes) > 0 {
			return "no change reference and no approver given"
		}
		return ""
	}
	var parts []string
	add := func(what, value, without string) {
		switch {
		case value != "":
			parts = append(parts, what+" "+Safe(value))
		case len(act.Changes) > 0:
			parts = append(parts, without)
		}
	}
	add("change", c.Reference, "no change reference")
	add("asked for by", c.RequestedBy, "")
	add("approved by", c.ApprovedBy, "no approver")
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	if c.ApprovedBy != "" {
		note := "as somebody wrote; that they are two people is not verified, only that the names differ"
		if c.Apart == soc2.ApartKnown {
			note = "as somebody wrote; both are known people"
		}
		parts = append(parts, note)
	}
	if c.Reused {
		parts = append(parts, "the reference was given with an earlier change too")
	}
	return strings.Join(parts, "; ")
}

// administrationColumns are the columns of AdministrationCSV. They are a contract:
// new ones are added at the end.
var administrationColumns = []string{
	"at", "kind", "subject", "actor", "identity", "verified", "path", "before", "after", "change_reference", "requested_by", "approved_by", "apart", "notes", "id",
}

// AdministrationCSV writes a row for each setting that changed, and one for each
// record in which none did.
func AdministrationCSV(w io.Writer, a soc2.Administration) error {
	b := bufio.NewWriter(w)
	b.Write(csvRow(administrationColumns)) //nolint:errcheck // Flush says so
	for _, act := range a.Acts {
		changes := act.Changes
		if len(changes) == 0 {
			changes = []soc2.SettingChange{{}}
		}
		for _, c := range changes {
			b.Write(csvRow([]string{ //nolint:errcheck // Flush says so
				csvTime(&act.At), act.Kind, act.Subject, act.Actor.String(), string(act.Actor.Identity), fmt.Sprint(act.Verified()), c.Path, orNothing(c.Before), orNothing(c.After),
				act.Change.Reference, act.Change.RequestedBy, act.Change.ApprovedBy, act.Change.Apart, strings.Join(act.Notes, "; "), act.ID,
			}))
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

func orNothing(v *string) string {
	if v == nil {
		return ""
	}
	return *v
}
